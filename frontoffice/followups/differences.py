"""What differs between a follow-up as a colleague saved it and as somebody is about to save it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from frontoffice.changes import Difference, compared
from frontoffice.followups.forms import LABELS
from frontoffice.followups.models import FollowUp


def differences(saved: FollowUp, typed: dict[str, Any]) -> list[Difference]:
    """Return the fields in which ``typed`` (``FollowUpForm.facts``) is not what is saved."""
    return compared(
        {name: label for name, label in LABELS.items() if name in typed},
        saved=lambda name: _written(getattr(saved, name)),
        typed=lambda name: _written(typed[name]),
    )


def _written(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "да" if value else "не"
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return getattr(value, "full_name", "") or str(value)
