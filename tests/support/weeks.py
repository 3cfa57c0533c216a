"""Weeks of opening hours that tests ask about, and how they are written."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from municipalities.hours import hours_from
from municipalities.models import OfficeHours

SOFIA = ZoneInfo("Europe/Sofia")
OFFICE = [
    {"days": "1-5", "opens": "08:30", "closes": "12:00"},
    {"days": "1-5", "opens": "12:30", "closes": "17:00"},
]
ROUND_THE_CLOCK = [{"days": "1-7", "opens": "00:00", "closes": "23:59"}]
NIGHTS = [
    {"days": "1-7", "opens": "18:00", "closes": "23:59"},
    {"days": "1-7", "opens": "00:00", "closes": "08:00"},
]


def week_of(written) -> list[OfficeHours]:
    """Return the rows of a week written as in the demo's data; they are not saved."""
    return [
        OfficeHours(
            weekday=row["weekday"],
            opens=dt.time.fromisoformat(row["opens"]),
            closes=dt.time.fromisoformat(row["closes"]),
        )
        for row in hours_from(written)
    ]
