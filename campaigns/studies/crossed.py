"""One question of a study by another, as far as it may be shown.

Rows and columns are those that the tables of the two questions show; what such a table hides is one
row (or column) here, for its sum is known anyway. Cells are hidden by ``crossing.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from campaigns.studies.crossing import hidden_of
from campaigns.studies.models import StudyQuestion
from campaigns.studies.results import Answers, cells_of, mark_words
from municipalities.disclosure import protect

Form = StudyQuestion.Form
CROSSED_BY = (Form.ONE, Form.SETTLEMENT, Form.SCALE)
CROSSED = (*CROSSED_BY, Form.SEVERAL)
MOST_HEADS = 150  # rows or columns: Елена has 124 settlements
MOST_SMALL = 40  # cells
MOST_HIDDEN = 0.25  # of a table's cells; one that hides more is shown with fewer rows


@dataclass(frozen=True)
class Crossed:
    """A question by another: heads of columns, rows of (label, cells); a cell None is hidden."""

    question: StudyQuestion
    by: StudyQuestion
    columns: list[str]
    rows: list[tuple[str, list[int | None]]]

    @property
    def is_hidden(self) -> bool:
        return not self.rows

    @property
    def share_hidden(self) -> float:
        """Return how much of the cells is hidden."""
        cells = [cell for _label, row in self.rows for cell in row]
        return sum(cell is None for cell in cells) / len(cells) if cells else 0.0

    @property
    def hides(self) -> bool:
        return any(cell is None for _label, cells in self.rows for cell in cells)


def cross(
    answers: Answers, question: StudyQuestion, by: StudyQuestion, smallest: int
) -> Crossed | None:
    """Return ``question`` by ``by`` as far as it may be shown; None where they cannot be crossed.

    The smallest rows are one row together where the table would else hide too much: first none of
    them, then a third of them and so on; their sums are known anyway. What may not be shown at all
    has no rows.
    """
    if question.pk == by.pk or question.form not in CROSSED or by.form not in CROSSED_BY:
        return None
    nothing = Crossed(question, by, [], [])
    whose = _categories(by, answers, smallest)
    if whose is None:
        return nothing
    everybody = _rows_of(answers, whose, by)
    rows, sizes = _heads(whose), Counter(everybody.values())
    if not 1 < len(rows) <= MOST_HEADS:
        return nothing
    tabled = _options if question.form == Form.SEVERAL else _choices
    best, kept = nothing, len(rows)
    while kept:
        merged = _merged(rows, sizes, len(rows) - kept)
        placed = {response: merged[row] for response, row in everybody.items()}
        told = tabled(question, by, answers, placed, _heads(merged), smallest)
        if not told.is_hidden and told.share_hidden <= MOST_HIDDEN:
            return told
        best = told if best.is_hidden else best
        kept = min(kept * 2 // 3, len(rows) - 2)  # one row alone is not put together with any
    return best


def _merged(rows: list[str], sizes: Counter, together: int) -> dict[str, str]:
    """Return by row where it stands when the ``together`` smallest are one, the last."""
    least = set(sorted(rows, key=lambda row: (sizes[row], row))[:together])
    rest = _("останалите")
    kept = {row: row for row in rows if row not in least and row != rest}
    return {**kept, **{row: rest for row in rows if row in least or row == rest}}


def _choices(question, by, answers: Answers, placed, rows: list[str], smallest: int) -> Crossed:
    """Cross a question of one answer."""
    nothing = Crossed(question, by, [], [])
    what = _categories(question, answers, smallest)
    if what is None:
        return nothing
    answered = {row.response_id: what[label_of(question, row)] for row in answers.to(question)}
    passed = what.get(_("без отговор"), "")
    pairs = Counter((place, answered.get(response, passed)) for response, place in placed.items())
    columns = _heads(what)
    if not 1 < len(columns) <= MOST_HEADS:
        return nothing
    counts = [[pairs[row, column] for column in columns] for row in rows]
    hidden = _hidden(counts, smallest)
    if hidden is None or len(hidden) == sum(1 for row in counts for n in row if n):
        return nothing
    return Crossed(question, by, columns, _shown(rows, counts, hidden))


def _options(question, by, answers: Answers, placed, rows: list[str], smallest: int) -> Crossed:
    """Cross a question of several answers: each choice by itself, chosen or not."""
    cells = cells_of(question, answers.to(question), answers.counted, smallest)
    table = protect(cells, total=answers.counted, smallest=smallest, is_partition=False)
    shown = {row.label for row in table.rows if row.count is not None}
    columns = [choice for choice in question.choices if choice in shown]
    sizes = Counter(placed.values())
    by_column: list[list[int | None]] = []
    for choice in columns:
        chosen = Counter(
            placed[row.response_id] for row in answers.to(question) if choice in row.chosen
        )
        counts = [[chosen[row], sizes[row] - chosen[row]] for row in rows]
        hidden = _hidden(counts, smallest)
        by_column.append(
            [None if hidden is None or (i, 0) in hidden else counts[i][0] for i in range(len(rows))]
        )
    if all(cell is None for column in by_column for cell in column):
        return Crossed(question, by, [], [])
    told = [(row, [column[i] for column in by_column]) for i, row in enumerate(rows)]
    return Crossed(question, by, columns, told)


def _hidden(counts: Sequence[Sequence[int]], smallest: int) -> set[tuple[int, int]] | None:
    """Return what ``hidden_of`` does; None also where there are so many small cells that it pays
    to put more rows together before their intervals are computed."""
    small = sum(0 < n < smallest for row in counts for n in row)
    return None if small > MOST_SMALL else hidden_of(counts, smallest)


def label_of(question: StudyQuestion, row: Any) -> str:
    """Return the one answer that ``row`` gives, as the table of the question has it."""
    if question.form == Form.SCALE:
        return mark_words(question, int(row.number or 0))
    return row.chosen[0] if row.chosen else ""


def _heads(categories: dict[str, str]) -> list[str]:
    return list(dict.fromkeys(categories.values()))


def _categories(question: StudyQuestion, answers: Answers, smallest: int) -> dict[str, str] | None:
    """Return by label what it is called here: itself, or „останалите“ for all that are hidden."""
    cells = cells_of(question, answers.to(question), answers.counted, smallest)
    table = protect(cells, total=answers.counted, smallest=smallest)
    if not table.rows:
        return None
    hidden = {row.label for row in table.rows if row.count is None}
    listed = [cell.label for cell in cells if cell.count]
    return {
        **{label: label for label in listed if label not in hidden},
        **{label: _("останалите") for label in listed if label in hidden},
    }


def _rows_of(answers: Answers, whose: dict[str, str], by: StudyQuestion) -> dict[int, str]:
    """Return the row in which each questionnaire stands."""
    found = {row.response_id: whose[label_of(by, row)] for row in answers.to(by)}
    passed = whose.get(_("без отговор"))
    if passed is not None:
        everybody = {row.response_id for rows in answers.given.values() for row in rows}
        found |= dict.fromkeys(everybody - found.keys(), passed)
    return found


def _shown(
    rows: Iterable[str], counts: Sequence[Sequence[int]], hidden: set[tuple[int, int]]
) -> list[tuple[str, list[int | None]]]:
    return [
        (label, [None if (i, j) in hidden else n for j, n in enumerate(counts[i])])
        for i, label in enumerate(rows)
    ]
