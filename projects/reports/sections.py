"""Tables of a report for a period: one shape for the document, the workbook and the floors above.

An app that has something to report about a project registers it in its ``AppConfig.ready``, so
this floor needs none above it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.formats import number_format

from municipalities.exports import Column, Sheet
from municipalities.numbers import percent, plain
from projects.models import Project

MOST_ROWS = 500  # of one table in a document; the workbook has them all


class Kind(StrEnum):
    """What stands in a column."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    PERCENT = "percent"


RIGHT = (Kind.NUMBER, Kind.MONEY, Kind.PERCENT)


@dataclass(frozen=True)
class Head:
    """A column: its heading, what it holds, and its part of the width where it holds words.

    Of ``share`` 0 it is as narrow as what stands in it.
    """

    words: str
    kind: Kind = Kind.TEXT
    share: int = 1


@dataclass(frozen=True)
class Section:
    """A table with its title; ``total`` is a row like the others, ``note`` stands under it.

    ``empty`` is what is said where there is no row. The columns of ``aside`` are in the workbook
    alone.
    """

    code: str
    title: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Any]]
    total: Sequence[Any] | None = None
    note: str = ""
    empty: str = "Няма за периода."
    aside: Sequence[int] = ()


Load = Callable[[Project, dt.date, dt.date], list[Section]]


@dataclass(order=True)
class _Registered:
    order: int
    load: Load = field(compare=False)


_technical: list[_Registered] = []


def register_sections(order: int, load: Load) -> None:
    """Add to technical reports what ``load`` says of a project between two days, both included.

    It runs in the project's scope, in as many queries whatever the rows. Registering it again
    changes nothing.
    """
    if all(one.load is not load for one in _technical):
        _technical.append(_Registered(order, load))
        _technical.sort()


def registered(project: Project, since: dt.date, upto: dt.date) -> list[Section]:
    """Return what the floors above have to report, in order."""
    return [section for one in _technical for section in one.load(project, since, upto)]


def in_words(value: Any, kind: Kind) -> str:
    """Write a value as a document has it; "" for None."""
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    if kind == Kind.MONEY:
        return number_format(value, decimal_pos=2, force_grouping=True)
    if kind == Kind.PERCENT:
        return percent(Decimal(value))
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return plain(Decimal(value))
    return str(value)


def for_document(section: Section) -> dict[str, Any]:
    """Return the table as ``templates/typst/period_report.typ`` reads it.

    A column with nothing in it is left out.
    """
    shown = [
        (number, head)
        for number, head in enumerate(section.heads)
        if number not in section.aside
        and any(row[number] not in (None, "") for row in section.rows)
    ]

    def written(row: Sequence[Any]) -> list[str]:
        return [in_words(row[number], head.kind) for number, head in shown]

    note = section.note
    if len(section.rows) > MOST_ROWS:
        cut = f"Показани са първите {MOST_ROWS} от {len(section.rows)} реда; всички са в книгата."
        note = f"{cut} {note}".strip()
    return {
        "title": section.title,
        "heads": [
            {"words": head.words, "right": head.kind in RIGHT, "share": _width(head)}
            for _number, head in shown
        ],
        "rows": [written(row) for row in section.rows[:MOST_ROWS]],
        "total": written(section.total) if section.total is not None else None,
        "note": note,
        "empty": section.empty,
    }


def _width(head: Head) -> int:
    """Return the part of the width of a column with words; 0 for one as narrow as it may be."""
    return head.share if head.kind == Kind.TEXT else 0


def for_workbook(section: Section) -> Sheet:
    """Return the table as a sheet, with its total under the rows; numbers stay numbers."""
    rows = [*section.rows, *([section.total] if section.total is not None else [])]
    columns = [
        Column(head.words, _cell(number), 40 if head.kind == Kind.TEXT and head.share > 1 else 18)
        for number, head in enumerate(section.heads)
    ]
    return Sheet(section.title, columns, rows)


def _cell(number: int) -> Callable[[Sequence[Any]], Any]:
    return lambda row: row[number]
