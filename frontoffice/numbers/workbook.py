"""The numbers as a spreadsheet: a sheet a table, what is hidden on the page hidden here too."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone

from frontoffice.numbers.counting import Numbers, Table, written
from frontoffice.numbers.drawing import note_of
from municipalities.exports import Column, Sheet, workbook_response

_LABEL, _VALUE = 0, 1


def response(numbers: Numbers, *, slug: str, narrowed: str) -> HttpResponse:
    """Return the workbook as a download; ``narrowed`` says of which part of the work it is."""
    sheets = [_summary(numbers, narrowed)]
    sheets += [_sheet(numbers, table) for table in numbers.tables if table.rows]
    days = numbers.period.days
    return workbook_response(
        f"chisla-{slug}-{days.first:%Y-%m-%d}-{days.last:%Y-%m-%d}",
        f"Консултации {days}",
        sheets,
    )


def _summary(numbers: Numbers, narrowed: str) -> Sheet:
    rows: list[tuple] = [
        ("Период", str(numbers.period.days), str(numbers.period.before)),
        ("Консултации", numbers.now.count, numbers.before.count),
        ("Минути общо", numbers.now.minutes, numbers.before.minutes),
        ("Минути, медиана", numbers.now.median, numbers.before.median),
        ("Само", narrowed or "всички консултации", ""),
        ("Изготвена на", timezone.now(), ""),
    ]
    rows += [
        (table.title, note, "") for table in numbers.tables if (note := note_of(numbers, table))
    ]
    if not numbers.has_people:
        rows.append(("Теми, за кого, изход, места", "само за всички консултации от периода", ""))
    columns = [
        Column("Показател", lambda row: row[0], 30),
        Column("Този период", lambda row: row[1], 40),
        Column("Предходен период", lambda row: row[2], 26),
    ]
    return Sheet("Обобщение", columns, rows)


def _sheet(numbers: Numbers, table: Table) -> Sheet:
    rows = [
        (
            cell.label,
            cell.count if cell.count is not None else written(table, cell, numbers.smallest),
        )
        for cell in table.rows
    ]
    columns = [
        Column(table.label_heading, lambda row: row[_LABEL], 40),
        Column("Консултации", lambda row: row[_VALUE], 14),
    ]
    return Sheet(table.title, columns, rows)
