"""Rows counted for the sections of an analysis: by a column, by a place, by a month, in days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Func, IntegerField, QuerySet
from django.db.models.functions import TruncDate, TruncMonth

from municipalities.disclosure import Cell
from municipalities.hours import within_days
from municipalities.models import Settlement
from municipalities.templatetags.portal import counted as number_of
from referrals.measures.counting import NOT_SAID, Share
from referrals.needs.figures import Data, Period, Shown, people
from services_registry.models import Service

UNSAID = ""  # the key of the row of what nobody said


@dataclass(frozen=True)
class Time:
    """How many days something took: of how many cases, and the middle one."""

    count: int
    median: float | None

    def tell(self, data: Data, words: str, smallest: int) -> None:
        """Say the middle one, where there are enough cases."""
        if self.count >= smallest and self.median is not None:
            data.fact(words, f"{number_of(round(self.median), 'ден,дни')} (по средата)")


class _Days(Func):
    """How many days there are from the second date to the first; never under 0."""

    template = "GREATEST(0, (%(expressions)s))"
    arg_joiner = " - "
    output_field = IntegerField()


def inside(rows: QuerySet, moment: str, period: Period) -> QuerySet:
    """Return those of ``rows`` whose ``moment`` is in the period, in no order."""
    return rows.filter(within_days(moment, period.since, period.upto)).order_by()


def counted(rows: QuerySet, column: str) -> dict[Any, int]:
    """Return how many ``rows`` there are by ``column``. One query."""
    return dict(rows.values_list(column).annotate(n=Count("pk")))


def months(rows: QuerySet, moment: str) -> dict[dt.date, int]:
    """Return how many ``rows`` there are by the first day of the month of ``moment``."""
    found = rows.annotate(month=TruncMonth(moment)).values_list("month")
    return {month.date(): count for month, count in found.annotate(n=Count("pk"))}


def by_place(title: str, rows: QuerySet, column: str, period: Period, total: int) -> Shown:
    """Return ``rows`` by settlement; nothing where none was ever named. Two queries."""
    found = counted(rows, column)
    places = Settlement.objects.filter(pk__in=[pk for pk in found if pk])
    cells = [Cell(str(place), found[place.pk], place.pk) for place in places]
    if cells:
        cells.append(Cell(NOT_SAID, found.get(None, 0), UNSAID))
    return people(title, "Населено място", cells, period, total=total if cells else 0)


def how_long(rows: QuerySet, until: str, since: str, *, is_day: bool = False) -> Time:
    """Return how many days there were from ``since`` to ``until`` (``is_day``: of a date)."""
    end: Any = until if is_day else TruncDate(until)
    took = rows.annotate(took=_Days(end, TruncDate(since)))
    return Time(**took.aggregate(count=Count("pk"), median=Share("took", 0.5)))


def linked(relation: str, column: str) -> dict[int, list[int]]:
    """Return the services of the municipality by what they are linked to: {kind: [service, …]}."""
    through = getattr(Service, relation).through.objects
    pairs: dict[int, list[int]] = {}
    own = Service.objects.values("pk")
    for one, service in through.filter(service__in=own).values_list(column, "service"):
        pairs.setdefault(one, []).append(service)
    return pairs


def choice_cells(found: dict[Any, int], choices: Any) -> list[Cell]:
    """Return a row for each of ``choices``, in their order."""
    return [Cell(str(label), found.get(key, 0), key) for key, label in choices]


def say_most(data: Data, words: str, shown: Shown, *, besides: Any = None) -> None:
    """Say which row is the largest, where the table shows it."""
    rows = [cell for cell in shown.table.rows if cell.count and cell.key != besides]
    if rows:
        data.fact(words, f"{rows[0].label} ({rows[0].count})")
