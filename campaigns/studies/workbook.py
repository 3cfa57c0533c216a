"""The answers to a study as a workbook: what may be shown, and for the manager what was written."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from campaigns.studies.crossed import Crossed
from campaigns.studies.models import Study
from campaigns.studies.results import QuestionResult, Results, hidden_words, percent_of
from campaigns.studies.tables import sheet_name
from municipalities.addresses import address_of
from municipalities.exports import Column, Sheet, workbook_response


def workbook_of(study: Study, results: Results, crossed: list[Crossed]) -> HttpResponse:
    """Return the workbook; counts that are hidden on the page are hidden in it."""
    sheets = [
        Sheet(
            "Отговори",
            _columns(("Въпрос", 50), ("Отговор", 40), ("Анкети", 12), ("Дял, %", 10)),
            [row for result in results.questions for row in _rows(result)],
        )
    ]
    if crossed:
        sheets.append(
            Sheet(
                sheet_name(f"По {crossed[0].by}"),
                _columns(("Въпрос", 50), ("По", 30), ("Отговор", 40), ("Анкети", 12)),
                [
                    (str(one.question), label, column, "скрито" if n is None else n)
                    for one in crossed
                    for label, cells in one.rows
                    for column, n in zip(one.columns, cells, strict=True)
                ],
            )
        )
    words = [(str(one.question), said) for one in results.questions for said in one.words]
    if words:
        sheets.append(Sheet("С думи", _columns(("Въпрос", 50), ("Отговор", 90)), words))
    name = f"otgovori-{address_of(study.title, 60) or study.pk}"
    return workbook_response(name, study.title, sheets)


def _columns(*heads: tuple[str, int]) -> list[Column]:
    def cell(place: int):
        return lambda row: row[place]

    return [Column(name, cell(place), width) for place, (name, width) in enumerate(heads)]


def _rows(result: QuestionResult) -> list[tuple[Any, ...]]:
    question = str(result.question)
    if not result.table.rows:
        return [(question, result.note or "Още няма отговори.", "", "")]
    hidden = hidden_words(result.table.hiding, result.smallest)
    rows: list[tuple[Any, ...]] = [
        (question, row.label, hidden, "")
        if row.count is None
        else (question, row.label, row.count, percent_of(row.count, result.answers))
        for row in result.table.rows
    ]
    rows += [(question, choice, 0, 0) for choice in result.nobody]
    if result.average is not None:
        rows.append((question, "средно", result.average, ""))
    return rows
