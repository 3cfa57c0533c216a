"""Open tables of studies: made of results or brought from a spreadsheet, and carried away.

A column is of numbers where each of its cells is a number, empty or a word that stands for what is
hidden; else of text. In JSON such a word is null, and ``hidden`` says where it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaigns.studies.crossed import Crossed
from campaigns.studies.models import Study, StudyTable
from campaigns.studies.results import QuestionResult, hidden_words, percent_of
from municipalities import spreadsheets
from municipalities.exports import Column

MOST_COLUMNS = 40
MOST_ROWS = 2000
MOST_CELL = 500  # characters
# What stands for a count that is not shown: in results here, and in analyses of needs.
HIDDEN = re.compile(r"(?:(?:под|поне|under) [0-9]{1,9}|скрит[ао]?|hidden)\Z")
_NUMBER = re.compile(
    r"-?[0-9]{1,3}(?:[ \xa0\u202f][0-9]{3})+(?:,[0-9]+)?\Z|-?[0-9]{1,15}(?:[.,][0-9]+)?\Z"
)
_TEN_DIGITS = re.compile(r"(?<![0-9])[0-9]{10}(?![0-9])")
_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6)


def looks_like_egn(text: str) -> bool:
    """Say whether a text holds ten digits that are a ЕГН by their check digit and month."""
    for digits in _TEN_DIGITS.findall(text):
        check = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False)) % 11 % 10
        if check == int(digits[9]) and 1 <= int(digits[2:4]) % 20 <= 12:
            return True
    return False


# Into


def next_order(study: Study) -> int:
    """Return the place after the last table of ``study``."""
    last = study.tables.order_by("-order").values_list("order", flat=True).first()
    return 1 if last is None else min(last + 1, 32_000)


def keep_result(study: Study, result: QuestionResult) -> StudyTable:
    """Make an open table of a question's shown table, named as the question; again replaces it."""
    hidden = hidden_words(result.table.hiding, result.smallest)
    rows = [
        [row.label, hidden, ""]
        if row.count is None
        else [row.label, row.count, percent_of(row.count, result.answers)]
        for row in result.table.rows
    ]
    rows += [[choice, 0, 0] for choice in result.nobody]
    note = _("От %(answers)d анкети.") % {"answers": result.answers}
    if result.average is not None:
        note += _(" Средно: %(average)s.") % {"average": str(result.average).replace(".", ",")}
    return _kept(
        study,
        title=result.question.label,
        note=f"{note} {result.note}".strip(),
        columns=[_("Отговор"), _("Анкети"), _("Дял, %")],
        rows=rows,
    )


def keep_crossed(study: Study, crossed: Crossed) -> StudyTable:
    """Make an open table of two questions crossed; again replaces it."""
    note = _("Скритите клетки са малки или с тях малките може да се пресметнат.")
    return _kept(
        study,
        title=_("%(what)s – по: %(by)s") % {"what": crossed.question, "by": crossed.by},
        note=note if crossed.hides else "",
        columns=[str(crossed.by), *crossed.columns],
        rows=[
            [label, *(_("скрито") if n is None else n for n in cells)]
            for label, cells in crossed.rows
        ],
    )


def _kept(study: Study, *, title: str, note: str, columns: list[str], rows: list) -> StudyTable:
    title = title[: StudyTable._meta.get_field("title").max_length]
    table = study.tables.filter(title=title).order_by("pk").first()
    table = table or StudyTable(
        municipality_id=study.municipality_id, study=study, title=title, order=next_order(study)
    )
    table.note, table.columns, table.rows = note[:400], columns, rows
    table.save()
    return table


