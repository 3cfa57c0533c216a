"""„Намерих грешка“: the citizen's form, and the office's list of what was reported."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from municipalities.exports import Column, xlsx_response
from municipalities.models import Office
from municipalities.permissions import can_see_registry, require
from municipalities.throttle import Limit
from services_registry.models import Service
from services_registry.upkeep.forms_reports import AnswerForm, ReportFilter, ReportForm
from services_registry.upkeep.models import ErrorReport
from services_registry.upkeep.reports import (
    AlreadyAnswered,
    answer_report,
    find_sent,
    report_error,
)

PER_PAGE = 25
MOST_EXPORTED = 10_000  # rows
# A library or a club reports from one address; nobody reports ten errors an hour.
REPORTS = Limit("error_report", amount=10, seconds=3600)


# Citizens


def _public_service(municipality: str, slug: str) -> Service:
    """Return the service whose page citizens see; any other is missing."""
    found = Service.public.select_related("municipality").prefetch_related("life_situations")
    return get_object_or_404(found, municipality__slug=municipality, slug=slug)


def _public_page(
    request: HttpRequest, template: str, service: Service, *, status: int = 200, **context
) -> HttpResponse:
    office = Office.public.filter(municipality=service.municipality_id).order_by("pk").first()
    situations = service.life_situations.all()
    context |= {
        "service": service,
        "office": office,
        "quick_exit": any(situation.quick_exit for situation in situations),
    }
    return render(request, template, context, status=status)


@login_not_required
@cache_control(private=True, no_cache=True)  # a key of its own each; „back“ finds it and the text
@sensitive_post_parameters("text", "email")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, municipality: str, slug: str) -> HttpResponse:
    """A citizen says what is wrong on the page of a service; sent twice it is one report."""
    service = _public_service(municipality, slug)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _form_page(request, service, form)
    if not form.is_valid():
        return _form_page(request, service, form.with_a_key(), status=422)
    facts = {name: form.cleaned_data[name] for name in ("submission", "part", "text", "email")}
    if not find_sent(service, **facts):
        if REPORTS.is_reached(request):  # what was written stays on the page
            return _form_page(request, service, form, status=429, wait=True)
        report_error(service, **facts)
        REPORTS.count(request)
    return redirect("report_thanks", municipality, slug)


def _form_page(
    request: HttpRequest, service: Service, form: ReportForm, *, status: int = 200, wait=False
) -> HttpResponse:
    template = "services_registry/upkeep/report_form.html"
    return _public_page(request, template, service, status=status, form=form, wait=wait)


@login_not_required
@require_safe
def thanks(request: HttpRequest, municipality: str, slug: str) -> HttpResponse:
    """Say that the report arrived and what happens next."""
    service = _public_service(municipality, slug)
    return _public_page(request, "services_registry/upkeep/report_thanks.html", service)


# The office


@require(can_see_registry)
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """What citizens reported: open first, the oldest on top."""
    form = ReportFilter(request.GET)
    page = Paginator(form.reports(), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "services_registry/upkeep/reports.html",
        {
            "form": form,
            "page_obj": page,
            "is_filtered": any(form.cleaned_data.values()),
            "most_exported": MOST_EXPORTED,
        },
    )


COLUMNS = [
    Column("Подаден", lambda report: report.created_at, 17),
    Column("Услуга", lambda report: report.service.name, 40),
    Column("Какво не е вярно", lambda report: report.get_part_display(), 30),
    Column("Текст", lambda report: report.text, 60),
    Column("Състояние", lambda report: report.get_state_display(), 16),
    Column("Отговор", lambda report: report.answer, 60),
    Column("Отговорил", lambda report: report.answered_by and report.answered_by.name, 28),
    Column("Отговорен", lambda report: report.answered_at, 17),
]


@require(can_see_registry)
@require_http_methods(["POST"])
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as XLSX; nobody's address is in it."""
    form = ReportFilter(request.POST)
    rows = list(form.reports().defer("email_encrypted")[: MOST_EXPORTED + 1])
    if form.errors or len(rows) > MOST_EXPORTED:
        messages.error(request, "Изберете други филтри и изнесете отново.")
        return redirect("reports")
    today = timezone.localdate()
    name = f"signali-{request.municipality.slug}-{today:%Y-%m-%d}"
    return xlsx_response(name, f"Сигнали {today:%d.%m.%Y}", COLUMNS, rows)


@require(can_see_registry)
@require_http_methods(["GET", "HEAD", "POST"])
def one_report(request: HttpRequest, pk: int) -> HttpResponse:
    """A report beside its service, and the answer; who is second to answer is told so."""
    found = _find(pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _report_page(request, found, form)
    if not form.is_valid():
        if found.state != ErrorReport.State.OPEN:
            return _report_page(request, found, form, status=409, late=form.data.get("answer", ""))
        return _report_page(request, found, form, status=422)
    try:
        is_mailed = answer_report(
            found,
            state=form.cleaned_data["state"],
            answer=form.cleaned_data["answer"],
            by=request.membership.user,
        )
    except AlreadyAnswered:
        answer = form.cleaned_data["answer"]
        return _report_page(request, _find(pk), form, status=409, late=answer)
    words = (
        "Отговорът е записан и се изпраща на гражданина." if is_mailed else "Отговорът е записан."
    )
    messages.success(request, words)
    return redirect("report", pk)


def _report_page(
    request: HttpRequest, found: ErrorReport, form: AnswerForm, *, status: int = 200, late: str = ""
) -> HttpResponse:
    """Draw the page; ``late`` is what somebody wrote who was second."""
    if found.state != ErrorReport.State.OPEN:
        form = AnswerForm()
    return render(
        request,
        "services_registry/upkeep/report.html",
        {
            "report": found,
            "service": _service_of(found),
            "form": form,
            "is_open": found.state == ErrorReport.State.OPEN,
            "is_second": status == 409,
            "late": late.replace("\x00", ""),
            "others": _others(found),
        },
        status=status,
    )


def _find(pk: int) -> ErrorReport:
    """Return the report; a foreign one is missing exactly like one that never was."""
    return get_object_or_404(ErrorReport.objects.select_related("answered_by"), pk=pk)


def _service_of(found: ErrorReport) -> Service:
    return Service.objects.for_page().get(pk=found.service_id)


def _others(found: ErrorReport) -> list[ErrorReport]:
    """Return the other open reports of the same service: one correction may answer them all."""
    same = ErrorReport.objects.filter(service=found.service_id, state=ErrorReport.State.OPEN)
    return list(same.exclude(pk=found.pk).order_by("created_at", "pk")[:5])
