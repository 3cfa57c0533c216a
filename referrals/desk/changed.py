"""What a colleague changed in an application while somebody else was typing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst

from frontoffice.changes import Difference, compared
from referrals.applications.models import Application

SHOWN = (
    "state",
    "owner",
    "person",
    "confirmed_at",
    "due_on",
    "paused_on",
    "outcome",
    "outcome_note",
    "kind",
    "service",
    "office",
    "given_name",
    "middle_name",
    "family_name",
    "phones",
    "email",
    "address",
    "need",
    "is_child_at_risk",
    "notified",
)


def changes_since(current: Application, version: int) -> list[Difference]:
    """Return what differs between ``version`` of the application and what is stored now.

    Nothing where that version is not in the history: it came with the form, from anybody.
    """
    history = Application.pgh_event_model.objects.filter(pgh_obj_id=current.pk, version=version)
    before = history.order_by("-pgh_id").first()
    if before is None:
        return []
    return compared(
        {name: _label(name) for name in SHOWN},
        saved=lambda name: _written(before, name),
        typed=lambda name: _written(current, name),
    )


def _label(name: str) -> str:
    return capfirst(str(getattr(Application._meta.get_field(name), "verbose_name", name)))


def _written(row: Any, name: str) -> str:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "да" if value else "не"
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value):%d.%m.%Y, %H:%M}"
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    return getattr(value, "full_name", "") or str(value)
