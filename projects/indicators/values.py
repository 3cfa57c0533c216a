"""What the indicators of a project have reached."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from projects.models_project import Indicator, Project


@dataclass(frozen=True)
class IndicatorState:
    """An indicator with what it has reached.

    ``value`` is what was reached by the end of the days asked for, from the beginning of the
    project (None: not known); ``in_period`` how much of it within them (None without a first day).
    """

    indicator: Indicator
    baseline: Decimal | None
    target: Decimal
    value: Decimal | None
    in_period: Decimal | None = None
    is_counted: bool = False
    source: str = ""
    evidence_url: str = ""
    done_percent: Decimal | None = None
    text: str = ""


def state_of(
    project: Project, *, since: dt.date | None = None, upto: dt.date | None = None
) -> list[IndicatorState]:
    """Return the indicators of ``project`` in order, in a fixed number of queries."""
    return [IndicatorState(row, row.baseline, row.target, None) for row in project.indicators.all()]
