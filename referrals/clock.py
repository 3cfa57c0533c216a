"""The clock of an application: by which norm it runs, until when, and while what it stands."""

from __future__ import annotations

import datetime as dt
from typing import Any

from municipalities.norms.deadlines import (
    as_it_was,
    changes_from,
    ends_on,
    in_words,
    moved_by_pause,
    norm_on,
)
from municipalities.norms.models import Unit
from referrals.applications.models import Application


def started(norm_code: str, start: dt.date) -> dict[str, Any]:
    """Return the fields of a clock that starts on ``start``; no deadline where no norm has one."""
    norm = norm_on(norm_code, start)
    if norm is None or not norm.value:
        return {"clock_from": start, "norm": {}, "due_on": None}
    due_on = ends_on(start, norm.value, norm.unit, changes_from(start))
    return {"clock_from": start, "norm": as_it_was(norm), "due_on": due_on}


def resumed(application: Application, today: dt.date) -> dict[str, Any]:
    """Return the fields of a clock that stood and goes on.

    The deadline moves by as much as it stood, in the days in which the norm counts.
    """
    paused_on, due_on = application.paused_on, application.due_on
    if paused_on is None:
        return {}
    stood = max(0, (today - paused_on).days)
    changes: dict[str, Any] = {"paused_on": None, "paused_days": application.paused_days + stood}
    if due_on:
        moved_days = changes_from(min(due_on, paused_on))
        unit = application.norm.get("unit", Unit.CALENDAR_DAYS)
        changes["due_on"] = moved_by_pause(due_on, unit, paused_on, today, moved_days)
    return changes


def explained(application: Application) -> str:
    """Say where the deadline comes from, for staff; empty where there is none."""
    if not application.norm or application.clock_from is None:
        return ""
    words = in_words(application.norm, application.clock_from)
    if application.paused_days:
        words += f", спиран за {application.paused_days} дни"
    return words
