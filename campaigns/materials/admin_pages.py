"""The pages of a material in the admin: its files, how it reads, how often it is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from campaigns.materials import downloads, keeping
from campaigns.materials.forms import FileForm, ReplaceForm
from campaigns.materials.keeping import Missing
from campaigns.materials.reading import measure
from campaigns.materials.views import page_context
from campaigns.models import Material, MaterialFile
from municipalities.admin_forms import is_key
from municipalities.admin_pages import WithPages, list_page, row_page
from municipalities.exports import xlsx_response
from municipalities.models import User
from municipalities.permissions import can_manage_projects
from municipalities.richtext import blocks_of, text_of
from municipalities.templatetags.portal import counted
from municipalities.uploads import serve_attachment

MOST_FILES = 30
MOST_BARS = 30


class MaterialPages(WithPages):
    """Mix into the admin of materials."""

    def missing_of(self, material: Material) -> list[Missing]:
        """Return what a saved material lacks."""
        is_linked = bool(material.campaign_id) or material.services.exists()
        return keeping.missing_of(material, list(material.files.all()), is_linked=is_linked)

    # Files

    @row_page("faylove", "Файлове и проверка")
    def files(self, request: HttpRequest, material: Material) -> HttpResponse:
        """The files with what was found in each; new ones are taken here."""
        form, replacing = FileForm(), None
        if request.method == "POST":
            verb, _dash, key = request.POST.get("what", "add").partition("-")
            if verb == "replace":
                row = self._own_file(material, key)
                replacing = ReplaceForm(request.POST, request.FILES)
                if replacing.is_valid():
                    keeping.replace_file(
                        row=row, file=replacing.cleaned_data["file"], by=cast(User, request.user)
                    )
                    return self._done(request, material, f"Файлът е заменен: {row.name}.")
            elif verb in CHANGES:
                row = self._own_file(material, key)
                return self._done(request, material, CHANGES[verb](row))
            elif verb == "again":
                changed = keeping.look_again(list(material.files.all()))
                words = counted(changed, "файл с промяна,файла с промяна")
                return self._done(request, material, f"Проверени са отново: {words}.")
            else:
                form = self._file_form(request, material)
                if form.is_valid():
                    row = keeping.add_file(
                        material=material,
                        file=form.cleaned_data["file"],
                        language=form.cleaned_data["language"],
                        form=form.cleaned_data["form"],
                        by=cast(User, request.user),
                    )
                    return self._done(request, material, f"Качен е файл: {row.name}.")
        return self._files_page(request, material, form, replacing)

    def _file_form(self, request: HttpRequest, material: Material) -> FileForm:
        form = FileForm(request.POST, request.FILES)
        if form.is_valid() and material.files.count() >= MOST_FILES:
            form.add_error("file", f"Един материал има най-много {MOST_FILES} файла.")
        return form

    def _files_page(
        self, request: HttpRequest, material: Material, form: FileForm, replacing
    ) -> HttpResponse:
        bound = replacing if replacing is not None else form
        shown = [
            {
                "row": row,
                "faults": keeping.faults_of(row),
                "questions": [c["words"] for c in row.checks if c["is_good"] is None],
                "good": [c["words"] for c in row.checks if c["is_good"]],
                "taken": row.taken or 0,
            }
            for row in self._files_of(material)
        ]
        return self.page(
            request,
            "campaigns/materials/admin/files.html",
            material,
            title=f"Файлове: {material.title}",
            files=shown,
            missing=self.missing_of(material),
            form=bound,
            new=form,
            replacement=ReplaceForm(auto_id=False),
            status=422 if bound.is_bound else 200,
        )

    def _files_of(self, material: Material):
        rows = MaterialFile.objects.filter(material=material)
        return rows.annotate(taken=Sum("downloads__count")).order_by("order", "pk")

    def _own_file(self, material: Material, key: str) -> MaterialFile:
        """Return the file of this material by what was sent as its key, else raise Http404."""
        if not is_key(key, MaterialFile._meta.pk):
            raise Http404
        return get_object_or_404(MaterialFile, material=material, pk=key)

    def _done(self, request: HttpRequest, material: Material, words: str) -> HttpResponse:
        self.log_change(request, material, words)
        self.message_user(request, words, messages.SUCCESS)
        return redirect(reverse(f"admin:{self.page_name('files')}", args=[material.pk]))

    @row_page("fayl")
    def file(self, request: HttpRequest, material: Material) -> HttpResponseBase:
        """Give a file (``?fayl=``) of a material, shown to citizens or not yet."""
        row = self._own_file(material, request.GET.get("fayl", ""))
        return serve_attachment(
            request,
            row.path,
            name=row.name,
            content_type=row.content_type,
            subject=row,
            rule=lambda asked, of: can_manage_projects(asked),
        )

    @row_page("izgled", "Как изглежда")
    def preview(self, request: HttpRequest, material: Material) -> HttpResponse:
        """The page as citizens will see it, before they do."""
        place = reverse(f"admin:{self.page_name('file')}", args=[material.pk])
        context = page_context(material, self._files_of(material))
        template = "campaigns/materials/material.html"
        return render(request, template, {**context, "preview_file": f"{place}?fayl="})

    # Text

    @row_page("chetimost", "Лесно ли се чете")
    def reading(self, request: HttpRequest, material: Material) -> HttpResponse:
        """How long the sentences and words of the text are, and which are worth a second look."""
        is_easy = material.kind == Material.Kind.EASY_READ
        return self.page(
            request,
            "campaigns/materials/admin/reading.html",
            material,
            title=f"Лесно ли се чете: {material.title}",
            reading=measure(text_of(blocks_of(material.text)), is_easy=is_easy),
            is_easy=is_easy,
        )

    # Downloads

    @row_page("izteglyaniya", "Изтегляния")
    def taken(self, request: HttpRequest, material: Material) -> HttpResponse:
        """How often the files of a material were taken, by month and by file."""
        files = list(self._files_of(material))
        for file in files:
            file.taken = file.taken or 0
        return self._taken_page(
            request,
            f"Изтегляния: {material.title}",
            downloads.by_file(files) if files else None,
            reverse(f"admin:{self.page_name('taken_xlsx')}", args=[material.pk]),
            material,
        )

    @row_page("izteglyaniya/xlsx")
    def taken_xlsx(self, request: HttpRequest, material: Material) -> HttpResponse:
        """The same as a workbook."""
        return _workbook(f"izteglyaniya-{material.slug}", material)

    @list_page("izteglyaniya", "Изтегляния")
    def all_taken(self, request: HttpRequest) -> HttpResponse:
        """How often all materials of the municipality were taken."""
        rows = list(
            Material.objects.annotate(taken=downloads.of_material())
            .filter(taken__gt=0)
            .order_by("-taken", "title", "pk")[:MOST_BARS]
        )
        return self._taken_page(
            request,
            "Изтегляния на материалите",
            downloads.by_material(rows) if rows else None,
            reverse(f"admin:{self.page_name('all_taken_xlsx')}"),
        )

    @list_page("izteglyaniya/xlsx")
    def all_taken_xlsx(self, request: HttpRequest) -> HttpResponse:
        """The same as a workbook."""
        return _workbook(f"izteglyaniya-{timezone.localdate():%Y-%m-%d}")

    def _taken_page(
        self,
        request: HttpRequest,
        title: str,
        chart: dict | None,
        xlsx_url: str,
        material: Material | None = None,
    ) -> HttpResponse:
        months = downloads.last_months(timezone.localdate())
        return self.page(
            request,
            "campaigns/materials/admin/taken.html",
            material,
            title=title,
            columns=downloads.by_month(months, material),
            chart=chart,
            total=sum(row["value"] for row in chart["rows"]) if chart else 0,
            xlsx_url=xlsx_url,
        )


def _remove(row: MaterialFile) -> str:
    keeping.remove_file(row=row)
    return f"Файлът е изтрит: {row.name}."


def _up(row: MaterialFile) -> str:
    keeping.move_up(row=row)
    return f"Файлът е преместен нагоре: {row.name}."


CHANGES: dict[str, Callable[[MaterialFile], str]] = {"remove": _remove, "up": _up}


def _workbook(name: str, material: Material | None = None) -> HttpResponse:
    return xlsx_response(
        name, "Изтегляния", downloads.workbook_columns(), downloads.workbook_rows(material)
    )
