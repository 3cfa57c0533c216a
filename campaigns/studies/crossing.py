"""A table of two questions in which no small cell is shown, nor can be computed.

Everybody is taken to know the sums of its rows and columns, for each question has a table of its
own. So what two-way tables are protected by is asked of them as a whole (A. Hundepool et al.,
Handbook on Statistical Disclosure Control, ESSnet SDC, 2010, chapter 4): cells below the smallest
count are hidden, and with them others, until the sums leave every small cell free to be any number
from 1 to at least the smallest count. How free a cell is, is computed exactly: hidden cells with
known sums are flows of a transport problem, and the most that a cell can gain or lose is the
greatest flow that closes a cycle through it. A cell of nobody is shown as 0, as lists of counts
elsewhere leave it out. Where no choice of cells protects a small one, there is no table.

What this does not do: several tables of the same people (A by B, B by C, A by C) are not compared
with one another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

Counts = Sequence[Sequence[int]]
Cell = tuple[int, int]


def hidden_of(counts: Counts, smallest: int) -> set[Cell] | None:
    """Return the (row, column) of cells not to be shown; None where nothing may be shown."""
    small = {(i, j) for i, row in enumerate(counts) for j, n in enumerate(row) if 0 < n < smallest}
    hidden = set(small)
    for cell in sorted(small):
        while not _is_free(counts, hidden, cell, smallest):
            more = _next_to_hide(counts, hidden, cell, smallest)
            if more is None:
                return None
            hidden |= more
    return hidden


def interval_of(counts: Counts, hidden: set[Cell], cell: Cell) -> tuple[int, int]:
    """Return the least and the greatest number that the sums leave for a hidden ``cell``."""
    i, j = cell
    value = counts[i][j]
    most = sum(map(sum, counts))
    lost = _greatest_flow(counts, hidden, cell, is_gain=False, enough=value - 1)
    gained = _greatest_flow(counts, hidden, cell, is_gain=True, enough=most)
    return value - lost, value + gained


def _is_free(counts: Counts, hidden: set[Cell], cell: Cell, smallest: int) -> bool:
    value = counts[cell[0]][cell[1]]
    down = value - 1
    up = smallest - value
    return (
        _greatest_flow(counts, hidden, cell, is_gain=False, enough=down) >= down
        and _greatest_flow(counts, hidden, cell, is_gain=True, enough=up) >= up
    )


def _next_to_hide(counts: Counts, hidden: set[Cell], cell: Cell, smallest: int) -> set[Cell] | None:
    """Return the corners of the rectangle through ``cell`` that costs fewest answers.

    Rectangles with corners large enough to free the cell at once come first.
    """
    i, j = cell
    found: list[tuple[int, int, list[Cell]]] = []
    for row in range(len(counts)):
        for column in range(len(counts[0])):
            corners = [(i, column), (row, j), (row, column)]
            if row == i or column == j or not all(counts[r][c] for r, c in corners):
                continue
            new = [corner for corner in corners if corner not in hidden]
            if new:
                # The cell loses what its neighbours gain, and the corner across loses with it.
                is_weak = counts[row][column] < smallest or any(
                    counts[r][c] < smallest for r, c in corners[:2]
                )
                found.append((is_weak, sum(counts[r][c] for r, c in new), new))
    return set(min(found)[2]) if found else None


def _greatest_flow(
    counts: Counts, hidden: set[Cell], cell: Cell, *, is_gain: bool, enough: int
) -> int:
    """Return how much ``cell`` can gain (or lose) while all sums stay; at most ``enough``.

    Nodes are rows (i, "r") and columns (j, "c"). Along a hidden cell one goes from its row to its
    column by raising it, without limit, and back by lowering it, to no less than 1. What the cell
    gains goes back from its column to its row by the others, and the other way round.
    """
    if enough <= 0:
        return 0
    change = dict.fromkeys(hidden - {cell}, 0)
    source, target = ((cell[1], "c"), (cell[0], "r"))
    if not is_gain:
        source, target = target, source
        enough = min(enough, counts[cell[0]][cell[1]] - 1)
    by_row: dict[int, list[Cell]] = {}
    by_column: dict[int, list[Cell]] = {}
    for one in sorted(change):
        by_row.setdefault(one[0], []).append(one)
        by_column.setdefault(one[1], []).append(one)
    total = 0
    while total < enough:
        path = _path(counts, change, by_row, by_column, source, target)
        if path is None:
            return total
        lowered = [one for one, step in path if step < 0]
        most = min((counts[i][j] + change[i, j] - 1 for i, j in lowered), default=enough)
        amount = min(most, enough - total)
        for one, step in path:
            change[one] += step * amount
        total += amount
    return total


def _path(counts, change, by_row, by_column, source, target) -> list[tuple[Cell, int]] | None:
    """Return the shortest way from ``source`` to ``target`` as (cell, +1 or -1), None if none."""
    came: dict[tuple[int, str], tuple | None] = {source: None}
    queue = deque([source])
    while queue:
        node = queue.popleft()
        if node == target:
            way = []
            while (step := came[node]) is not None:
                node, cell, sign = step
                way.append((cell, sign))
            return way
        number, kind = node
        for cell in by_row.get(number, []) if kind == "r" else by_column.get(number, []):
            i, j = cell
            following = (j, "c") if kind == "r" else (i, "r")
            if following in came or (kind == "c" and counts[i][j] + change[cell] <= 1):
                continue
            came[following] = (node, cell, 1 if kind == "r" else -1)
            queue.append(following)
    return None
