"""Tables as XLSX and CSV, for people who go on with them in a spreadsheet."""

from __future__ import annotations

import csv as csv_module
import datetime as dt
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_767  # characters; what Excel can hold
LONGEST_SHEET_NAME = 31
CSV_TYPE = "text/csv; charset=utf-8"
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FORMATS = {
    "date": "dd.mm.yyyy",
    "datetime": "dd.mm.yyyy hh:mm",
    "number": "0",
    "money": "#,##0.00",
}


@dataclass(frozen=True)
class Column:
    """One column: its Bulgarian heading, what it takes from a row, and its width in characters."""

    heading: str
    value: Callable[[Any], Any]
    width: int = 18


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: its name, columns and rows."""

    name: str
    columns: list[Column]
    rows: Iterable[Any]


def xlsx(title: str, columns: list[Column], rows: Iterable[Any]) -> bytes:
    """Return a workbook of one sheet; see ``workbook``."""
    return workbook(title, [Sheet(title, columns, rows)])


def workbook(title: str, sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook of ``sheets``.

    Dates are dates and numbers are numbers; every text is written as text, so that a value that
    begins with „=“, „+“, „-“ or „@“ is never a formula and an address never a link.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,  # nothing of the data lands in files of this host
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "remove_timezone": True,
        },
    )
    # A workbook says when it was made; nothing in it says on which machine.
    book.set_properties({"title": title, "author": "Фронт-офис", "created": _local(timezone.now())})
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    formats = {name: book.add_format({"num_format": code}) for name, code in _FORMATS.items()}
    for sheet in sheets:
        _add_sheet(book.add_worksheet(sheet.name[:LONGEST_SHEET_NAME]), sheet, heading, formats)
    book.close()
    return target.getvalue()


def _add_sheet(page, sheet: Sheet, heading, formats: dict) -> None:
    for number, column in enumerate(sheet.columns):
        page.write_string(0, number, column.heading, heading)
        page.set_column(number, number, column.width)
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        for number, column in enumerate(sheet.columns):
            _write(page, last, number, column.value(row), formats)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, last, len(sheet.columns) - 1)


def xlsx_response(
    name: str, title: str, columns: list[Column], rows: Iterable[Any]
) -> HttpResponse:
    """Return a workbook of one sheet as a download called ``name`` (without the ending)."""
    return workbook_response(name, title, [Sheet(title, columns, rows)])


def workbook_response(name: str, title: str, sheets: Iterable[Sheet]) -> HttpResponse:
    """Return the workbook as a download called ``name`` (without the ending)."""
    response = HttpResponse(workbook(title, sheets), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def csv(columns: list[Column], rows: Iterable[Any]) -> bytes:
    """Return a table as CSV that a Bulgarian spreadsheet opens by double click.

    UTF-8 with its mark, semicolons, decimal commas. A text that a spreadsheet would run as a
    formula gets an apostrophe before it.
    """
    target = io.StringIO(newline="")
    writer = csv_module.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.heading for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(column.value(row)) for column in columns])
    return target.getvalue().encode("utf-8-sig")


def csv_response(name: str, columns: list[Column], rows: Iterable[Any]) -> HttpResponse:
    """Return the CSV as a download called ``name`` (without the ending)."""
    response = HttpResponse(csv(columns, rows), content_type=CSV_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "да" if value else "не"
    if isinstance(value, dt.datetime):
        return f"{_local(value):%d.%m.%Y %H:%M}"
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, int | float | Decimal):
        return str(value).replace(".", ",")
    text = str(value)
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text


def _write(sheet, row: int, column: int, value: Any, formats: dict) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None)
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(row, column, _local(value), formats["datetime"])
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, value, formats["date"])
    elif isinstance(value, bool):
        sheet.write_string(row, column, "да" if value else "не")
    elif isinstance(value, int) and abs(value) < 10**15:
        sheet.write_number(row, column, value, formats["number"])
    elif isinstance(value, Decimal | float):
        sheet.write_number(row, column, value, formats["money"])
    else:
        sheet.write_string(row, column, str(value)[:LONGEST_CELL])


def _local(moment: dt.datetime) -> dt.datetime:
    """Return the moment on a clock in Bulgaria: a spreadsheet knows no time zones."""
    return timezone.localtime(moment).replace(tzinfo=None) if timezone.is_aware(moment) else moment
