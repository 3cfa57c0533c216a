"""Whose data was opened: finding a person by the page's address, and the record of the look."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from frontoffice.models_people import Person
from municipalities.audit import AccessEvent, record_access

# Pages opened again within this time (a refresh, a form that came back) are the same look.
ONE_LOOK = dt.timedelta(minutes=1)
LOOKS = (AccessEvent.Action.VIEWED, AccessEvent.Action.FOUND)


def find_person(pk: int) -> Person:
    """Return the person of the scope; a foreign one is missing exactly like one that never was."""
    people = Person.objects.select_related("settlement", "created_by")
    return get_object_or_404(people, pk=pk)


def find_person_named(number: str) -> Person:
    """Return the person whose number stands in ``number``, as typed by anybody; raises Http404."""
    if not (number.isascii() and number.isdigit() and len(number) < 20):
        raise Http404
    return find_person(int(number))


def record_look(
    request: HttpRequest, subject: models.Model, *, reason: str = "", **as_whom: Any
) -> None:
    """Keep that a person's data, or a row about them, was shown, unless it was a moment ago.

    The same user, the same row, within a minute: one look. What is kept is the first page of it, so
    a look is never left out, only its repetitions are. A look with a ``reason`` that was not told
    yet is another one. ``as_whom`` are the municipality and the role of whoever has no membership.
    """
    seen = AccessEvent.objects.filter(
        user=request.user,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        action__in=LOOKS,
        at__gt=timezone.now() - ONE_LOOK,
    )
    if reason:
        seen = seen.filter(reason=reason[:300])
    if not seen.exists():
        record_access(request, AccessEvent.Action.VIEWED, subject, reason=reason, **as_whom)


def record_found(request: HttpRequest, person: Person, *, reason: str = "") -> None:
    """Keep that the person was opened from the results of a search."""
    record_access(request, AccessEvent.Action.FOUND, person, reason=reason)
