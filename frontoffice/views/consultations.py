"""Consultations: a new one on one screen, a correction."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from frontoffice.consultations import (
    ConsultationChanged,
    correct_consultation,
    record_consultation,
)
from frontoffice.finding import find_people
from frontoffice.forms import KEYS_FOR_TOPICS, NOTE_HINTS, ConsultationForm
from frontoffice.looks import find_person_named, record_look
from frontoffice.models import Consultation, Person
from frontoffice.places import services_with_places
from frontoffice.views.people import choices_of
from municipalities.permissions import can_edit_consultation, can_use_desk, require

TYPED_OF_PEOPLE = ("person_query", "person_asked", "note")


@require(can_use_desk)
@sensitive_post_parameters(*TYPED_OF_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_consultation(request: HttpRequest) -> HttpResponse:
    """Record a consultation on one screen; sent twice it is saved once."""
    person = _linked_person(request)
    form = ConsultationForm(
        request.POST if request.method == "POST" else None,
        municipality=request.municipality,
        initial={"channel": Consultation.Channel.IN_PERSON, "person": person},
    )
    if form.asks_for_person():
        return _capture_page(request, form.without_errors(), chosen=form.chosen_person())
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
    return _capture_page(request, form, chosen=form.chosen_person() or person)


def _linked_person(request: HttpRequest) -> Person | None:
    """Return the person that the page's address brings along from their own page."""
    given = request.GET.get("lice", "")
    if not given:
        return None
    person = find_person_named(given)
    record_look(request, person)
    return person


@require(can_use_desk)
@sensitive_post_parameters(*TYPED_OF_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_consultation(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a consultation, or only read it if it is a colleague's."""
    consultation = _find(pk)
    if consultation.person:
        record_look(request, consultation.person)
    if not can_edit_consultation(request, consultation):
        return render(request, "frontoffice/consultation.html", {"consultation": consultation})
    form = ConsultationForm(
        request.POST if request.method == "POST" else None,
        municipality=request.municipality,
        linked=consultation.services.all(),
        initial=_initial(consultation),
    )
    chosen = form.chosen_person() if form.is_bound else consultation.person
    if form.asks_for_person():
        return _capture_page(
            request, form.without_errors(), consultation=consultation, chosen=chosen
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
    return _capture_page(request, form, consultation=consultation, chosen=chosen)


def _find(pk: int) -> Consultation:
    """Return the consultation; a foreign one is missing exactly like one that never was."""
    rows = Consultation.objects.for_listing().select_related("person")
    return get_object_or_404(rows, pk=pk)


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
        "person": consultation.person_id,
        "form_key": consultation.form_key,
        "version": consultation.version,
    }


def more_topics_chosen(form: ConsultationForm) -> bool:
    """Say whether a topic is chosen that has no number key, and so is not seen at once."""
    return any(option.data["selected"] for option in list(form["topics"])[KEYS_FOR_TOPICS:])


def _capture_page(
    request: HttpRequest,
    form: ConsultationForm,
    *,
    consultation: Consultation | None = None,
    chosen: Person | None = None,
) -> HttpResponse:
    asked = form.person_question()
    found = find_people(asked, request.municipality).people if asked else []
    return render(
        request,
        "frontoffice/capture.html",
        {
            "form": form.as_hinted_for(chosen),
            "hints": NOTE_HINTS,
            "consultation": consultation,
            "places": services_with_places(request.municipality),
            "more_topics_chosen": more_topics_chosen(form),
            "action": reverse("consultation", args=[consultation.pk])
            if consultation
            else reverse("consultation_new"),
            "chosen": chosen,
            **choices_of(found, chosen, asked),
        },
        status=422 if form.errors else 200,
    )
