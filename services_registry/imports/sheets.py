"""The books that the import gives: the sample to fill in, and the faulty rows to mend."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import xlsxwriter

from municipalities.exports import LONGEST_CELL, Column, xlsx
from municipalities.models import Municipality
from municipalities.spreadsheets import data_rows
from services_registry.imports import matching
from services_registry.imports.known import known_to
from services_registry.imports.models import ImportRun

SAMPLE_ROW = {
    "settings": "в център или друго място",
    "financing": "държавно делегирана дейност",
    "status": "чернова",
}


def sample(municipality: Municipality) -> bytes:
    """Return a book with the headings, a row of example, and a sheet of the allowed values."""
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"title": "Образец за внасяне на услуги", "author": "Фронт-офис"})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@"})  # numbers keep their first zero
    sheet = book.add_worksheet("Услуги")
    for place, field in enumerate(matching.FIELDS):
        sheet.set_column(place, place, max(16, min(len(field.title) + 2, 32)), text)
        sheet.write_string(0, place, field.title + (" *" if field.required else ""), bold)
        example = field.example or SAMPLE_ROW.get(field.code, "")
        if example:
            sheet.write_string(1, place, example, text)
    sheet.freeze_panes(1, 1)
    _allowed(book, bold, municipality)
    book.close()
    return target.getvalue()


def _allowed(book: Any, bold: Any, municipality: Municipality) -> None:
    known = known_to(municipality)
    lists = {code: names.allowed for code, names in known.names.items()}
    lists["provider"] = tuple(name for _pk, name in known.providers.values())
    lists["settlement"] = known.settlement_names
    lists["in_national_map"] = lists["address_is_secret"] = ("да", "не")
    sheet = book.add_worksheet("Допустими стойности")
    sheet.freeze_panes(1, 0)
    place = 0
    for field in matching.FIELDS:
        values = lists.get(field.code)
        if not values:
            continue
        sheet.set_column(place, place, 34)
        sheet.write_string(0, place, field.title, bold)
        for row, value in enumerate(values, start=1):
            sheet.write_string(row, place, value[:LONGEST_CELL])
        place += 1


def faulty_rows(run: ImportRun, problems: list[dict[str, Any]]) -> bytes:
    """Return a book of only the rows with ``problems``, what is wrong in a last column.

    The headings are those of the file, so the mended book can be loaded as it is. Every cell is
    written as text: what begins with „=“ stays what was read.
    """
    columns = matching.columns_of(run.rows)
    by_row = defaultdict(list)
    titles = {column.number: column.shown for column in columns}
    for problem in problems:
        title = titles.get(problem["column"], "ред")
        by_row[problem["row"]].append(f"{title}: {problem['message']}")

    def cell(number: int):
        return lambda row: row[1][number - 1] if number <= len(row[1]) else ""

    def rows() -> Iterator[tuple[int, list[str], str]]:
        for number, values in data_rows(run.rows):
            if number in by_row:
                yield number, values, "\n".join(by_row[number])

    shown = [Column(c.heading or c.shown, cell(c.number), 22) for c in columns]
    shown.append(Column("Ред в качения файл", lambda row: row[0], 10))
    shown.append(Column("Какво да се поправи", lambda row: row[2], 60))
    return xlsx("Редове с грешки", shown, rows())
