"""What the sections of an analysis of needs are made of: facts, tables, charts; small cells hidden.

A table about people is made by `people` and is one of two things only: a whole division of those
who are counted (by topic, by settlement, by outcome), or one whose every cell is a function of the
cells that such a table shows (`Shown.sum_of`). Two divisions of the same people say nothing of each
other's cells but the total, which both show; a function of what is shown says nothing new. No
table here is a part of another one's cell, which could be taken from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils import timezone

from frontoffice.numbers import counting as desk
from frontoffice.numbers.drawing import note
from frontoffice.preferences.reading import policy_of
from municipalities.days import add_months
from municipalities.disclosure import Cell, Hiding, ShownCell
from municipalities.models import Municipality
from municipalities.periods import Days

Found = TypeVar("Found")
MOST_DRAWN = 15
MONTHS = ("януари", "февруари", "март", "април", "май", "юни", "юли", "август", "септември",
          "октомври", "ноември", "декември")  # fmt: skip


@dataclass(frozen=True)
class Period:
    """What is counted: both days included, of whom, and the smallest count that is shown."""

    since: dt.date
    upto: dt.date
    municipality: Municipality
    smallest: int
    _found: dict[Callable, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def days(self) -> Days:
        """The period as lists of work have it."""
        return Days(self.since, self.upto)

    def once(self, find: Callable[[Period], Found]) -> Found:
        """Return what ``find`` finds for the period; asked again, what it found before."""
        if find not in self._found:
            self._found[find] = find(self)
        return self._found[find]

    def months(self) -> list[dt.date]:
        """Return the first day of every month of the period that has begun; the first always."""
        first = self.since.replace(day=1)
        last = max(first, min(self.upto, timezone.localdate()))
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        return [add_months(first, number) for number in range(count)]


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


@dataclass(frozen=True)
class Sum:
    """A sum of cells: what of it is shown, and whether that is all."""

    known: int
    is_all: bool

    @property
    def words(self) -> str | int:
        """The number, or what may be said of it."""
        if self.is_all:
            return self.known
        return f"поне {self.known}" if self.known else "скрит"


@dataclass(frozen=True)
class Shown:
    """A table about people as it may be shown."""

    table: desk.Table
    total: int
    smallest: int
    hidden: frozenset[Any]  # the keys of the rows whose counts are hidden

    @property
    def title(self) -> str:
        """What is counted by what."""
        return self.table.title

    @property
    def is_withheld(self) -> bool:
        """Whether there are too few to divide."""
        return self.table.hiding is Hiding.WHOLE

    def words(self, cell: ShownCell) -> str | int:
        """Return the count of a row, or that it is hidden."""
        return cell.count if cell.count is not None else self._hidden

    @property
    def _hidden(self) -> str:
        return desk.written(self.table, ShownCell("", None), self.smallest)

    def sum_of(self, keys: Iterable[Any]) -> Sum:
        """Return the sum of the rows with these keys, of what is shown of them."""
        if self.is_withheld:
            return Sum(0, is_all=False)
        wanted = set(keys)
        known = sum(cell.count or 0 for cell in self.table.rows if self._is_of(cell, wanted))
        return Sum(known, is_all=not wanted & self.hidden)

    def said_of(self, key: Any) -> str | int:
        """Return what the row with this key says; 0 where there is none."""
        if self.is_withheld:
            return "скрит"
        return self._hidden if key in self.hidden else self.sum_of([key]).known

    @staticmethod
    def _is_of(cell: ShownCell, wanted: set[Any]) -> bool:
        return cell.count is not None and cell.key in wanted


def people(
    title: str,
    heading: str,
    cells: list[Cell],
    period: Period,
    *,
    total: int,
    is_partition: bool = True,
) -> Shown:
    """Return the table of ``cells`` with what may be shown of it (`municipalities.disclosure`).

    The keys of ``cells`` are all different.
    """
    empty = desk.Table("", title, heading, [])
    table = desk.protected(empty, cells, is_partition, total=total, smallest=period.smallest)
    shown = {cell.key for cell in table.rows if cell.count is not None}
    hidden = frozenset(cell.key for cell in cells if cell.count and cell.key not in shown)
    return Shown(table, total, period.smallest, hidden)


@dataclass
class Data:
    """What was counted of a section."""

    facts: list[tuple[str, str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fact(self, words: str, told: str | int) -> None:
        """Say one thing."""
        self.facts.append((words, str(told)))

    def add(self, shown: Shown, value_heading: str = "Брой", *, draws: bool = True) -> None:
        """Add a table about people, drawn too; where there is none, say why."""
        if shown.is_withheld:
            self.notes.append(
                f"{shown.title}: случаите са под {shown.smallest} и не се показват разпределени."
            )
        if not shown.table.rows:
            return
        heading = shown.table.label_heading
        rows: list[list[str | int]] = [[cell.label, shown.words(cell)] for cell in shown.table.rows]
        below = note(shown.table, shown.smallest)
        self.tables.append(Table(shown.title, [heading, value_heading], rows, below))
        # One bar is compared with nothing.
        if draws and sum(cell.count is not None for cell in shown.table.rows) > 1:
            drawn = [
                (cell.label, cell.count or 0, "" if cell.count else str(shown.words(cell)))
                for cell in shown.table.rows[:MOST_DRAWN]
            ]
            self.charts.append(Chart(shown.title, heading, drawn, value_heading))

    def by_month(self, title: str, counted: dict[dt.date, int], period: Period) -> None:
        """Add how many there were in each month: of the work, nobody is told apart by it."""
        rows = [(month_words(month), counted.get(month, 0)) for month in period.months()]
        self.tables.append(Table(title, ["Месец", "Брой"], [list(row) for row in rows]))
        self.charts.append(Chart(title, "Месец", [(*row, "") for row in rows]))

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
            "note": " ".join(self.notes),
        }


def period_of(since: dt.date, upto: dt.date, municipality: Municipality) -> Period:
    """Return the period with the smallest count that the municipality shows."""
    return Period(since, upto, municipality, policy_of(municipality).smallest_count)


def month_words(month: dt.date) -> str:
    """Return „март 2026“."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def share(part: int, whole: int) -> str:
    """Return „12,5 %“; „–“ of nothing."""
    return f"{decimal(100 * part / whole)} %" if whole else "–"


def decimal(number: float) -> str:
    """Return „12,5“."""
    return f"{number:.1f}".replace(".", ",")


def atleast(shown: Shown, number: int) -> str | int:
    """Return a count of people that stands alone, or that it is small."""
    return number if not number or number >= shown.smallest else f"под {shown.smallest}"
