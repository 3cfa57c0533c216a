"""Tables as bars and columns: what components/chart.html and components/columns.html are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from frontoffice.numbers.counting import Numbers, Table, written
from municipalities.disclosure import Hiding, ShownCell
from municipalities.drawing import Bar, Point, bar_chart, column_chart
from municipalities.hours import is_holiday

WEEK = 7
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
    return bar_chart(
        table.title,
        [
            Bar(cell.label, cell.count or 0, written(table, cell, smallest), link(cell))
            for cell in table.rows
        ],
        label_heading=table.label_heading,
        note=note(table, smallest),
    )


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
    is_by_day = table.key == "by_day"
    points = [
        Point(
            cell.label,
            cell.count or 0,
            _short(table, cell),
            is_off=is_by_day and _is_off(cell.key),
            href=_journal_of_day(kept, cell.key)
            if kept is not None and is_by_day and cell.count
            else "",
        )
        for cell in table.rows
    ]
    return column_chart(
        table.title,
        points,
        label_heading=table.label_heading,
        value_heading=value_heading,
        tick_every=WEEK if is_by_day and len(points) > WEEK else 1,
    )


def _journal_of_day(kept: dict[str, str], day) -> str:
    query = {"ot": f"{day:%d.%m.%Y}", "do": f"{day:%d.%m.%Y}", **kept}
    return f"{reverse('consultations')}?{urlencode(query)}"


def _is_off(day) -> bool:
    return day.isoweekday() >= SATURDAY or is_holiday(day)


def _short(table: Table, cell) -> str:
    if table.key == "by_day":
        return f"{cell.key:%d.%m}"
    return f"{cell.key:%m.%y}" if table.key == "by_month" else cell.label
