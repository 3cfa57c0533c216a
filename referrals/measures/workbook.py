"""The numbers of referring as a spreadsheet: what is hidden on the page is hidden here too."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone

from frontoffice.numbers.counting import Table, written
from frontoffice.numbers.drawing import note
from municipalities.disclosure import Hiding
from municipalities.exports import Column, Sheet, workbook_response
from referrals.measures.counting import Measures, Waits
from referrals.measures.drawing import FEW, counted


def response(measures: Measures, *, slug: str) -> HttpResponse:
    """Return the workbook as a download."""
    sheets = [_summary(measures), _steps(measures), _counts(measures, measures.sent)]
    sheets += [_counts(measures, table) for table in measures.tables if table.rows]
    for name, heading, waits in (
        ("До услугата, по услуга", "Услуга", measures.by_service),
        ("До услугата, по място", "Населено място", measures.by_settlement),
        ("Чакат сега, колко дни", "Услуга", measures.longest),
    ):
        if waits:
            sheets.append(_medians(name, heading, waits))
    days = measures.period.days
    return workbook_response(
        f"nasochvane-chisla-{slug}-{days.first:%Y-%m-%d}-{days.last:%Y-%m-%d}",
        f"Насочване в числа {days}",
        sheets,
    )


def _summary(measures: Measures) -> Sheet:
    rows: list[tuple] = [
        ("Период", str(measures.period.days)),
        ("Сравнен с", str(measures.period.before)),
        ("Чакат място сега", measures.waiting),
        ("Изготвена на", timezone.now()),
        ("Най-малък показван брой", measures.smallest),
    ]
    for table in measures.tables:
        said = FEW if table.hiding is Hiding.WHOLE else note(table, measures.smallest)
        rows += [(table.title, said)] if said else []
    columns = [
        Column("Показател", lambda row: row[0], 40),
        Column("Стойност", lambda row: row[1], 40),
    ]
    return Sheet("Обобщение", columns, rows)


def _steps(measures: Measures) -> Sheet:
    columns = [
        Column("Стъпка", lambda step: step.words, 42),
        Column("Случаи", lambda step: _count(measures, step), 10),
        Column("Дни, долен квартил", lambda step: step.first, 14),
        Column("Дни, медиана", lambda step: step.median, 14),
        Column("Дни, горен квартил", lambda step: step.third, 14),
        Column("Медиана преди", lambda step: step.median_before, 14),
    ]
    return Sheet("Време по стъпки", columns, measures.steps)


def _count(measures: Measures, step) -> int | str:
    words = counted(step, measures.smallest)
    return int(words) if words.isdecimal() else words


def _counts(measures: Measures, table: Table) -> Sheet:
    rows = [
        (
            cell.label,
            cell.count if cell.count is not None else written(table, cell, measures.smallest),
        )
        for cell in table.rows
    ]
    columns = [
        Column(table.label_heading, lambda row: row[0], 46),
        Column("Брой", lambda row: row[1], 12),
    ]
    return Sheet(table.title, columns, rows)


def _medians(name: str, heading: str, waits: list[Waits]) -> Sheet:
    columns = [
        Column(heading, lambda one: one.label, 46),
        Column("Дни, медиана", lambda one: one.median, 14),
    ]
    return Sheet(name, columns, waits)
