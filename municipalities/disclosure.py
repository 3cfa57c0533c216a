"""Small counts are not shown, nor let to be computed from those that are.

What the tables are about decides. A table about **people** (what they asked, for whom, from where,
what came of it) could tell who somebody is where a number is small; it is always protected, and it
is shown for all consultations of a period only: narrowed to one channel or office it is not there
at all, since two such tables subtracted would give the small number. A table about the **work** of
the office (how many a day, an hour, by telephone, by whom) says nothing of those who came; it is
shown as it is.

The rule for a table about people is cell suppression with a threshold, primary and then secondary
(A. Hundepool et al., Handbook on Statistical Disclosure Control, ESSnet SDC, 2010, chapters 4 and
5):

1. A count below the municipality's smallest one is hidden. Rows without consultations are not
   listed, so a hidden count is at least 1.
2. The total is known to everybody: it stands on the same page. The hidden ones are left as „под 5“
   only where the total and the rest leave each of them free to be any number from 1 to 4.
3. Otherwise the next larger count is hidden too, with all equal to it, and none of the hidden says
   whether it is small. Who knows this very rule cannot tell them apart either: it depends on the
   counts and not on the order of rows, so that the hidden ones can change places, and they are not
   all equal.
4. Where there is no larger count to hide, or there are fewer consultations than the smallest count,
   there is no table.

Topics overlap, for a consultation has several: their counts add up to no less than the total, which
bounds the hidden ones from below only. ``is_partition`` False means that.

What this does not do: two tables of periods that differ by a day are not compared with one another.
Whoever may ask for them here reads the journal itself; the rule is for what leaves the office.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any


@dataclass(frozen=True)
class Cell:
    """One row of a table: its label, how many, and by what the journal is narrowed to it."""

    label: str
    count: int
    key: Any = None


@dataclass(frozen=True)
class ShownCell:
    """One row as it is shown; ``count`` None is hidden."""

    label: str
    count: int | None
    key: Any = None


class Hiding(Enum):
    """What a hidden count of a table says of itself."""

    NOTHING = "nothing"  # none is hidden
    UNDER = "under"  # all hidden ones are below the smallest count
    MIXED = "mixed"  # one of them may be below it
    WHOLE = "whole"  # there is no table


@dataclass(frozen=True)
class Protected:
    """A table that may be shown: its rows, the hidden ones last, and what hides them."""

    rows: list[ShownCell]
    hiding: Hiding


def protect(
    cells: Iterable[Cell], *, total: int, smallest: int, is_partition: bool = True
) -> Protected:
    """Return the table of ``cells`` without counts below ``smallest`` and what would give them.

    ``total`` is how many consultations there are. The shown rows are in order of size, so that the
    place of a hidden one says nothing: those stand last, as they were given.
    """
    given = [cell for cell in cells if cell.count]
    small = [cell for cell in given if cell.count < smallest]
    if total < smallest and given:
        return Protected([], Hiding.WHOLE)
    if not small:
        return _table(given, [], Hiding.NOTHING)
    large = [cell for cell in given if cell.count >= smallest]
    known = sum(cell.count for cell in large)
    if _stay_free(total - known, len(small), smallest=smallest, is_partition=is_partition):
        return _table(large, small, Hiding.UNDER)
    if not large:
        return Protected([], Hiding.WHOLE)
    least = min(cell.count for cell in large)
    hidden = [cell for cell in given if cell.count <= least]
    return _table([cell for cell in large if cell.count > least], hidden, Hiding.MIXED)


def _stay_free(left: int, count: int, *, smallest: int, is_partition: bool) -> bool:
    """Say whether ``count`` hidden numbers below ``smallest`` may each be any from 1 up.

    ``left`` is what the total and the shown rows leave for them: their sum, or, where rows
    overlap, what it is at least.
    """
    most = smallest - 1
    if most < 2:  # „под 2“ is 1
        return False
    one_is_least = left <= 1 + (count - 1) * most
    one_is_most = not is_partition or left >= most + count - 1
    return one_is_least and one_is_most


def _table(shown: list[Cell], hidden: list[Cell], hiding: Hiding) -> Protected:
    rows = [
        ShownCell(cell.label, cell.count, cell.key)
        for cell in sorted(shown, key=lambda cell: -cell.count)
    ]
    return Protected([*rows, *(ShownCell(cell.label, None) for cell in hidden)], hiding)
