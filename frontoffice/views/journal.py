"""The journal: consultations searched, filtered and counted; one read, and what it said before."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from frontoffice import exports
from frontoffice.dossier.opening import asks_why
from frontoffice.dossier.reasons import ask_first, held_reason
from frontoffice.forms_journal import JournalForm
from frontoffice.looks import find_person, record_look
from frontoffice.models import Consultation, Person
from frontoffice.versions import corrections_of, first_version_of, people_once_in
from frontoffice.views.opening import opens_consultation
from municipalities.audit import AccessEvent, record_access
from municipalities.exports import xlsx_response
from municipalities.permissions import (
    can_edit_consultation,
    can_lead_desk,
    can_use_desk,
    require,
)

ROWS_PER_PAGE = 50
CORRECTIONS_PER_PAGE = 20


def _person_of(request: HttpRequest, form: JournalForm) -> Person | None:
    """Return the person the journal is narrowed to, and keep the look; a foreign one is a 404."""
    number = form.cleaned_data.get("litse")
    if not number:
        return None
    person = find_person(number)
    record_look(request, person)
    return person


@require(can_use_desk)
@require_safe
@asks_why("litse")
def journal(request: HttpRequest) -> HttpResponse:
    """All consultations of the municipality, searched and filtered by the page's address."""
    form = JournalForm(request.GET, request=request)
    form.is_valid()
    person = _person_of(request, form)
    found = form.narrow(Consultation.objects.for_listing())
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "frontoffice/journal.html",
        {
            "form": form,
            "person": person,
            "page_obj": page,
            "minutes": found.aggregate(all=Sum("duration_minutes"))["all"] or 0,
            "may_export_names": can_lead_desk(request),
        },
    )


@require(can_use_desk)
@require_POST
def consultations_export(request: HttpRequest) -> HttpResponse:
    """The filtered journal as XLSX; people's names only when a head ticks so. Both are kept."""
    form = JournalForm(request.POST, request=request)
    with_names = "imena" in request.POST
    if with_names and not can_lead_desk(request):
        raise PermissionDenied
    if not form.is_valid():
        messages.error(request, "Поправете филтрите и изнесете отново.")
        return redirect("consultations")
    number = form.cleaned_data.get("litse")
    if number and held_reason(request, person := find_person(number))[0]:
        return ask_first(request, person, then=f"{reverse('consultations')}?litse={number}")
    _person_of(request, form)
    rows = list(
        form.narrow(
            Consultation.objects.for_listing().select_related(
                "settlement", "person", "missing_kind"
            )
        )[: exports.MOST_EXPORTED + 1]
    )
    if len(rows) > exports.MOST_EXPORTED:
        messages.error(
            request, "Консултациите са над 50 000. Изберете по-кратък период и изнесете на части."
        )
        return redirect("consultations")
    exported = AccessEvent.Action.EXPORTED
    record_access(request, exported, Consultation, rows=len(rows), reason="дневник")
    if with_names:
        named = {row.person_id for row in rows if row.person_id}
        record_access(request, exported, Person, rows=len(named), reason="имена в дневника")
    today = timezone.localdate()
    return xlsx_response(
        f"konsultatsii-{request.municipality.slug}-{today:%Y-%m-%d}",
        f"Консултации {today:%d.%m.%Y}",
        exports.columns(with_names=with_names),
        rows,
    )


@require(can_use_desk)
@require_safe
@opens_consultation
def consultation_page(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    """One consultation as it stands, one's own or a colleague's; the look at a person is kept."""
    return render(
        request,
        "frontoffice/consultation.html",
        {
            "consultation": consultation,
            "may_edit": can_edit_consultation(request, consultation),
        },
    )


@require(can_use_desk)
@require_safe
@opens_consultation
def consultation_versions(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    """Every correction, the newest first, with what it changed; below them the first record.

    They may name people the talk is no longer with: a look at each is kept, with its reason.
    """
    for person in people_once_in(consultation):
        asks, reason = held_reason(request, person)
        if asks:
            return ask_first(request, person)
        record_look(request, person, reason=reason)
    page = Paginator(
        consultation.versions.select_related("written_by").order_by("-version"),
        CORRECTIONS_PER_PAGE,
    ).get_page(request.GET.get("page"))
    return render(
        request,
        "frontoffice/consultation_versions.html",
        {
            "consultation": consultation,
            "page_obj": page,
            "corrections": corrections_of(consultation, list(page)),
            "first": first_version_of(consultation),
        },
    )
