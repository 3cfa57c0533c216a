"""Of which days the numbers are, and which days before them they are compared with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

DAY = dt.timedelta(days=1)
THIS_MONTH, LAST_MONTH, QUARTER, YEAR, OWN = (
    "mesets", "minal-mesets", "trimesechie", "godina", "dati",
)  # fmt: skip
NAMES = {
    THIS_MONTH: "Този месец",
    LAST_MONTH: "Миналият месец",
    QUARTER: "Това тримесечие",
    YEAR: "Тази година",
}


@dataclass(frozen=True)
class Days:
    """The days from ``first`` to ``last``, both included."""

    first: dt.date
    last: dt.date

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.first:%d.%m.%Y}"
        return f"{self.first:%d.%m.%Y} – {self.last:%d.%m.%Y}"

    @property
    def length(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Period:
    """The days that are counted, and those before them with which they are compared."""

    key: str
    days: Days
    before: Days


def named(key: str, today: dt.date) -> Period:
    """Return the period called ``key`` (of ``NAMES``), up to ``today``.

    A month, a quarter or a year that is not over is compared with as much of the one before.
    """
    month = today.replace(day=1)
    if key == LAST_MONTH:
        last = month - DAY
        return _after(key, Days(last.replace(day=1), last), (last.replace(day=1) - DAY), whole=True)
    if key == QUARTER:
        first = month.replace(month=(today.month - 1) // 3 * 3 + 1)
        return _after(key, Days(first, today), first - DAY)
    if key == YEAR:
        first = month.replace(month=1)
        return _after(key, Days(first, today), first - DAY)
    return _after(THIS_MONTH, Days(month, today), month - DAY)


def _after(key: str, days: Days, end: dt.date, *, whole: bool = False) -> Period:
    """Return the period with what comes before it: what ends on ``end`` or earlier."""
    months = {QUARTER: 2, YEAR: 11}.get(key, 0)
    first = end.replace(day=1)
    for _ in range(months):
        first = (first - DAY).replace(day=1)
    last = end if whole else min(end, first + (days.last - days.first))
    return Period(key, days, Days(first, last))


def own(first: dt.date, last: dt.date) -> Period:
    """Return the period of given days, compared with as many days before."""
    days = Days(first, last)
    return Period(OWN, days, Days(first - DAY * days.length, first - DAY))
