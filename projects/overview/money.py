"""The money of a project as it is drawn: each budget line to its own plan, each source, time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from municipalities.drawing import Point, column_chart, in_percent
from municipalities.numbers import percent
from projects.money import share, to_eur
from projects.spending.sums import LineSums, ProjectSums, SourceSums, Sums

ZERO = Decimal(0)
MOST_MONTHS = 36


@dataclass(frozen=True)
class LineRow:
    """A line (or the total) with the ends of its bars, in per cent of the widest of its amounts."""

    sums: Sums
    name: str
    url: str
    spent_percent: str
    planned: str
    contracted: str
    spent: str
    verified: str


def line_row(sums: Sums, name: str, url: str = "") -> LineRow:
    """Return what a row of the table of the budget is given."""
    widest = max(sums.planned, sums.contracted, sums.spent, Decimal(1))

    def end(amount: Decimal) -> str:
        return in_percent(float(100 * amount / widest)) if amount > 0 else ""

    return LineRow(
        sums,
        name,
        url,
        percent(share(sums.spent, sums.planned)),
        end(sums.planned),
        end(sums.contracted),
        end(sums.spent),
        end(sums.verified),
    )


@dataclass(frozen=True)
class SourceRow:
    """A source of the money with its intensity, in words and as the width of a bar."""

    sums: SourceSums
    share: str
    width: str


def source_rows(sources: Sequence[SourceSums]) -> list[SourceRow]:
    """Return the rows of the table of funding."""
    return [
        SourceRow(row, percent(row.share), in_percent(float(min(row.share or ZERO, Decimal(100)))))
        for row in sources
    ]


def months_chart(sums: ProjectSums) -> dict | None:
    """Return what was spent in each month up to the last, in whole euro; None where nothing was.

    The months between are there with nothing, so that the distance on the page is one in time.
    """
    if not sums.by_month:
        return None
    spent = {
        month: int((to_eur(amount, sums.total.currency) or ZERO).to_integral_value())
        for month, amount in sums.by_month
    }
    months = _months(min(spent), max(spent))
    points = [Point(f"{m:%m.%Y}", spent.get(m, 0), f"{m:%m.%Y}") for m in months]
    return column_chart(
        "Похарчено по месеци, в евро",
        points,
        label_heading="Месец",
        value_heading="Похарчено, €",
    )


def _months(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the first days of the months from ``first`` to ``last``, at most the last ones."""
    found = [last]
    while found[-1] > first and len(found) < MOST_MONTHS:
        found.append((found[-1] - dt.timedelta(days=1)).replace(day=1))
    return found[::-1]


def line_name(sums: LineSums) -> str:
    """Return what a line is called: its code and name."""
    return str(sums.line) if sums.line else ""
