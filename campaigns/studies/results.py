"""What was answered, counted so that nobody can be recognised.

Each question has one table of all who answered the questionnaire, those without an answer to it
among them, and it is shown by the rule of ``municipalities/disclosure.py`` with the study's own
smallest count. An average is shown only where nothing of its table is hidden: with it a hidden
count could be computed. Two questions are crossed in ``crossed.py``.

While a questionnaire is open, its answers are counted in whole groups of the smallest count, and
the last group only when it closes: whoever looked before and after one more answer would otherwise
know it. For the same reason no paper is taken while citizens see the answers. A questionnaire that
is opened anew after that is not compared with what it showed before.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from campaigns.studies.models import Study, StudyAnswer, StudyQuestion
from campaigns.studies.questions import MARKS
from municipalities import drawing
from municipalities.disclosure import Cell, Hiding, Protected, protect
from municipalities.numbers import plain

Form = StudyQuestion.Form
MOST_BRACKETS = 6


@dataclass(frozen=True)
class QuestionResult:
    """What was answered to one question: its table, and an average where one may be shown."""

    question: StudyQuestion
    table: Protected
    answers: int  # of all questionnaires that are counted
    smallest: int
    average: Decimal | None = None
    nobody: tuple[str, ...] = ()  # choices that nobody chose
    chart: dict | None = None
    words: list[str] = field(default_factory=list)

    @property
    def is_hidden(self) -> bool:
        return self.table.hiding is Hiding.WHOLE

    @property
    def hides_words(self) -> bool:
        return self.question.form == Form.TEXT and self.answers < self.smallest

    @property
    def note(self) -> str:
        """Return what is said of what the table hides; "" where it hides nothing."""
        return hiding_words(self.table.hiding, self.smallest)


@dataclass(frozen=True)
class Results:
    """All questions of a study, and from how many questionnaires of how many."""

    answers: int
    counted: int
    questions: list[QuestionResult]

    @property
    def waiting(self) -> int:
        """Return how many answers are counted later."""
        return self.answers - self.counted


def counted_of(answers: int, *, smallest: int, is_open: bool) -> int:
    """Return how many of ``answers`` are counted now."""
    return max(0, (answers // smallest - 1) * smallest) if is_open else answers


@dataclass(frozen=True)
class Answers:
    """What was answered to a study: how many questionnaires, how many of them are counted now, and
    the answers of those by question."""

    total: int
    counted: int
    given: dict[int, list[Any]]

    def to(self, question: StudyQuestion) -> list[Any]:
        """Return the answers to ``question``."""
        return self.given.get(question.pk, [])


def answers_of(study: Study, *, with_words: bool = False) -> Answers:
    """Read what is counted of a study, in two queries; in the study's scope."""
    pks = list(study.responses.order_by("pk").values_list("pk", flat=True))
    counted = counted_of(len(pks), smallest=study.smallest, is_open=study.is_open)
    last = pks[counted - 1] if counted else 0
    # Rows of a few columns: of a large study there are tens of thousands.
    columns = ["question_id", "response_id", "chosen", "number"]
    answered = StudyAnswer.objects.filter(response__study=study, response__lte=last)
    given: dict[int, list[Any]] = {}
    for row in answered.order_by("pk").values_list(
        *columns, *(["words"] if with_words else []), named=True
    ):
        given.setdefault(row.question_id, []).append(row)
    return Answers(len(pks), counted, given)


def results_of(
    study: Study, *, answers: Answers | None = None, with_words: bool = False
) -> Results:
    """Count what was answered, in three queries; in the study's scope.

    ``with_words`` brings what was written in own words, by alphabet and not as it was given; that
    is for the manager only. ``answers`` are those already read, with their words where wanted.
    """
    read = answers or answers_of(study, with_words=with_words)
    return Results(
        read.total,
        read.counted,
        [
            _result(question, read.to(question), read.counted, study.smallest, with_words)
            for question in study.questions.order_by("order", "pk")
        ],
    )


def _result(
    question: StudyQuestion,
    given: list[Any],
    counted: int,
    smallest: int,
    with_words: bool,
) -> QuestionResult:
    cells = cells_of(question, given, counted, smallest)
    several = question.form == Form.SEVERAL
    table = protect(cells, total=counted, smallest=smallest, is_partition=not several)
    if table.rows and all(row.count is None for row in table.rows):
        table = Protected([], Hiding.WHOLE)  # a table of hidden rows tells nothing
    if question.form in {Form.SCALE, Form.NUMBER}:
        table = _in_order(table, [cell.label for cell in cells])
    told = {cell.label for cell in cells if cell.count}
    words = sorted(row.words for row in given if row.words.strip()) if with_words else []
    return QuestionResult(
        question,
        table,
        counted,
        smallest,
        average=_average(given) if table.hiding is Hiding.NOTHING else None,
        nobody=tuple(choice for choice in question.choices if choice not in told and counted),
        chart=_chart(question, table, counted, smallest),
        words=words if counted >= smallest else [],
    )


