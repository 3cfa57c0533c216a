"""What a colleague changed in an application or a case while somebody else was typing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst

from frontoffice.changes import Difference, compared

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


def changes_since(current: Any, version: int, shown: Iterable[str] = SHOWN) -> list[Difference]:
    """Return what of ``shown`` differs between ``version`` of the row and what is stored now.

    ``current`` is of a tracked model with a version, an application unless ``shown`` says others.
    Nothing where that version is not in the history: it came with the form, from anybody.
    """
    history = type(current).pgh_event_model.objects.filter(pgh_obj_id=current.pk, version=version)
    before = history.order_by("-pgh_id").first()
    if before is None:
        return []
    return compared(
        {name: _label(current, name) for name in shown},
        saved=lambda name: _written(before, name),
        typed=lambda name: _written(current, name),
    )


def _label(row: Any, name: str) -> str:
    return capfirst(str(getattr(row._meta.get_field(name), "verbose_name", name)))


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
