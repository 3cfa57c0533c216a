"""Deadlines: which norm is in force, and the day on which a stretch of time ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format

from municipalities.days import add_months
from municipalities.hours import is_holiday
from municipalities.norms.models import LegalNorm, Unit, WorkdayChange

DAY = dt.timedelta(days=1)
Changes = Mapping[dt.date, bool]  # day → whether it is working


def changes_from(day: dt.date) -> dict[dt.date, bool]:
    """Return the moved days of the scope's municipality from ``day`` on, in one query."""
    rows = WorkdayChange.objects.filter(day__gte=day)
    return dict(rows.values_list("day", "is_working"))


def is_working(day: dt.date, changes: Changes) -> bool:
    """Say whether ``day`` is a working one in Bulgaria (КТ чл. 153–154), with what was moved."""
    if day in changes:
        return changes[day]
    return day.weekday() < 5 and not is_holiday(day)


def next_working(day: dt.date, changes: Changes) -> dt.date:
    """Return ``day`` if it is working, otherwise the first working day after it."""
    while not is_working(day, changes):
        day += DAY
    return day


def working_between(after: dt.date, until: dt.date, changes: Changes) -> int:
    """Return how many working days there are after ``after`` up to ``until``; 0 if it is before."""
    days = (until - after).days
    return sum(is_working(after + number * DAY, changes) for number in range(1, days + 1))


def ends_on(start: dt.date, value: int, unit: str, changes: Changes) -> dt.date:
    """Return the last day of a deadline of ``value`` ``unit`` that begins with ``start``.

    The first day is not counted, a month ends on the day of the same number or on its last one, and
    a deadline that ends on a free day ends on the next working one (ЗЗД чл. 72; АПК leaves the
    count to the general rules: an assumption for a lawyer). Raises ValueError for no time at all
    or less, OverflowError beyond the calendar.
    """
    if value < 1:
        raise ValueError(f"A deadline of {value} ends before it begins")
    if unit == Unit.WORKING_DAYS:
        return after_working_days(start, value, changes)
    if unit == Unit.MONTHS:
        return next_working(add_months(start, value), changes)
    return next_working(start + value * DAY, changes)


def after_working_days(start: dt.date, count: int, changes: Changes) -> dt.date:
    """Return the ``count``-th working day after ``start``; of none, the first that is working."""
    day = start if count else next_working(start, changes)
    for _n in range(count):
        day = next_working(day + DAY, changes)
    return day


def moved_by_pause(
    due_on: dt.date, unit: str, paused_on: dt.date, resumed_on: dt.date, changes: Changes
) -> dt.date:
    """Return the day to which a pause moves ``due_on``, so that what was left is left again.

    What is counted in working days moves by the working days between the two, the rest by the
    calendar days, and neither ends on a free day. The day of the pause has run, that of resuming
    has not. A deadline that had passed when the clock stopped has passed by as much when it runs
    again. ``changes`` are of the days from the earlier of ``due_on`` and ``paused_on`` on.
    """
    if resumed_on <= paused_on:
        return due_on
    if unit == Unit.WORKING_DAYS:
        stood = working_between(paused_on, resumed_on, changes)
        return after_working_days(due_on, stood, changes)
    return next_working(due_on + (resumed_on - paused_on), changes)


def norm_on(code: str, day: dt.date) -> LegalNorm | None:
    """Return the norm ``code`` in force on ``day`` in the scope's municipality."""
    return LegalNorm.objects.on(day).filter(code=code).first() if code else None


def as_it_was(norm: LegalNorm) -> dict[str, Any]:
    """Return what is kept of a norm with a deadline, so that a later correction moves none."""
    return {
        "code": norm.code,
        "name": norm.name,
        "value": norm.value,
        "unit": norm.unit,
        "legal_basis": norm.legal_basis,
        "is_verified": norm.is_verified,
    }


def in_words(kept: Mapping[str, Any], start: dt.date) -> str:
    """Explain a deadline: „7 работни дни от 18.11.2026, чл. …, непотвърдена норма“."""
    unit = Unit(kept["unit"]).label
    parts = [f"{kept['value']} {unit} от {date_format(start, 'd.m.Y')}"]
    parts += [kept["legal_basis"]] if kept["legal_basis"] else []
    parts += [] if kept["is_verified"] else ["непотвърдена норма"]
    return ", ".join(parts)
