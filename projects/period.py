"""How long a project runs, from the dates and months that are known."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


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
        try:
            return End(add_months(starts_on, duration_months), is_derived=True)
        except ValueError:  # beyond the calendar: a start that somebody mistyped
            return None
    return None


def day_text(day: dt.date | None) -> str:
    """Write a day as 21.11.2026; "" for None."""
    return f"{day:%d.%m.%Y}" if day else ""


def end_text(end: End | None) -> str:
    """Write a planned end, saying when it is worked out: „01.10.2023 (изчислен)“; "" for None."""
    if not end:
        return ""
    if end.is_derived:
        return _("%(day)s (изчислен)") % {"day": day_text(end.day)}
    return day_text(end.day)


def months_text(months: int | None) -> str:
    """Write a number of months with its noun; "" for None."""
    if not months:
        return ""
    return ngettext("%(count)d месец", "%(count)d месеца", months) % {"count": months}


def period_text(start: str, end: str, months: str) -> str:
    """Put what is known of a period in a line: „01.04.2023 – 01.10.2023 (изчислен), 6 месеца“."""
    if start and end:
        dates = f"{start} – {end}"
    elif start:
        dates = _("от %(day)s") % {"day": start}
    elif end:
        dates = _("до %(day)s") % {"day": end}
    else:
        dates = ""
    return ", ".join(filter(None, (dates, months)))
