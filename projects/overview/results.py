"""The results of a project as the rows of their table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from municipalities.drawing import in_percent
from municipalities.numbers import percent, plain
from projects.indicators.values import IndicatorState


@dataclass(frozen=True)
class ResultRow:
    """An indicator in words, with the width of its bar; "" where there is nothing to draw."""

    state: IndicatorState
    baseline: str
    target: str
    value: str
    done: str
    width: str


def result_rows(states: Sequence[IndicatorState]) -> list[ResultRow]:
    """Return the rows of the table of indicators."""
    return [
        ResultRow(
            state,
            plain(state.baseline),
            state.indicator.target_text(),
            plain(state.value),
            percent(state.done_percent),
            in_percent(float(min(state.done_percent, Decimal(100))))
            if state.done_percent and state.done_percent > 0
            else "",
        )
        for state in states
    ]
