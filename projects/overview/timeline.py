"""The activities of a project in time: what the drawing beside each row of the table is given.

Across is in per cent of whatever width there is (see municipalities/drawing.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from municipalities.days import add_months
from municipalities.drawing import in_percent
from projects.models import Activity, Project, activity_tree
from projects.period import day_text

MOST_TICKS = 6
NARROWEST = 1.0  # per cent: a day of a long project is still to be seen
YEARS = range(1990, 2101)  # beyond them a day is mistyped: it is told and not drawn to scale
QUARTERS = {1: "I", 4: "II", 7: "III", 10: "IV"}


@dataclass(frozen=True)
class Row:
    """An activity with its place in time; ``x`` empty: its days are not written."""

    activity: Activity
    is_part: bool
    days: str
    state: str
    tag: str
    x: str = ""
    width: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Timeline:
    """Rows, the lines and names of the quarters or years behind them, and today's place."""

    rows: list[Row]
    ticks: list[dict[str, str]]
    today: str
    first: dt.date
    last: dt.date


def timeline(project: Project, activities: Sequence[Activity], day: dt.date) -> Timeline | None:
    """Return the timeline of ``project`` on ``day``; None where no day at all is written."""
    written = [d for a in activities for d in (a.starts_on, a.ends_on, a.done_on) if d]
    end = project.planned_end
    written += [d for d in (project.starts_on, end.day if end else None) if d]
    days = [d for d in written if d.year in YEARS]
    if not days:
        return None
    first = _quarter(min(days))
    last = max(add_months(_quarter(max(days)), 3), add_months(first, 3))
    whole = (last - first).days

    def place(of: dt.date) -> float:
        return min(max(100 * (of - first).days / whole, 0), 100)

    rows = [
        _row(activity, is_part, day, place)
        for top, parts in activity_tree(activities)
        for activity, is_part in [(top, False), *((part, True) for part in parts)]
    ]
    today = in_percent(place(day)) if first <= day < last else ""
    return Timeline(rows, _ticks(first, last, place), today, first, last)


def without_days(activities: Sequence[Activity], day: dt.date) -> list[Row]:
    """Return the rows of a project in which no day is written."""
    return [
        _row(activity, is_part, day, lambda of: 0)
        for top, parts in activity_tree(activities)
        for activity, is_part in [(top, False), *((part, True) for part in parts)]
    ]


def _row(activity: Activity, is_part: bool, day: dt.date, place) -> Row:
    state, tag, kind = _state(activity, day)
    starts, ends = activity.starts_on, activity.done_on or activity.ends_on
    words = " – ".join(filter(None, (day_text(starts), day_text(activity.ends_on))))
    begin, end = starts or ends, ends or starts
    if begin is None or end is None:
        return Row(activity, is_part, words, state, tag)
    x = place(begin)
    width = max(place(end) - x, NARROWEST)
    return Row(activity, is_part, words, state, tag, in_percent(x), in_percent(width), kind)


def _state(activity: Activity, day: dt.date) -> tuple[str, str, str]:
    """Return what to say of an activity, how its tag looks, and how its bar is drawn."""
    if activity.done_on:
        return _("завършена %(day)s") % {"day": day_text(activity.done_on)}, "", "done"
    if activity.ends_on and activity.ends_on < day:
        return _("закъснява"), "late", "late"
    if activity.starts_on and activity.starts_on <= day:
        return _("изпълнява се"), "due", "running"
    if activity.starts_on or activity.ends_on:
        return _("предстои"), "plain", "ahead"
    return _("без дати"), "plain", ""


def _quarter(day: dt.date) -> dt.date:
    return dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _ticks(first: dt.date, last: dt.date, place) -> list[dict[str, str]]:
    """Return the lines of the quarters, named as often as there is room for the names."""
    quarters = []
    while first < last:
        quarters.append(first)
        first = add_months(first, 3)
    step = next(n for n in (1, 2, 4, 8, 16, 32, 64, 128) if len(quarters) <= n * MOST_TICKS)
    return [
        {
            "x": in_percent(place(quarter)),
            "text": f"{QUARTERS[quarter.month]}.{quarter.year}" if number % step == 0 else "",
        }
        for number, quarter in enumerate(quarters)
        if number % max(1, step // 4) == 0
    ]
