"""The journal: consultations searched, filtered and counted; one read, and what it said before."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontoffice.consultations import find_consultation
from frontoffice.forms_journal import JournalForm
from frontoffice.looks import record_look
from frontoffice.models import Consultation
from frontoffice.versions import corrections_of, first_version_of
from municipalities.permissions import can_edit_consultation, can_use_desk, require

ROWS_PER_PAGE = 50
CORRECTIONS_PER_PAGE = 20


@require(can_use_desk)
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """All consultations of the municipality, searched and filtered by the page's address."""
    form = JournalForm(request.GET)
    form.is_valid()
    found = form.narrow(Consultation.objects.for_listing(), user=request.user)
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "frontoffice/journal.html", {"form": form, "page_obj": page})


@require(can_use_desk)
@require_safe
def consultation_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One consultation as it stands, one's own or a colleague's; the look at a person is kept."""
    consultation = find_consultation(pk)
    if consultation.person:
        record_look(request, consultation.person)
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
def consultation_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every correction, the newest first, with what it changed; below them the first record."""
    consultation = find_consultation(pk)
    if consultation.person:
        record_look(request, consultation.person)
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
