"""Numbers as bars and columns: what components/chart.html and components/columns.html are given.

Whatever is drawn stands in a table beside it, so nobody has to see the drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

# Of the columns, in CSS pixels from the top; across it is in per cent of whatever width there is.
TOP, BOTTOM, HEIGHT = 16, 176, 200
MOST_TICKS = 5
MOST_VALUES_WRITTEN = 14
GAP = 0.25  # of a column's place


@dataclass(frozen=True)
class Bar:
    """A row of bars: ``text`` is the value in words where it is not just its digits."""

    label: str
    value: int | Decimal
    text: str = ""
    href: str = ""


@dataclass(frozen=True)
class Point:
    """A column: ``tick`` stands under it where there is room, ``is_off`` draws it lighter."""

    label: str
    value: int
    tick: str
    is_off: bool = False
    href: str = ""


def bar_chart(
    title: str,
    bars: Sequence[Bar],
    *,
    label_heading: str,
    value_heading: str = "Брой",
    maximum: int | Decimal | None = None,
    note: str = "",
) -> dict[str, Any]:
    """Return ``bars`` for components/chart.html, to the scale of ``maximum`` or of the longest."""
    return {
        "title": title,
        "label_heading": label_heading,
        "value_heading": value_heading,
        "maximum": maximum or max([1, *(bar.value for bar in bars)]),
        "rows": [
            {"label": bar.label, "value": bar.value, "text": bar.text, "href": bar.href}
            for bar in bars
        ],
        "note": note,
    }


def column_chart(
    title: str,
    points: Sequence[Point],
    *,
    label_heading: str,
    value_heading: str,
    tick_every: int = 1,
) -> dict[str, Any]:
    """Return ``points`` for components/columns.html: columns, grid, ticks, rows.

    ``tick_every`` is what the distance between ticks is a multiple of (7: the same weekday).
    """
    most = top_of_scale(max([1, *(point.value for point in points)]))
    place = 100 / max(1, len(points))
    step = -(-len(points) // MOST_TICKS)
    step = -(-step // tick_every) * tick_every
    drawn, ticks = [], []
    for number, point in enumerate(points):
        height = round((BOTTOM - TOP) * point.value / most)
        middle = in_percent((number + 0.5) * place)
        drawn.append(
            {
                "x": in_percent((number + GAP / 2) * place),
                "width": in_percent(place * (1 - GAP)),
                "y": BOTTOM - height,
                "height": height,
                "middle": middle,
                "above": BOTTOM - height - 4,
                "value": point.value if len(points) <= MOST_VALUES_WRITTEN else "",
                "words": f"{point.label}: {point.value}",
                "is_off": point.is_off,
            }
        )
        if number % step == 0:
            ticks.append({"x": middle, "text": point.tick})
    return {
        "title": title,
        "label_heading": label_heading,
        "value_heading": value_heading,
        "height": HEIGHT,
        "bottom": BOTTOM,
        "tick_at": HEIGHT - 6,
        "bars": drawn,
        "ticks": ticks,
        "grid": [
            {"y": BOTTOM - round((BOTTOM - TOP) * part / 2), "text": f"{most * part // 2}"}
            for part in (0, 1, 2)
        ],
        "rows": [
            {"label": point.label, "value": point.value, "href": point.href} for point in points
        ],
        "has_days_off": any(bar["is_off"] and bar["height"] for bar in drawn),
    }


def top_of_scale(count: int) -> int:
    """Return the top of a scale: even, and no more than a few above ``count``."""
    for top in (2, 4, 6, 8, 10, 20, 30, 40, 50, 60, 80, 100):
        if count <= top:
            return top
    size = 10 ** (len(str(count)) - 1) // 2
    return -(-count // size) * size


def in_percent(part: float) -> str:
    """Write a share as SVG reads it, with a point in every language."""
    return f"{part:.2f}%"
