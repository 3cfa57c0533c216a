"""The numbers of an analysis as a spreadsheet: a sheet a table; what is hidden is not there."""

from __future__ import annotations

import re
from typing import Any

from municipalities.exports import LONGEST_SHEET_NAME, Column, Sheet, workbook
from referrals.needs.contents import Table, printed, right_columns, tables_of
from referrals.needs.documents import facts_of

FIRST, FACTS = "За анализа", "Накратко"
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]+")


def xlsx_of(content: dict[str, Any], *, said: str) -> bytes:
    """Return the workbook of a content: what it is, its facts, then each table on its sheet."""
    tables = [(part, table) for part in printed(content) for table in tables_of(part)]
    named = [
        (sheet_name(number, table["title"]), part, table)
        for number, (part, table) in enumerate(tables, start=1)
    ]
    sheets = [_contents(content, said, named), _facts(content)]
    sheets += [_sheet(name, table) for name, _part, table in named]
    return workbook(content["title"], sheets)


def sheet_name(number: int, title: str) -> str:
    """Return a name that a sheet may have and no other has: numbered, without forbidden signs."""
    words = " ".join(_FORBIDDEN.sub(" ", title).split()).strip("'")
    return f"{number} {words}"[:LONGEST_SHEET_NAME].rstrip(" '")


def _contents(content: dict[str, Any], said: str, named: list[tuple[str, dict, Table]]) -> Sheet:
    rows: list[tuple[str, str, str, str]] = [
        (words, text, "", "") for words, text in [["Заглавие", content["title"]],
                                                  *facts_of(content, said)]
    ]  # fmt: skip
    rows += [
        (f"Лист „{name}“", table["title"], part["title"], table.get("note", ""))
        for name, part, table in named
    ]
    headings = (("Какво", 34), ("Съдържание", 70), ("Част", 34), ("Бележка", 70))
    return Sheet(FIRST, [_column(words, place, width) for place, (words, width) in
                         enumerate(headings)], rows)  # fmt: skip


def _facts(content: dict[str, Any]) -> Sheet:
    rows = [
        (part["title"], words, text)
        for part in printed(content)
        for words, text in part["data"].get("facts", [])
    ]
    headings = (("Част", 34), ("Показател", 50), ("Стойност", 50))
    return Sheet(FACTS, [_column(words, place, width) for place, (words, width) in
                         enumerate(headings)], rows)  # fmt: skip


def _sheet(name: str, table: Table) -> Sheet:
    right = set(right_columns(table))
    columns = [
        _column(words, place, 14 if place in right else 36)
        for place, words in enumerate(table["columns"])
    ]
    return Sheet(name, columns, table["rows"])


def _column(words: str, place: int, width: int) -> Column:
    return Column(words, lambda row: row[place] if place < len(row) else None, width)
