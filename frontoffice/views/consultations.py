"""The desk: today, a new consultation, the journal."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontoffice.consultations import (
    ConsultationChanged,
    correct_consultation,
    record_consultation,
)
from frontoffice.forms import KEYS_FOR_TOPICS, ConsultationForm, JournalForm
from frontoffice.models import Consultation
from municipalities.permissions import can_edit_consultation, can_use_desk, require
from services_registry.models import Service

ROWS_PER_PAGE = 50
TODAY_ROWS = 50
PLACES_SHOWN = 12
LARGEST_ID = 2**63 - 1


@require(can_use_desk)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The office's day: what was recorded, and where there are places while one talks."""
    of_today = Consultation.objects.on_day(timezone.localdate())
    rows = Paginator(of_today.for_listing(), TODAY_ROWS).get_page(request.GET.get("page"))
    return render(
        request,
        "frontoffice/today.html",
        {
            "page_obj": rows,
            "mine": of_today.filter(specialist=request.user).count(),
            "places": services_with_places(request.municipality),
            "now": timezone.localtime(),
        },
    )


def services_with_places(municipality, limit: int = PLACES_SHOWN):
    """Return published services of the municipality that count their places, freest first."""
    return (
        Service.public.filter(municipality=municipality)
        .select_related("municipality")
        .with_latest_capacity()
        .filter(capacity_places__isnull=False)
        .order_by("-capacity_free", "name", "pk")[:limit]
    )


@require(can_use_desk)
@require_http_methods(["GET", "HEAD", "POST"])
def new_consultation(request: HttpRequest) -> HttpResponse:
    """Record a consultation on one screen; sent twice it is saved once."""
    form = ConsultationForm(
        request.POST if request.method == "POST" else None,
        municipality=request.municipality,
        initial={"channel": Consultation.Channel.IN_PERSON},
    )
    if request.method == "POST" and form.is_valid():
        _consultation, is_new = record_consultation(
            membership=request.membership,
            form_key=form.cleaned_data["form_key"],
            **form.facts(),
        )
        messages.success(
            request,
            "Консултацията е записана." if is_new else "Тази консултация вече беше записана.",
        )
        if "next" in request.POST:
            return redirect("consultation_new")
        return redirect("desk")
    return _capture_page(request, form, consultation=None)


@require(can_use_desk)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_consultation(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a consultation, or only read it if it is a colleague's."""
    consultation = _find(pk)
    may_edit = can_edit_consultation(request, consultation)
    if not may_edit:
        return render(request, "frontoffice/consultation.html", {"consultation": consultation})
    form = ConsultationForm(
        request.POST if request.method == "POST" else None,
        municipality=request.municipality,
        linked=consultation.services.all(),
        initial=_initial(consultation),
    )
    if request.method == "POST" and form.is_valid():
        try:
            correct_consultation(
                consultation, version=form.cleaned_data["version"] or 0, **form.facts()
            )
        except ConsultationChanged:
            form.add_error(
                None,
                "Колега е променил консултацията, докато пишехте. Вашият текст е запазен по-долу: "
                "отворете я в нов раздел, сравнете и запишете отново.",
            )
            form.data = form.data.copy()
            form.data["version"] = Consultation.objects.get(pk=pk).version
        else:
            messages.success(request, "Промените са записани.")
            return redirect("consultations")
    return _capture_page(request, form, consultation=consultation)


def _find(pk: int) -> Consultation:
    """Return the consultation; a foreign one is missing exactly like one that never was."""
    found = Consultation.objects.for_listing().filter(pk=pk).first() if pk <= LARGEST_ID else None
    if found is None:
        raise Http404
    return found


def _initial(consultation: Consultation) -> dict:
    return {
        "channel": consultation.channel,
        "topics": consultation.topics.all(),
        "subject": consultation.subject,
        "services": consultation.services.all(),
        "note": consultation.note,
        "outcome": consultation.outcome,
        "settlement": consultation.settlement_id,
        "held_at": consultation.held_at,
        "duration_minutes": consultation.duration_minutes,
        "form_key": consultation.form_key,
        "version": consultation.version,
    }


def more_topics_chosen(form: ConsultationForm) -> bool:
    """Say whether a topic is chosen that has no number key, and so is not seen at once."""
    return any(option.data["selected"] for option in list(form["topics"])[KEYS_FOR_TOPICS:])


def _capture_page(request: HttpRequest, form, *, consultation: Consultation | None) -> HttpResponse:
    return render(
        request,
        "frontoffice/capture.html",
        {
            "form": form,
            "consultation": consultation,
            "places": services_with_places(request.municipality),
            "more_topics_chosen": more_topics_chosen(form),
            "action": reverse("consultation", args=[consultation.pk])
            if consultation
            else reverse("consultation_new"),
        },
        status=422 if form.errors else 200,
    )


@require(can_use_desk)
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """All consultations of the municipality, searched and filtered by the page's address."""
    form = JournalForm(request.GET)
    form.is_valid()
    found = form.narrow(Consultation.objects.for_listing(), user=request.user)
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "frontoffice/journal.html", {"form": form, "page_obj": page})
