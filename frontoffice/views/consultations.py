"""Consultations: a new one on one screen, a correction."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from frontoffice.changes import Difference
from frontoffice.consultations import (
    ConsultationChanged,
    correct_consultation,
)
from frontoffice.dossier.opening import asks_why
from frontoffice.dossier.reasons import record_linking
from frontoffice.drafts import page as drafts
from frontoffice.forms import ConsultationForm
from frontoffice.looks import find_person_named, record_look
from frontoffice.models import Consultation, Draft, Person
from frontoffice.recording import Recorded, last_of_today, record_talk, repeated
from frontoffice.versions import differences_of
from frontoffice.views.capture import capture_page
from frontoffice.views.capture_people import TYPED_OF_PEOPLE
from frontoffice.views.opening import opens_consultation
from municipalities.permissions import can_edit_consultation, can_use_desk, require

COMPARE = "Вашето е запазено по-долу. Вижте разликите и запишете отново, ако вашето е вярното."
ALIKE = "Записано е същото, което сте написали и вие: може да се откажете."


@require(can_use_desk)
@sensitive_post_parameters(*TYPED_OF_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
@asks_why("lice")
def new_consultation(request: HttpRequest) -> HttpResponse:
    """Record a consultation on one screen; sent twice it is saved once."""
    person = _linked_person(request)
    draft = drafts.of(request, form=Draft.Form.CONSULTATION)
    form = draft.bind(
        ConsultationForm,
        membership=request.membership,
        initial={**_filled_in(request), "person": person},
    )
    chosen = form.chosen_person() if form.is_bound else person
    if form.asks_for_person():
        return capture_page(request, form.without_errors(), chosen=chosen)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = record_talk(
                membership=request.membership,
                form_key=form.cleaned_data["form_key"],
                promise=form.promise(),
                **form.facts(),
            )
            draft.close()
        if saved.consultation.person:
            record_linking(request, saved.consultation.person)
        messages.success(request, _told(saved))
        return redirect(_next_page(request, saved))
    return capture_page(request, form, chosen=chosen)


def _filled_in(request: HttpRequest) -> dict:
    """Return what stands in a new form: as in one's last consultation today, where asked for."""
    last = last_of_today(request.membership) if "povtori" in request.GET else None
    return repeated(last) if last else {"channel": Consultation.Channel.IN_PERSON}


def _told(saved: Recorded) -> str:
    if not saved.is_new:
        return "Тази консултация вече беше записана."
    if saved.follow_up:
        return (
            f"Консултацията е записана, с последваща задача за {saved.follow_up.due_on:%d.%m.%Y}."
        )
    return "Консултацията е записана."


def _next_page(request: HttpRequest, saved: Recorded) -> str:
    """Return where the pressed button leads after saving."""
    if "next" in request.POST:
        return reverse("consultation_new")
    if "follow_up" in request.POST:
        if saved.follow_up:
            return reverse("follow_up", args=[saved.follow_up.pk])
        return f"{reverse('follow_up_new')}?konsultatsiya={saved.consultation.pk}"
    if "application" in request.POST:
        return f"{reverse('application_new')}?konsultatsiya={saved.consultation.pk}"
    return reverse("desk")


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
@opens_consultation
def edit_consultation(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    """Correct a consultation; who may not is sent to read it."""
    if not can_edit_consultation(request, consultation):
        return redirect("consultation", consultation.pk)
    draft = drafts.of(request, form=Draft.Form.CONSULTATION, subject=consultation)
    form = draft.bind(
        ConsultationForm,
        membership=request.membership,
        linked=consultation.services.all(),
        initial=_initial(consultation),
    )
    chosen = form.chosen_person() if form.is_bound else consultation.person
    changed: list[Difference] = []
    if form.asks_for_person():
        return capture_page(
            request, form.without_errors(), consultation=consultation, chosen=chosen
        )
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                correct_consultation(
                    consultation,
                    by=request.user,
                    version=form.cleaned_data["version"] or 0,
                    **form.facts(),
                )
                draft.close()
        except ConsultationChanged as refused:
            changed = differences_of(refused.current, form.facts())
            told = _who_changed(request, refused.current)
            form.add_error(None, f"{told} {COMPARE if changed else ALIKE}")
            form.data = form.data.copy()
            form.data["version"] = refused.current.version
        else:
            messages.success(request, "Промените са записани.")
            return redirect("consultation", consultation.pk)
    return capture_page(request, form, consultation=consultation, chosen=chosen, changed=changed)


def _who_changed(request: HttpRequest, current: Consultation) -> str:
    at = f"{timezone.localtime(current.updated_at):%H:%M}"
    if current.changed_by in (None, request.user):
        return f"Променихте консултацията в {at} от друг раздел или устройство, докато пишехте тук."
    return f"{current.changed_by.name} промени консултацията в {at}, докато пишехте."


def _initial(consultation: Consultation) -> dict:
    return {
        "channel": consultation.channel,
        "topics": consultation.topics.all(),
        "subject": consultation.subject,
        "services": consultation.services.all(),
        "note": consultation.note,
        "outcome": consultation.outcome,
        "missing_kind": consultation.missing_kind_id,
        "settlement": consultation.settlement_id,
        "held_at": consultation.held_at,
        "duration_minutes": consultation.duration_minutes,
        "person": consultation.person_id,
        "form_key": consultation.form_key,
        "version": consultation.version,
    }
