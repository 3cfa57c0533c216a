"""Columns of a spreadsheet of expenses: headings, what may stand in them, the book to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from municipalities.cells import BadCell, key
from municipalities.exports import Column, Sheet, workbook
from projects.models import Expense, Project
from projects.money import CENT, Currency
from projects.spending.models import ProjectContract, Supplier

ALMOST = Decimal("0.000001")  # what a computed cell may be beside a whole cent


@dataclass(frozen=True)
class Field:
    """What a column may be: our code, its heading, other headings people use, what it takes."""

    code: str
    title: str
    also: tuple[str, ...] = ()
    required: bool = False
    hint: str = ""
    example: str = ""


FIELDS = (
    Field("line", "Перо", ("код на перото", "бюджетно перо", "код"), True, "Кодът.", "1.1"),
    Field("activity", "Дейност", ("номер на дейност",), False, "Номерът, ако има.", "2.1"),
    Field("document", "Вид документ", ("документ",), True, "", "фактура"),
    Field("document_number", "Номер", ("номер на документа", "№"), True, "", "0000000123"),
    Field("document_on", "Дата", ("дата на документа",), True, "", "02.03.2026"),
    Field("paid_on", "Платен на", ("дата на плащане",), False, "", "05.03.2026"),
    Field("eik", "ЕИК", ("еик на изпълнителя", "булстат", "еик/булстат"), False, "", "175074752"),
    Field(
        "supplier",
        "Изпълнител",
        ("доставчик", "контрагент", "име на изпълнителя"),
        False,
        "Задължителен за фактура. Непознат изпълнител се създава.",
        "Печатница ООД",
    ),
    Field("contract", "Договор", ("договор №", "по договор"), False, "Номерът му.", "Д-12"),
    Field("description", "За какво", ("описание", "предмет"), True, "", "Дипляни"),
    Field("net", "Без ДДС", ("сума без ддс", "данъчна основа"), True, "", "1 200,00"),
    Field("vat", "ДДС", ("сума на ддс",), False, "Празно е без ДДС.", "240,00"),
    Field("is_vat_eligible", "ДДС е допустим", ("допустим ддс",), False, "Празно е „да“.", "да"),
    Field("currency", "Валута", (), False, "лева или евро; празно е валутата на датата.", "евро"),
    Field("overrun_reason", "Защо надхвърля перото", ("защо надхвърля",), False, "", ""),
    Field("duplicate_reason", "Защо не е повторение", ("защо се повтаря",), False, "", ""),
)
BY_CODE = {field.code: field for field in FIELDS}
REQUIRED = tuple(field for field in FIELDS if field.required)


def columns_of(heading: Sequence[str]) -> dict[str, int]:
    """Return {code of a field: number of its column, from 1} as the headings name them."""
    names = {
        key(name): field.code for field in FIELDS for name in (field.title, *field.also, field.code)
    }
    found: dict[str, int] = {}
    for number, text in enumerate(heading, start=1):
        code = names.get(key(text.rstrip("* ")))
        if code and code not in found:
            found[code] = number
    return found


# Rules of cells that only expenses have; the others are in municipalities/cells.py


def amount(text: str) -> tuple[Decimal, str]:
    """Return an amount and the currency written after it („12,50 лв.“), or "" for none."""
    plain = re.sub(r"[\s\xa0']", "", text.casefold())
    found = re.fullmatch(r"([0-9]{1,12}(?:[.,][0-9]{1,20})?)(€|евро|eur|лв\.?|лева|bgn)?", plain)
    if not found:
        raise BadCell("Очаква се сума като 1 234,56.")
    value = Decimal(found[1].replace(",", "."))
    cents = value.quantize(CENT, ROUND_HALF_UP)
    if abs(value - cents) > ALMOST:
        raise BadCell("Сумата е с най-много два знака след запетаята.")
    return cents, currency(found[2]) if found[2] else ""


def currency(text: str) -> str:
    """Return the currency that a word means."""
    word = key(text)
    if word in {"лв", "лева", "лев", "bgn"}:
        return str(Currency.BGN)
    if word in {"€", "евро", "eur"}:
        return str(Currency.EUR)
    raise BadCell("Очаква се „лева“ или „евро“.")


def numbered(text: str) -> str:
    """Return a code as it is compared: a book takes 1.1 for a number and gives it as „1,1“."""
    return key(text).replace(",", ".").strip(".")


def digits_of_eik(text: str) -> str:
    """Return an ЕИК with the zeros in front that a book of numbers loses."""
    plain = re.sub(r"\s", "", text).upper().removeprefix("BG")
    return plain.zfill(9) if plain.isascii() and plain.isdigit() and len(plain) < 9 else plain


# The book to fill in


def template_for(project: Project) -> bytes:
    """Return the book to fill in: the headings, how to, and what may be written of ``project``."""
    heads = [
        Column(f.title + (" *" if f.required else ""), lambda _row: "", max(12, len(f.title) + 4))
        for f in FIELDS
    ]
    return workbook(
        "Образец за внасяне на разходи",
        [
            Sheet("Разходи", heads, []),
            Sheet("Как се попълва", HOW, FIELDS),
            *(_listed(title, rows) for title, rows in _allowed(project)),
        ],
    )


HOW = [
    Column("Колона", lambda field: field.title, 26),
    Column("Задължителна", lambda field: field.required, 14),
    Column("Пример", lambda field: field.example, 20),
    Column("Как", lambda field: field.hint, 50),
]


def _listed(title: str, rows: Iterable[tuple[Any, ...]]) -> Sheet:
    names = ("Стойност", "Какво е")
    columns = [
        Column(name, lambda row, place=place: row[place], 20 + 24 * place)
        for place, name in enumerate(names)
    ]
    return Sheet(title, columns, rows)


def _allowed(project: Project) -> list[tuple[str, list[tuple[str, str]]]]:
    lines = project.budget_lines.order_by("code", "pk")
    activities = project.activities.order_by("position", "pk")
    suppliers = Supplier.objects.order_by("name", "pk")
    contracts = ProjectContract.objects.filter(project=project).select_related("supplier")
    return [
        ("Пера", [(line.code, line.name) for line in lines]),
        ("Дейности", [(row.number or row.title, row.title) for row in activities]),
        ("Видове документи", [(label, "") for label in map(str, Expense.Document.labels)]),
        ("Изпълнители", [(row.name, row.eik) for row in suppliers]),
        ("Договори", [(row.number, row.supplier.name) for row in contracts.order_by("pk")]),
    ]
