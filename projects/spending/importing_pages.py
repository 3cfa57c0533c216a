"""Pages of importing expenses: the file, what is wrong in it or its preview, the loading."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from municipalities.admin_pages import WithPages, list_page, row_page
from municipalities.exports import CONTENT_TYPE
from municipalities.spreadsheet_forms import SpreadsheetField
from municipalities.spreadsheets import Rows, heading_place
from projects.admin_base import ManagedAdmin
from projects.models import BudgetLine, ExpenseImport, Project
from projects.spending import importing
from projects.spending.checks import spent_by_line
from projects.spending.converting import converted
from projects.spending.importing_columns import BY_CODE, FIELDS, template_for
from projects.spending.importing_rows import Read, read_rows

PER_PAGE = 50
REVIEW = "admin:projects_expenseimport_review"


class FileForm(forms.Form):
    """The spreadsheet of expenses."""

    table = SpreadsheetField(
        label="Таблица с разходи",
        help_text="XLSX или CSV, до 10 MB и 5000 реда. Чете се първият лист.",
    )


class WhyForm(forms.Form):
    """One reason for all rows of a file by which a line is exceeded."""

    reason = forms.CharField(label="Защо се надхвърлят перата", max_length=250)


class ImportPages(WithPages):
    """Mix into the admin of projects: the file is brought to a project."""

    @row_page("vnasyane", "Внасяне на разходи")
    def bring(self, request: HttpRequest, project: Project) -> HttpResponse:
        """Take a file; what it says is shown before anything is written."""
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method == "POST":
            form = FileForm(request.POST, request.FILES)
            if form.is_valid():
                table = form.cleaned_data["table"]
                made = importing.begin(
                    project=project,
                    rows=table.rows,
                    file_name=table.name,
                    by=request.user,  # type: ignore[arg-type]
                )
                return redirect(REVIEW, made.pk)
        earlier = project.imports.select_related("made_by").defer("rows", "problems")
        return self.page(
            request,
            "projects/spending/import_new.html",
            project,
            title="Внасяне на разходи от XLSX",
            status=422 if form.errors else 200,
            form=form,
            fields=FIELDS,
            earlier=earlier.order_by("-made_at", "-pk")[:10],
        )

    @row_page("vnasyane-obrazets")
    def template(self, request: HttpRequest, project: Project) -> HttpResponse:
        """Give the book to fill in."""
        response = HttpResponse(template_for(project), content_type=CONTENT_TYPE)
        name = "obrazets-razhodi.xlsx"
        response["Content-Disposition"] = content_disposition_header(True, name)
        response["X-Content-Type-Options"] = "nosniff"
        return response


@dataclass
class LineAfter:
    """What a line would be after the loading, in the project's currency."""

    line: BudgetLine
    spent: Decimal
    rows: int = 0
    brought: Decimal = Decimal("0.00")

    @property
    def left(self) -> Decimal:
        """What would remain; below zero where the line is over."""
        return self.line.amount - self.spent - self.brought


def lines_after(read: Read, project: Project) -> list[LineAfter]:
    """Return the lines that the file touches, as they would be once it is loaded."""
    spent = spent_by_line(project)
    found: dict[int, LineAfter] = {}
    for facts in read.facts:
        line = facts.line
        row = found.setdefault(line.pk, LineAfter(line, spent.get(line.pk, Decimal("0.00"))))
        row.rows += 1
        row.brought += converted(facts.amount, facts.currency, project.currency)
    return sorted(found.values(), key=lambda row: row.line.code)