def read_sheet(rows: spreadsheets.Rows) -> tuple[list[str], list[list[Any]]]:
    """Return (columns, rows) of a spreadsheet that was read: its first row is the heading.

    Raises ValidationError in Bulgarian for what is too much, and for what looks like a ЕГН: an open
    table is for everybody.
    """
    columns = rows[spreadsheets.heading_place(rows)]
    told = list(spreadsheets.data_rows(rows))
    if len(columns) > MOST_COLUMNS:
        raise ValidationError(f"Колоните са над {MOST_COLUMNS}. Оставете нужните.")
    if len(told) > MOST_ROWS:
        raise ValidationError(f"Редовете са над {MOST_ROWS}. Разделете таблицата.")
    if "" in columns or len(set(columns)) != len(columns):
        raise ValidationError("Всяка колона трябва да има свое заглавие на първия ред.")
    made = []
    for number, cells in [(1, columns), *told]:
        if len(cells) > len(columns):
            raise ValidationError(f"Ред {number} има повече клетки от заглавния.")
        for cell in cells:
            if len(cell) > MOST_CELL:
                raise ValidationError(f"На ред {number} има твърде дълъг текст. Съкратете го.")
            if spreadsheets.BROKEN_LETTER in cell:
                raise ValidationError(f"На ред {number} има знак, който не се чете.")
            if looks_like_egn(cell):
                raise ValidationError(
                    f"На ред {number} има нещо като ЕГН. Отворената таблица се чете от всички."
                )
        made.append([*cells, *[""] * (len(columns) - len(cells))])
    return columns, _typed(columns, made[1:])


def _typed(columns: list[str], rows: list[list[str]]) -> list[list[Any]]:
    """Return the rows with numbers as numbers in the columns of numbers."""
    numeric = [kind == "number" for _name, kind in types_of(columns, rows)]
    return [
        [
            _as_json(cell) if is_number and number_of(cell) is not None else cell
            for cell, is_number in zip(row, numeric, strict=True)
        ]
        for row in rows
    ]


# Out of


def number_of(value: Any) -> Decimal | None:
    """Return the number that a cell holds or writes, None where it is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    text = str(value).strip()
    # „0123“ is a code and not a number.
    if not _NUMBER.match(text) or re.match(r"-?0[0-9]", text):
        return None
    try:
        return Decimal(re.sub(r"[ \xa0\u202f]", "", text).replace(",", "."))
    except InvalidOperation:
        return None


def is_hidden(value: Any) -> bool:
    """Say whether a cell is a word for what is not shown."""
    return isinstance(value, str) and bool(HIDDEN.match(value))


def types_of(columns: Sequence[Any], rows: Sequence[Sequence[Any]]) -> list[tuple[str, str]]:
    """Return (name, „number“ or „text“) of each column."""
    found = []
    for place, name in enumerate(columns):
        cells = [row[place] for row in rows if place < len(row)]
        told = [cell for cell in cells if cell not in (None, "") and not is_hidden(cell)]
        is_number = bool(told) and all(number_of(cell) is not None for cell in told)
        found.append((str(name), "number" if is_number else "text"))
    return found


def as_columns(table: StudyTable) -> list[Column]:
    """Return the table's columns for XLSX and CSV: numbers are numbers."""

    def cell(place: int, is_number: bool):
        def value(row: Sequence[Any]) -> Any:
            given = row[place] if place < len(row) else ""
            number = number_of(given) if is_number else None
            if number is None:
                return given if given is None else str(given)
            return int(number) if number == int(number) else number

        return value

    typed = types_of(table.columns, table.rows)
    return [
        Column(name, cell(place, kind == "number"), width=40 if place == 0 else 18)
        for place, (name, kind) in enumerate(typed)
    ]


def as_json(table: StudyTable) -> dict[str, Any]:
    """Return the table as open data: columns with types, rows, and where something is hidden."""
    typed = types_of(table.columns, table.rows)
    rows, hidden = [], []
    for number, row in enumerate(table.rows):
        cells: list[Any] = []
        for place, (_name, kind) in enumerate(typed):
            given = row[place] if place < len(row) else None
            if is_hidden(given):
                hidden.append({"row": number, "column": place, "says": given})
                given = None
            elif kind == "number":
                given = _as_json(given)
            cells.append(None if given == "" else given)
        rows.append(cells)
    return {
        "title": table.title,
        "note": table.note,
        "study": str(table.study),
        "municipality": table.study.municipality.name,
        "updated_at": table.updated_at,
        "columns": [{"name": name, "type": kind} for name, kind in typed],
        "rows": rows,
        "hidden": hidden,
    }


def _as_json(value: Any) -> int | float | None:
    number = number_of(value)
    if number is None:
        return None
    return int(number) if number == int(number) else float(number)


def sheet_name(title: str) -> str:
    """Return ``title`` as the name of a workbook's sheet, without the signs it may not hold."""
    return re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or _("Таблица")
