"""The page on which a consultation is written, and what it brings beside it while one talks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from frontoffice.changes import Difference
from frontoffice.discussed import discussed_services
from frontoffice.finding import find_people
from frontoffice.followups.days import quick_days
from frontoffice.forms import KEYS_FOR_TOPICS, NOTE_HINTS, ConsultationForm
from frontoffice.models import Consultation, Person
from frontoffice.places import services_with_places
from frontoffice.preferences.reading import templates_for
from frontoffice.recording import last_of_today, repeated
from frontoffice.views.capture_people import (
    asks_to_write_down,
    choices_after,
    choices_of,
    write_down,
)
from municipalities.permissions import can_use_desk, require


@require(can_use_desk)
@require_safe
def discussed(request: HttpRequest) -> HttpResponse:
    """The part of the capture screen about the services ``u``; for scripts."""
    chosen = discussed_services(request.municipality, request.GET.getlist("u"))
    if not chosen:
        return HttpResponse("")
    return render(request, "frontoffice/discussed.html", {"discussed": chosen})


def capture_page(
    request: HttpRequest,
    form: ConsultationForm,
    *,
    consultation: Consultation | None = None,
    chosen: Person | None = None,
    changed: Sequence[Difference] = (),
) -> HttpResponse:
    """Show ``form``: a new consultation, or the correction of ``consultation``.

    ``chosen`` is the person it is with; ``changed`` is what a colleague saved otherwise meanwhile.
    """
    people = _people_of(request, form, chosen)
    last = None if consultation else last_of_today(request.membership)
    wrong = form.errors or people["new"].errors
    context = {
        "form": form.as_hinted_for(people["chosen"]),
        "hints": NOTE_HINTS,
        "consultation": consultation,
        "changed": changed,
        "places": services_with_places(request.municipality),
        "more_topics_chosen": more_topics_chosen(form),
        "discussed": discussed_services(request.municipality, chosen_services(form)),
        "note_templates": templates_for(request.membership),
        "quick_days": quick_days(),
        "last": json.dumps(repeated(last)) if last else "",
        "action": reverse("consultation_edit", args=[consultation.pk])
        if consultation
        else reverse("consultation_new"),
        **people,
    }
    return render(request, "frontoffice/capture.html", context, status=422 if wrong else 200)


def _people_of(request: HttpRequest, form: ConsultationForm, chosen: Person | None) -> dict:
    """Return what the block of the person shows: a search, somebody written down, or nobody."""
    if form.is_bound and asks_to_write_down(request):
        return choices_after(write_down(request), chosen, request)
    asked = form.person_question()
    found = find_people(asked, request.municipality).people if asked else []
    return choices_of(found, chosen, asked, form.data if form.is_bound else None)


def more_topics_chosen(form: ConsultationForm) -> bool:
    """Say whether a topic is chosen that has no number key, and so is not seen at once."""
    return any(option.data["selected"] for option in list(form["topics"])[KEYS_FOR_TOPICS:])


def chosen_services(form: ConsultationForm) -> list[str]:
    """Return the ids of the services chosen in ``form`` as it stands, right or wrong."""
    value: Iterable[Any] = form["services"].value() or []
    return [str(getattr(one, "pk", one)) for one in value]
