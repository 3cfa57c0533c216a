"""What the sections of an analysis of needs are made of: facts, tables, charts; as JSON."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from frontoffice.preferences.reading import policy_of
from municipalities.models import Municipality


@dataclass(frozen=True)
class Period:
    """What is counted: both days included, of whom, and the smallest count that is shown."""

    since: dt.date
    upto: dt.date
    municipality: Municipality
    smallest: int


@dataclass(frozen=True)
class Table:
    """A table: each row as long as ``columns``, of text and numbers; ``note`` stands below it."""

    title: str
    columns: list[str]
    rows: list[list[str | int]]
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """Bars: (label, length, what is written at the end; empty: the number itself)."""

    title: str
    label_heading: str
    bars: list[tuple[str, int, str]]
    value_heading: str = "Брой"


@dataclass
class Data:
    """What was counted of a section."""

    facts: list[tuple[str, str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as `referrals.needs.counting` describes."""
        return {
            "facts": [list(fact) for fact in self.facts],
            "tables": [
                {"title": t.title, "columns": t.columns, "rows": t.rows, "note": t.note}
                for t in self.tables
            ],
            "charts": [
                {
                    "title": chart.title,
                    "label_heading": chart.label_heading,
                    "value_heading": chart.value_heading,
                    "bars": [list(bar) for bar in chart.bars],
                }
                for chart in self.charts
            ],
            "note": self.note,
        }


def period_of(since: dt.date, upto: dt.date, municipality: Municipality) -> Period:
    """Return the period with the smallest count that the municipality shows."""
    return Period(since, upto, municipality, policy_of(municipality).smallest_count)
