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


def ends_on(start: dt.date, value: int, unit: str, changes: Changes) -> dt.date:
    """Return the last day of a deadline of ``value`` ``unit`` that begins with ``start``.

    The first day is not counted, and a deadline that ends on a free day ends on the next working
    one (ЗЗД чл. 72; АПК leaves the count to the general rules: an assumption for a lawyer).
    Raises OverflowError beyond the calendar.
    """
    if unit == Unit.WORKING_DAYS:
        day = start
        for _n in range(value):
            day = next_working(day + DAY, changes)
        return day
    if unit == Unit.MONTHS:
        return next_working(add_months(start, value), changes)
    return next_working(start + value * DAY, changes)


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
