"""How long a project runs, from the dates and months that are known."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day ``months`` later, or the last day of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


@dataclass(frozen=True)
class End:
    """The planned end of a project and whether it was contracted or worked out from the months."""

    day: dt.date
    is_derived: bool


def planned_end(
    starts_on: dt.date | None, duration_months: int | None, ends_on: dt.date | None
) -> End | None:
    """Return the contracted end, else start plus months marked as derived, else None.

    A term in months ends on the same day of its last month, as contracts of the procedure count it
    (24 months from 01.07.2023 end on 01.07.2025).
    """
    if ends_on:
        return End(ends_on, is_derived=False)
    if starts_on and duration_months:
        return End(add_months(starts_on, duration_months), is_derived=True)
    return None
