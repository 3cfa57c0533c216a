"""The page of one person: who this is, what is next, everything that happened."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontoffice.dossier.forms_notes import ReasonForm, TimelineFilter
from frontoffice.dossier.models import PersonNote
from frontoffice.dossier.opening import opens_person, to_kept
from frontoffice.dossier.reasons import ask_first, held_reason
from frontoffice.dossier.relations import close_people, ids_of
from frontoffice.dossier.timeline import kinds, people_of, tasks_of, timeline
from frontoffice.finding import Likeness, likely_duplicates
from frontoffice.kept import kept_of
from frontoffice.looks import find_person
from frontoffice.models import Person
from frontoffice.people import reveal_identifier
from frontoffice.permissions import can_change_note, readable_notes
from frontoffice.preferences.reading import policy_of
from municipalities.audit import AccessEvent, record_access
from municipalities.permissions import can_edit_follow_up, can_see_people, require
from municipalities.secrets import UnreadableSecret

NOTES_SHOWN = 5
TASKS_SHOWN = 3
ALIKE_SHOWN = 3


@require(can_see_people)
@require_safe
@opens_person
def person_page(request: HttpRequest, person: Person) -> HttpResponse:
    """Who this is, how to reach them, what is next, what was done."""
    return _person_page(request, person)


@require(can_see_people)
@sensitive_variables()
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the identifier once, in the answer to the click, and keep who asked for it."""
    person = find_person(pk)
    kept = kept_of(person)
    if kept != person:
        return to_kept(request, kept)
    if not person.has_secret_identifier:
        return redirect("person", pk)
    asks, reason = held_reason(request, person, is_form=False)
    if asks:
        return ask_first(request, person)
    record_access(request, AccessEvent.Action.REVEALED, person, reason=reason)
    try:
        revealed = reveal_identifier(person)
    except UnreadableSecret:
        messages.error(request, "Номерът не може да бъде прочетен. Обадете се на администратора.")
        return redirect("person", pk)
    return _person_page(request, person, revealed=revealed)


@sensitive_variables()
def _person_page(request: HttpRequest, person: Person, *, revealed: str = "") -> HttpResponse:
    form = TimelineFilter(request.GET, people=people_of(request, person))
    filters = form.filters()
    page, events = timeline(request, person, page=request.GET.get("page"), **filters)
    close = close_people(person)
    return render(
        request,
        "frontoffice/person.html",
        {
            "person": person,
            "revealed": revealed,
            "form": form,
            "page_obj": page,
            "events": events,
            "kinds": [("", "Всичко"), *kinds()],
            "chosen_kind": filters["kind"],
            "is_narrowed": form.is_narrowed,
            "close": [one for one in close if not one.relation.ended_at],
            "ended": [one for one in close if one.relation.ended_at],
            "alike": _alike(person, ids_of(close)),
            **_tasks(request, person),
            **_notes(request, person),
        },
    )


def _tasks(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return the soonest open follow-ups, and whether there are more than those shown."""
    rows = list(tasks_of(request, person).open().for_listing()[: TASKS_SHOWN + 1])
    return {
        "tasks": rows[:TASKS_SHOWN],
        "has_more_tasks": len(rows) > TASKS_SHOWN,
        "may_do_next": bool(rows) and can_edit_follow_up(request, rows[0]),
    }


def _notes(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Return the notes the reader may read, those pinned first, with whether they may change it."""
    rows = list(
        PersonNote.objects.filter(
            readable_notes(request), person=person, removed_at__isnull=True
        ).select_related("author")[: NOTES_SHOWN + 1]
    )
    shown = [(note, can_change_note(request, note)) for note in rows[:NOTES_SHOWN]]
    return {"notes": shown, "has_more_notes": len(rows) > NOTES_SHOWN}


def _alike(person: Person, close: set[int]) -> list[Likeness]:
    """Return who may be the same person, without those who are known to be others."""
    found = likely_duplicates(
        names=[person.given_name, person.middle_name, person.family_name],
        birth_date=person.birth_date,
        birth_year=person.birth_year,
        phones=person.phones,
    )
    known = {person.pk} | close
    return [
        likeness
        for likeness in found
        if likeness.person.pk not in known and likeness.person.merged_into_id is None
    ][:ALIKE_SHOWN]


# Why it is opened


@require(can_see_people)
@require_http_methods(["GET", "HEAD", "POST"])
def person_reason(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why the person's record is opened; nothing of them but the name is on this page."""
    person = find_person(pk)
    kept = kept_of(person)
    if kept != person:
        return redirect("person", kept.pk)
    then = _then(request, person)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        reasons=policy_of(request.municipality).reasons,
    )
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        # Always a row of its own: this one says from when on the reason holds.
        was_found = bool(request.GET.get("ot-tarsene"))
        action = AccessEvent.Action.FOUND if was_found else AccessEvent.Action.VIEWED
        record_access(request, action, person, reason=reason)
        return redirect(then)
    return render(
        request,
        "frontoffice/person_reason.html",
        {"person": person, "form": form},
        status=422 if form.errors else 200,
    )


def _then(request: HttpRequest, person: Person) -> str:
    """Return the page to go on to: one of the portal's, otherwise the person's."""
    asked = request.GET.get("kam", "")
    is_ours = asked.startswith("/") and url_has_allowed_host_and_scheme(
        asked, allowed_hosts=None, require_https=request.is_secure()
    )
    return asked if is_ours else reverse("person", args=[person.pk])
