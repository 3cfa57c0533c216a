"""The archive and the obligations of projects in the admin."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import TenantForm
from municipalities.admin_pages import list_page, row_page
from municipalities.admin_site import delete_or_refuse
from municipalities.permissions import can_manage_projects
from municipalities.templatetags.portal import counted
from municipalities.uploads import UploadField, serve_attachment
from projects.admin_base import ManagedAdmin
from projects.models import Obligation, ProjectDocument
from projects.of_project import OfProject, first_words
from projects.papers import archive, calendar, obligations
from projects.papers.retention import Retention, norm_beside, retention_of


class DocumentForm(TenantForm):
    """A document with its file, which is sent once: another version is another document."""

    file = UploadField(
        label=_("Файл"), help_text=_("PDF, JPEG, PNG, DOCX или ODT, също електронно подписан.")
    )


@admin.register(ProjectDocument)
class ProjectDocumentAdmin(OfProject, ManagedAdmin):
    """The archive: files of projects and until when they are kept."""

    form = DocumentForm
    list_display = ("title", "of", "kind", "number", "issued_on", "file_shown", "kept_until")
    list_filter = ("project", "kind")
    list_select_related = ("project", "added_by")
    search_fields = ("title", "number", "project__name", "name")
    search_help_text = _("По заглавие, номер, име на файла или на проекта.")
    date_hierarchy = "issued_on"
    autocomplete_fields = ("project",)
    readonly_fields = ("file_shown", "kept_until", "basis_shown", "added")
    actions = None  # papers are deleted one by one: each has its term

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(norm=norm_beside(timezone.localdate()))

    def get_fieldsets(self, request: HttpRequest, obj=None):
        file = ("file_shown", "kept_until", "basis_shown", "added") if obj else ("file",)
        described = ("project", "activity", "kind", "title", ("number", "issued_on"))
        return ((None, {"fields": described}), (_("Файл и съхранение"), {"fields": file}))

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        if change:
            kwargs["form"] = TenantForm  # without a file
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: ProjectDocument, form, change: bool) -> None:
        if not change:
            obj.added_by = request.user
            archive.keep(obj, form.cleaned_data["file"])
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """What was added today by mistake may go, the rest when its term is over."""
        may = super().has_delete_permission(request, obj)
        if not may or obj is None:
            return may
        today = timezone.localdate()
        if timezone.localdate(obj.added_at) == today:
            return True
        return self._retention(obj).may_go(today)

    def delete_model(self, request: HttpRequest, obj: ProjectDocument) -> None:
        delete_or_refuse(lambda: archive.remove(obj))

    @row_page("fayl", _("Изтеглете файла"))
    def file(self, request: HttpRequest, document: ProjectDocument) -> HttpResponseBase:
        """Give the file; that it was taken is kept."""
        return serve_attachment(
            request,
            document.path,
            name=document.name,
            content_type=document.content_type,
            subject=document,
            rule=lambda asked, of: can_manage_projects(asked),
        )

    @admin.display(description=_("проект"), ordering="project__name")
    def of(self, row: ProjectDocument) -> str:
        return first_words(row.project)

    @admin.display(description=_("файл"), ordering="size")
    def file_shown(self, row: ProjectDocument) -> str:
        url = reverse("admin:projects_projectdocument_file", args=[row.pk])
        return format_html('<a href="{}">{}</a> ({})', url, row.name, filesizeformat(row.size))

    @admin.display(description=_("пази се"))
    def kept_until(self, row: ProjectDocument) -> str:
        return self._retention(row).words

    @admin.display(description=_("основание"))
    def basis_shown(self, row: ProjectDocument) -> str:
        kept = self._retention(row)
        unsure = "" if kept.is_verified else _("непотвърдена норма")
        return ", ".join(filter(None, (kept.basis, str(unsure))))

    @admin.display(description=_("добавен"))
    def added(self, row: ProjectDocument) -> str:
        return f"{timezone.localtime(row.added_at):%d.%m.%Y %H:%M}, {row.added_by}"

    def _retention(self, row: ProjectDocument) -> Retention:
        return retention_of(row.project, row.norm)


class WhenFilter(admin.SimpleListFilter):
    """Open, late or done."""

    title = _("състояние")
    parameter_name = "kak"

    def lookups(self, request: HttpRequest, model_admin):
        return (
            ("otvoreni", _("неизпълнени")),
            ("zakasneli", _("просрочени")),
            ("gotovi", _("изпълнени")),
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "otvoreni":
            return queryset.filter(done_on__isnull=True)
        if self.value() == "zakasneli":
            return queryset.filter(done_on__isnull=True, due_on__lt=timezone.localdate())
        if self.value() == "gotovi":
            return queryset.filter(done_on__isnull=False)
        return queryset


@admin.register(Obligation)
class ObligationAdmin(ManagedAdmin):
    """What has to be done for a project by a day, as a list and as a calendar."""

    list_display = ("title", "of", "kind", "due_on", "state", "done_on")
    list_filter = (WhenFilter, "kind", "project")
    list_select_related = ("project",)
    search_fields = ("title", "note", "project__name")
    search_help_text = _("По задължение, бележка или проект.")
    date_hierarchy = "due_on"
    autocomplete_fields = ("project",)
    fields = ("project", "kind", "title", "due_on", "done_on", "note")
    actions = ("mark_as_done",)

    @admin.display(description=_("проект"), ordering="project__name")
    def of(self, row: Obligation) -> str:
        return first_words(row.project)

    @admin.display(description=_("състояние"))
    def state(self, row: Obligation) -> str:
        line = calendar.Line(row, timezone.localdate())
        return format_html('<span class="tag {}">{}</span>', line.tag, line.words)

    @admin.action(description=_("Отбележете като изпълнени днес"))
    def mark_as_done(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Write today as the day on which the chosen open ones were done."""
        today = timezone.localdate()
        done = obligations.mark_done(queryset.order_by().values_list("pk", flat=True), on=today)
        words = counted(done, "задължение е отбелязано,задължения са отбелязани")
        self.message_user(request, f"{words} като изпълнени днес.", messages.SUCCESS)

    @list_page("kalendar", _("Календар"))
    def calendar(self, request: HttpRequest) -> HttpResponse:
        """Show the obligations of all projects by month; what was done is marked here."""
        today = timezone.localdate()
        if request.method == "POST":
            form = calendar.MarkForm(request.POST)
            if form.is_valid():
                words = form.save(today)
                self.message_user(request, words, messages.SUCCESS)
            return redirect(f"{request.path}{calendar.kept_query(request)}")
        chosen = calendar.ProjectChoice(request.GET)
        return self.page(
            request,
            "projects/papers/calendar.html",
            title=_("Календар на задълженията"),
            chosen=chosen,
            **calendar.months_of(chosen.project, request.GET.get("page"), today),
        )
