"""Reports for a period in the admin: what the manager writes, the document, the workbooks."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import TenantForm, is_key
from municipalities.admin_pages import row_page
from municipalities.models import User
from municipalities.permissions import can_manage_projects
from municipalities.typeset import pdf_response
from municipalities.uploads import discard, serve_attachment
from projects.admin_base import ManagedAdmin
from projects.indicators.values import state_of
from projects.models import PeriodReport, Project
from projects.reports import documents, workbooks
from projects.spending.sums import sums_of

DAY = dt.timedelta(days=1)
MAKE, ARCHIVE = "make", "archive"
TEXTS = ("done", "problems", "ahead")


class PeriodReportForm(TenantForm):
    """A report of days in which the project was there."""

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        project, last = said.get("project"), said.get("period_to")
        if project and last and project.starts_on and last < project.starts_on:
            raise ValidationError(
                {"period_to": f"Проектът започва на {project.starts_on:%d.%m.%Y} г."}
            )
        return said


@admin.register(PeriodReport)
class PeriodReportAdmin(ManagedAdmin):
    """Reports: their texts here, the document and the workbooks on the page of each."""

    form = PeriodReportForm
    list_display = ("name_shown", "project", "first", "last", "made_shown")
    list_filter = ("kind", "project")
    list_select_related = ("project", "made_by")
    search_fields = ("project__name", "project__contract_number", "done", "problems", "ahead")
    search_help_text = _("По проект, номер на договор или текст.")
    date_hierarchy = "period_to"
    autocomplete_fields = ("project",)
    readonly_fields = ("made_shown",)
    fieldsets = (
        (
            _("Отчетът"),
            {
                "fields": ("project", "kind", ("period_from", "period_to"), "made_shown"),
                "description": _(
                    "Числата се вземат от портала, когато изготвите документа: дейности,"
                    " индикатори, обучения, пера, разходи, рискове."
                ),
            },
        ),
        (
            _("Каквото числата не казват"),
            {
                "fields": TEXTS,
                "description": _(
                    "Празен ред започва нов абзац. Имена и данни на хора не се пишат."
                ),
            },
        ),
    )

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name in TEXTS:
            kwargs["widget"] = admin.widgets.AdminTextareaWidget(attrs={"rows": 8})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("отчет"), ordering="kind")
    def name_shown(self, report: PeriodReport) -> str:
        return documents.capitalised(report.get_kind_display())

    @admin.display(description=_("от"), ordering="period_from")
    def first(self, report: PeriodReport) -> dt.date:
        return report.period_from

    @admin.display(description=_("до"), ordering="period_to")
    def last(self, report: PeriodReport) -> dt.date:
        return report.period_to

    @admin.display(description=_("документ"), ordering="made_at")
    def made_shown(self, report: PeriodReport) -> str:
        if report.made_at is None:
            return "още не е изготвен"
        by = f" от {report.made_by.name}" if report.made_by else ""
        return f"изготвен на {timezone.localtime(report.made_at):%d.%m.%Y, %H:%M}{by}"

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the days after the last report of ``?project=`` up to the end of the last month."""
        given = super().get_changeform_initial_data(request)
        last = timezone.localdate().replace(day=1) - DAY
        first = last.replace(day=1)
        key = given.get("project")
        if key and is_key(key, Project._meta.pk):
            project = Project.objects.filter(pk=key).first()
            if project:
                first = _next_day(project) or first
        if first > last:
            last = timezone.localdate()
        return {"period_from": min(first, last), "period_to": last, **given}

    def save_model(self, request: HttpRequest, report: PeriodReport, form, change) -> None:
        super().save_model(request, report, form, change)
        if report.made_at and form.changed_data:
            self.message_user(
                request,
                "Документът е от преди тази промяна. Изгответе го отново.",
                messages.WARNING,
            )
        same = PeriodReport.objects.filter(
            project=report.project_id,
            kind=report.kind,
            period_from__lte=report.period_to,
            period_to__gte=report.period_from,
        ).exclude(pk=report.pk)
        if overlapping := same.first():
            words = f"Периодът се застъпва с друг отчет: {overlapping}."
            self.message_user(request, words, messages.WARNING)

    def response_add(self, request: HttpRequest, obj, post_url_continue=None) -> HttpResponse:
        response = super().response_add(request, obj, post_url_continue)
        return self._to_the_page(request, obj, response)

    def response_change(self, request: HttpRequest, obj) -> HttpResponse:
        return self._to_the_page(request, obj, super().response_change(request, obj))

    def _to_the_page(self, request: HttpRequest, obj, response: HttpResponse) -> HttpResponse:
        """Lead from „Запис“ to the report's page, where its document is made."""
        return redirect(self._url(obj)) if "_save" in request.POST else response

    def _url(self, report: PeriodReport) -> str:
        return reverse(f"admin:{self.page_name('document')}", args=[report.pk])

    def delete_model(self, request: HttpRequest, obj) -> None:
        super().delete_model(request, obj)
        transaction.on_commit(partial(discard, obj.path))

    def delete_queryset(self, request: HttpRequest, queryset) -> None:
        paths = list(queryset.values_list("path", flat=True))
        super().delete_queryset(request, queryset)
        for path in paths:
            transaction.on_commit(partial(discard, path))

    @row_page("dokument", "Документ и книги")
    def document(self, request: HttpRequest, report: PeriodReport) -> HttpResponse:
        """Show where the report stands; make its document, or put that into the archive."""
        if request.method == "POST":
            return self._do(request, report)
        project = report.project
        sums = sums_of(project, since=report.period_from, upto=report.period_to)
        states = state_of(project, since=report.period_from, upto=report.period_to)
        return self.page(
            request,
            "projects/reports/report.html",
            report,
            title=documents.capitalised(str(report)),
            report=report,
            project=project,
            sums=sums,
            states=states,
            texts=[(_label(name), getattr(report, name), f"id_{name}") for name in TEXTS],
            archived=documents.archived(report),
        )

    def _do(self, request: HttpRequest, report: PeriodReport) -> HttpResponse:
        what = request.POST.get("action")
        if what == MAKE:
            documents.make(report, by=_actor(request))
            self.message_user(request, "Документът е изготвен.", messages.SUCCESS)
        elif what == ARCHIVE:
            try:
                documents.archive(report, by=_actor(request))
            except (documents.NotMade, FileNotFoundError):
                words = "Няма документ за архива. Първо изгответе документа."
                self.message_user(request, words, messages.ERROR)
            else:
                words = "Копие на документа е в архива на проекта."
                self.message_user(request, words, messages.SUCCESS)
        return redirect(self._url(report))

    @row_page("chernova")
    def draft(self, request: HttpRequest, report: PeriodReport) -> HttpResponse:
        """Answer with the document as it would be now, marked as a draft."""
        return pdf_response(documents.draft(report, by=_actor(request)), "chernova-otchet.pdf")

    @row_page("izteglyane")
    def download(self, request: HttpRequest, report: PeriodReport) -> HttpResponseBase:
        """Answer with the document as it was made."""
        if report.made_at is None:
            raise Http404
        return serve_attachment(
            request,
            report.path,
            name=documents.file_name(report),
            content_type=documents.PDF,
            subject=report,
            rule=lambda asked, _report: can_manage_projects(asked),
        )

    @row_page("tehnicheska-kniga")
    def technical_book(self, request: HttpRequest, report: PeriodReport) -> HttpResponse:
        """Answer with the tables of the technical report as a workbook."""
        return workbooks.technical_workbook(report)

    @row_page("finansova-kniga")
    def financial_book(self, request: HttpRequest, report: PeriodReport) -> HttpResponse:
        """Answer with the tables of the financial report as a workbook."""
        return workbooks.financial_workbook(report)


def _label(name: str) -> str:
    """Return what a field of a report is called."""
    return str(cast(models.Field, PeriodReport._meta.get_field(name)).verbose_name)


def _next_day(project: Project) -> dt.date | None:
    """Return the day after the last report of ``project``, else its start."""
    last = project.reports.order_by("-period_to").values_list("period_to", flat=True).first()
    if last is None:
        return project.starts_on
    return last + DAY if last < dt.date.max else None


def _actor(request: HttpRequest) -> User:
    """Return who is signed in, as everybody who comes to a page of the admin is."""
    return cast(User, request.user)
