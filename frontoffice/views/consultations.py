"""Consultations: a new one on one screen, a correction."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from frontoffice.changes import Difference
from frontoffice.consultations import (
    ConsultationChanged,
    correct_consultation,
    find_consultation,
    record_consultation,
)
from frontoffice.finding import find_people
from frontoffice.forms import KEYS_FOR_TOPICS, NOTE_HINTS, ConsultationForm
from frontoffice.looks import find_person_named, record_look
from frontoffice.models import Consultation, Person
from frontoffice.places import services_with_places
from frontoffice.versions import differences_of
from frontoffice.views.people import choices_of
from municipalities.permissions import can_edit_consultation, can_use_desk, require

CHANGED = (
    "Колега е променил консултацията, докато пишехте. Вашето е запазено по-долу. Вижте разликите "
    "и запишете отново, ако вашето е вярното."
)
CHANGED_ALIKE = (
    "Колега е променил консултацията, докато пишехте, и е записал същото като вас. Запишете "
    "отново или се откажете."
)
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
    """Correct a consultation; who may not is sent to read it."""
    consultation = find_consultation(pk)
    if consultation.person:
        record_look(request, consultation.person)
    if not can_edit_consultation(request, consultation):
        return redirect("consultation", pk)
    form = ConsultationForm(
        request.POST if request.method == "POST" else None,
        municipality=request.municipality,
        linked=consultation.services.all(),
        initial=_initial(consultation),
    )
    chosen = form.chosen_person() if form.is_bound else consultation.person
    changed: list[Difference] = []
    if form.asks_for_person():
        return _capture_page(
            request, form.without_errors(), consultation=consultation, chosen=chosen
        )
    if request.method == "POST" and form.is_valid():
        try:
            correct_consultation(
                consultation,
                by=request.user,
                version=form.cleaned_data["version"] or 0,
                **form.facts(),
            )
        except ConsultationChanged as refused:
            changed = differences_of(refused.current, form.facts())
            form.add_error(None, CHANGED if changed else CHANGED_ALIKE)
            form.data = form.data.copy()
            form.data["version"] = refused.current.version
        else:
            messages.success(request, "Промените са записани.")
            return redirect("consultation", pk)
    return _capture_page(request, form, consultation=consultation, chosen=chosen, changed=changed)


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
    changed: Sequence[Difference] = (),
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
            "changed": changed,
            "places": services_with_places(request.municipality),
            "more_topics_chosen": more_topics_chosen(form),
            "action": reverse("consultation_edit", args=[consultation.pk])
            if consultation
            else reverse("consultation_new"),
            "chosen": chosen,
            **choices_of(found, chosen, asked),
        },
        status=422 if form.errors else 200,
    )
