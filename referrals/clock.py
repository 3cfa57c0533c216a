"""The clock of a row: by which norm it runs, until when, and while what it stands."""

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
from municipalities.templatetags.portal import plural
from referrals.applications.models import Application
from referrals.clocked import Clocked


def started(norm_code: str, start: dt.date) -> dict[str, Any]:
    """Return the fields of a clock that starts on ``start``; no deadline where no norm has one."""
    norm = norm_on(norm_code, start)
    if norm is None or not norm.value:
        return {"clock_from": start, "norm": {}, "due_on": None}
    due_on = ends_on(start, norm.value, norm.unit, changes_from(start))
    return {"clock_from": start, "norm": as_it_was(norm), "due_on": due_on}


def resumed(row: Application | Clocked, today: dt.date) -> dict[str, Any]:
    """Return the fields of a clock that stood and goes on.

    The deadline moves by as much as it stood, in the days in which the norm counts.
    """
    paused_on, due_on = row.paused_on, row.due_on
    if paused_on is None:
        return {}
    stood = max(0, (today - paused_on).days)
    changes: dict[str, Any] = {"paused_on": None, "paused_days": row.paused_days + stood}
    if due_on:
        moved_days = changes_from(min(due_on, paused_on))
        unit = row.norm.get("unit", Unit.CALENDAR_DAYS)
        changes["due_on"] = moved_by_pause(due_on, unit, paused_on, today, moved_days)
    return changes


def explained(row: Application | Clocked) -> str:
    """Say where the deadline comes from, for staff; empty where there is none."""
    if not row.norm or row.clock_from is None:
        return ""
    words = in_words(row.norm, row.clock_from)
    if row.paused_days:
        words += f", спиран за {row.paused_days} {plural(row.paused_days, 'ден', 'дни')}"
    return words


def stopped() -> dict[str, Any]:
    """Return the fields of a clock that no longer runs; what it was stays among the steps."""
    return {"clock_from": None, "norm": {}, "due_on": None, "paused_on": None, "paused_days": 0}


def carried(application: Application) -> dict[str, Any]:
    """Return the fields of the clock of ``application``, for the assessment that goes on by it."""
    return {
        name: getattr(application, name) for name in ("clock_from", "norm", "due_on", "paused_days")
    }