def cells_of(question: StudyQuestion, given: list[Any], counted: int, smallest: int) -> list[Cell]:
    """Return the counts of a question, with those who passed over it at the end."""
    passed = Cell(_("без отговор"), counted - len(given))
    if question.form == Form.TEXT:
        return [Cell(_("написаха отговор"), len(given)), passed]
    if question.form == Form.SCALE:
        marks = Counter(int(row.number) for row in given if row.number is not None)
        return [*(Cell(mark_words(question, mark), marks[mark], mark) for mark in MARKS), passed]
    if question.form == Form.NUMBER:
        numbers = [row.number for row in given if row.number is not None]
        return [*(Cell(label, n) for label, n in brackets(numbers, smallest)), passed]
    found = Counter(choice for row in given for choice in row.chosen)
    # What was chosen and is no choice any more stays counted.
    order = [*question.choices, *sorted(set(found) - set(question.choices))]
    return [*(Cell(choice, found[choice], choice) for choice in order), passed]


def mark_words(question: StudyQuestion, mark: int) -> str:
    """Return a mark with what it means: „1 – никак“."""
    meaning = {1: question.lowest_means, 5: question.highest_means}.get(mark, "")
    return f"{mark} – {meaning}" if meaning else str(mark)


def brackets(numbers: Sequence[Decimal], smallest: int) -> list[tuple[str, int]]:
    """Return the numbers as (bracket in words, how many), none with fewer than ``smallest``.

    The edges are round. The first and the last bracket are open, so that nobody's number is told by
    being the least or the greatest. Fewer numbers than ``smallest`` are one bracket without edges.
    """
    if not numbers:
        return []
    low, high = math.floor(min(numbers)), math.ceil(max(numbers))
    step = _round_step((high - low) / MOST_BRACKETS)
    edges = list(range(math.floor(low / step) * step + step, high + 1, step))
    places = Counter(sum(number >= edge for edge in edges) for number in numbers)
    kept: list[int] = []  # edges between brackets that are large enough
    count = 0
    for place, edge in enumerate(edges):
        count += places[place]
        rest = sum(places[later] for later in range(place + 1, len(edges) + 1))
        if count >= smallest and rest >= smallest:
            kept.append(edge)
            count = 0
    if not kept:
        return [(_("написаха число"), len(numbers))]
    labels = [_("под %(edge)s") % {"edge": plain(Decimal(kept[0]))}]
    labels += [
        _("от %(low)s до под %(high)s") % {"low": plain(Decimal(a)), "high": plain(Decimal(b))}
        for a, b in pairwise(kept)
    ]
    labels.append(_("%(edge)s и повече") % {"edge": plain(Decimal(kept[-1]))})
    sizes = Counter(sum(number >= edge for edge in kept) for number in numbers)
    return [(label, sizes[place]) for place, label in enumerate(labels)]


def _round_step(least: float) -> int:
    """Return the first of 1, 2, 5, 10, 20, 50 … that is no less than ``least``."""
    size = 1
    while True:
        for part in (1, 2, 5):
            if part * size >= least:
                return part * size
        size *= 10


def _average(given: list[Any]) -> Decimal | None:
    numbers = [row.number for row in given if row.number is not None]
    if not numbers:
        return None
    return (sum(numbers, Decimal()) / len(numbers)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _in_order(table: Protected, labels: list[str]) -> Protected:
    """Return the table in the order of the scale, which says nothing of the counts."""
    return Protected(sorted(table.rows, key=lambda row: labels.index(row.label)), table.hiding)


def hiding_words(hiding: Hiding, smallest: int) -> str:
    """Return what is said under a table of what it hides."""
    given = {"smallest": smallest}
    return {
        Hiding.NOTHING: "",
        Hiding.UNDER: _("Броят под %(smallest)d не се показва, за да не се познае човек.") % given,
        Hiding.MIXED: _(
            "Скрит е всеки брой под %(smallest)d и още някои, за да не може да се пресметне."
        )
        % given,
        Hiding.WHOLE: _("Отговорите са малко и не се показват, за да не се познае човек."),
    }[hiding]


def hidden_words(hiding: Hiding, smallest: int) -> str:
    """Return what stands in place of a hidden count."""
    return _("под %(smallest)d") % {"smallest": smallest} if hiding is Hiding.UNDER else _("скрито")


def percent_of(count: int, total: int) -> int:
    """Return the share in whole per cent."""
    return round(100 * count / total) if total else 0


def _chart(question: StudyQuestion, table: Protected, counted: int, smallest: int) -> dict | None:
    """Return the table for components/chart.html: counts with their share of all."""
    if not table.rows:
        return None
    bars = []
    for row in table.rows:
        if row.count is None:
            bars.append(drawing.Bar(row.label, 0, hidden_words(table.hiding, smallest)))
        else:
            words = f"{row.count} ({percent_of(row.count, counted)}\xa0%)"
            bars.append(drawing.Bar(row.label, row.count, words))
    several = question.form == Form.SEVERAL
    note = _("Всеки може да е дал повече от един отговор.") if several else ""
    return drawing.bar_chart(
        question.label,
        bars,
        label_heading=_("Отговор"),
        value_heading=_("Анкети"),
        maximum=max(1, counted),
        note=note,
    )
