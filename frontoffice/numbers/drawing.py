"""Tables as bars and columns: what components/chart.html and components/columns.html are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from frontoffice.numbers.counting import Numbers, Table, written
from frontoffice.numbers.disclosure import Hiding, ShownCell
from municipalities.hours import is_holiday

# Of the drawing, in CSS pixels from its top; across it is in per cent of whatever width there is.
TOP, BOTTOM, HEIGHT = 16, 176, 200
MOST_TICKS = 5
WEEK = 7
MOST_VALUES_WRITTEN = 14
GAP = 0.25  # of a column's place
SATURDAY = 6


def bars(numbers: Numbers, table: Table, kept: dict[str, str]) -> dict[str, Any]:
    """Return the table for components/chart.html, its rows leading to the journal."""

    def link(cell: ShownCell) -> str:
        if not (cell.key and cell.count):
            return ""
        return journal_of(numbers, kept, **{table.filter: cell.key})

    return chart(table, smallest=numbers.smallest, link=link)


def chart(
    table: Table, *, smallest: int, link: Callable[[ShownCell], str] = lambda cell: ""
) -> dict[str, Any]:
    """Return a table for components/chart.html; a row whose count is hidden has no bar."""
    return {
        "title": table.title,
        "label_heading": table.label_heading,
        "value_heading": "Брой",
        "maximum": max([1, *(cell.count or 0 for cell in table.rows)]),
        "rows": [
            {
                "label": cell.label,
                "value": cell.count or 0,
                "text": written(table, cell, smallest),
                "href": link(cell),
            }
            for cell in table.rows
        ],
        "note": note(table, smallest),
    }


def note_of(numbers: Numbers, table: Table) -> str:
    """Return the sentence that says what of a table is hidden and why, "" for nothing."""
    if table.hiding is Hiding.WHOLE:
        return "Консултациите са твърде малко, за да се покажат разпределени."
    return note(table, numbers.smallest)


def note(table: Table, smallest: int) -> str:
    """Say what of a table of anything is hidden, "" for nothing and where there is no table."""
    if table.hiding is Hiding.UNDER:
        return f"Броевете под {smallest} не се показват."
    if table.hiding is Hiding.MIXED:
        return (
            f"Скрити са броевете под {smallest} и следващият по големина, за да не се "
            "изчислят от сбора."
        )
    return ""


def journal_of(numbers: Numbers, kept: dict[str, str], **more: Any) -> str:
    """Return the address of the journal narrowed to the period, what is ``kept``, and ``more``."""
    days = numbers.period.days
    query = {"ot": f"{days.first:%d.%m.%Y}", "do": f"{days.last:%d.%m.%Y}", **kept, **more}
    return f"{reverse('consultations')}?{urlencode(query)}"


def columns(
    table: Table, kept: dict[str, str] | None, *, value_heading: str = "Консултации"
) -> dict[str, Any]:
    """Return a table in time for components/columns.html: columns, grid, ticks, rows.

    Its days lead to the journal, narrowed to what is ``kept``; nowhere where that is None.
    """
    most = _nice(max([1, *(cell.count or 0 for cell in table.rows)]))
    place = 100 / max(1, len(table.rows))
    step = -(-len(table.rows) // MOST_TICKS)
    if table.key == "by_day" and len(table.rows) > WEEK:
        step = -(-step // WEEK) * WEEK
    drawn, ticks = [], []
    for number, cell in enumerate(table.rows):
        count = cell.count or 0
        height = round((BOTTOM - TOP) * count / most)
        middle = _percent((number + 0.5) * place)
        drawn.append(
            {
                "x": _percent((number + GAP / 2) * place),
                "width": _percent(place * (1 - GAP)),
                "y": BOTTOM - height,
                "height": height,
                "middle": middle,
                "above": BOTTOM - height - 4,
                "value": count if count and len(table.rows) <= MOST_VALUES_WRITTEN else "",
                "words": f"{cell.label}: {count}",
                "is_off": table.key == "by_day" and _is_off(cell.key),
            }
        )
        if number % step == 0:
            ticks.append({"x": middle, "text": _short(table, cell)})
    return {
        "title": table.title,
        "label_heading": table.label_heading,
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
            {
                "label": cell.label,
                "value": cell.count,
                "href": _journal_of_day(kept, cell.key)
                if kept is not None and table.key == "by_day" and cell.count
                else "",
            }
            for cell in table.rows
        ],
        "has_days_off": any(bar["is_off"] and bar["height"] for bar in drawn),
    }


def _journal_of_day(kept: dict[str, str], day) -> str:
    query = {"ot": f"{day:%d.%m.%Y}", "do": f"{day:%d.%m.%Y}", **kept}
    return f"{reverse('consultations')}?{urlencode(query)}"


def _is_off(day) -> bool:
    return day.isoweekday() >= SATURDAY or is_holiday(day)


def _short(table: Table, cell) -> str:
    if table.key == "by_day":
        return f"{cell.key:%d.%m}"
    return f"{cell.key:%m.%y}" if table.key == "by_month" else cell.label


def _nice(count: int) -> int:
    """Return the top of the scale: even, and no more than a few above ``count``."""
    for top in (2, 4, 6, 8, 10, 20, 30, 40, 50, 60, 80, 100):
        if count <= top:
            return top
    size = 10 ** (len(str(count)) - 1) // 2
    return -(-count // size) * size


def _percent(part: float) -> str:
    """Write a share as SVG reads it, with a point in every language."""
    return f"{part:.2f}%"