def shown_problems(problems: list[dict[str, Any]], rows: Rows) -> list[dict[str, Any]]:
    """Return the problems with the name of their cell and of their column."""
    heading = rows[heading_place(rows)] if rows else []
    shown = []
    for problem in problems:
        column = problem["column"]
        title = heading[column - 1] if 0 < column <= len(heading) else ""
        if not column and problem.get("field") in BY_CODE:
            title = f"{BY_CODE[problem['field']].title} (няма такава колона)"
        cell = f"{_letters(column)}{problem['row']}" if column else f"ред {problem['row']}"
        shown.append({**problem, "cell": cell, "title": title})
    return shown


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@admin.register(ExpenseImport)
class ExpenseImportAdmin(ManagedAdmin):
    """Files of expenses that were brought, each with its page."""

    list_display = ("file_name", "project", "state_shown", "total", "made_by", "made_at")
    list_filter = ("state", "project")
    list_select_related = ("project", "made_by")
    search_fields = ("file_name", "project__name")
    search_help_text = "По име на файла или проект."

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("project", "made_by").defer("rows")

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        """A file is brought on its project's page."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """What was not loaded is thrown away on its own page; the rest stays."""
        return False

    def change_view(self, request: HttpRequest, object_id, form_url="", extra_context=None):
        """Lead to the page of the file: it has no form."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not str(object_id).isascii() or not str(object_id).isdigit() or len(object_id) > 18:
            raise Http404
        return redirect(REVIEW, object_id)

    @admin.display(description="състояние", ordering="state")
    def state_shown(self, run: ExpenseImport) -> str:
        if run.state == ExpenseImport.State.CHECKED and run.problems:
            return "има грешки"
        return run.get_state_display()

    @list_page("nov", "Внасяне на разходи от XLSX")
    def choose(self, request: HttpRequest) -> HttpResponse:
        """Ask for which project; where there is one, lead to it."""
        projects = list(Project.objects.order_by("name", "pk")[:500])
        if len(projects) == 1:
            return redirect("admin:projects_project_bring", projects[0].pk)
        return self.page(
            request,
            "projects/spending/import_choose.html",
            title="За кой проект са разходите",
            projects=projects,
        )

    @row_page("pregled")
    def review(self, request: HttpRequest, run: ExpenseImport) -> HttpResponse:
        """Show what is wrong in the file, or what it would write; write it when told so."""
        why = WhyForm(request.POST if "explain" in request.POST else None)
        if request.method == "POST" and not (why.is_bound and not why.is_valid()):
            return self._step(request, run, why)
        facts: dict[str, Any] = {"run": run, "project": run.project, "why": why}
        if run.state == ExpenseImport.State.CHECKED:
            facts |= self._problems(request, run) if run.problems else self._preview(request, run)
        return self.page(
            request,
            "projects/spending/import_review.html",
            run,
            title=run.file_name,
            status=422 if why.is_bound else 200,
            **facts,
        )

    def _problems(self, request: HttpRequest, run: ExpenseImport) -> dict[str, Any]:
        rows = {problem["row"] for problem in run.problems}
        page = Paginator(run.problems, PER_PAGE).get_page(request.GET.get("page"))
        return {
            "page_obj": page,
            "faults": shown_problems(list(page.object_list), run.rows),
            "faulty": len(rows),
            "is_cut": len(run.problems) >= importing.MOST_PROBLEMS,
            "only_over": all(found.get("field") == importing.OVERRUN for found in run.problems),
        }

    def _preview(self, request: HttpRequest, run: ExpenseImport) -> dict[str, Any]:
        read = read_rows(run.project, run.rows, importing.MOST_PROBLEMS)
        page = Paginator(list(zip(read.numbers, read.facts, strict=True)), PER_PAGE).get_page(
            request.GET.get("page")
        )
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        for facts in read.facts:
            totals[facts.currency] += facts.amount
        return {
            "page_obj": page,
            "read": read,
            "totals": sorted(totals.items()),
            "lines": lines_after(read, run.project),
        }

    def _step(self, request: HttpRequest, run: ExpenseImport, why: WhyForm) -> HttpResponse:
        try:
            if "forget" in request.POST:
                importing.forget(run)
                messages.success(request, "Файлът е премахнат; нищо не е записано.")
                return redirect("admin:projects_project_bring", run.project_id)
            if "check" in request.POST:
                importing.check_again(run)
                messages.success(request, "Файлът е проверен отново.")
            elif why.is_bound:
                importing.explain(run, why.cleaned_data["reason"])
            elif "load" in request.POST:
                written = importing.load(run, by=request.user)  # type: ignore[arg-type]
                if written:
                    words = f"Записани разходи: {len(written)}."
                    messages.success(request, words)
                else:
                    words = "Нищо не е записано: проектът междувременно е променен."
                    messages.warning(request, words)
        except importing.NotLoaded as reason:
            messages.warning(request, str(reason))
            if not ExpenseImport.objects.filter(pk=run.pk).exists():
                return redirect("admin:projects_project_bring", run.project_id)
        return redirect(REVIEW, run.pk)
