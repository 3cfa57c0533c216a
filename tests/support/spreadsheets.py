"""Spreadsheets good and evil, made on the spot, so that no binary file lies in the repository."""

from __future__ import annotations

import csv
import io
import zipfile

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

HEADINGS = ("Наименование", "Доставчик", "Обхват", "Накратко", "Капацитет", "Свободни места")
ROW = ("Топъл обяд", "Община Сливен", "общодостъпна", "Храна, всеки ден", "30", "4")
SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book(rows) -> bytes:
    """Return an XLSX of one sheet with ``rows``."""
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def csv_of(rows, separator: str = ";", encoding: str = "utf-8") -> bytes:
    """Return a CSV of ``rows``."""
    target = io.StringIO()
    csv.writer(target, delimiter=separator).writerows(rows)
    return target.getvalue().encode(encoding)


def with_sheet(sheet: str | bytes, **parts: bytes) -> bytes:
    """Return an XLSX whose sheet is the XML ``sheet``, with more parts if given."""
    source = zipfile.ZipFile(io.BytesIO(book([HEADINGS, ROW])))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, sheet if name == SHEET else source.read(name))
        for name, body in parts.items():
            archive.writestr(name, body)
    return target.getvalue()


def sheet_xml(cells: str) -> str:
    """Return the XML of a sheet with the rows written as XML."""
    return f'<worksheet xmlns="{NAMESPACE}"><sheetData>{cells}</sheetData></worksheet>'


def text_row(number: int, *values: str) -> str:
    """Return the XML of a row of texts."""
    cells = "".join(
        f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        for place, value in enumerate(values)
    )
    return f'<row r="{number}">{cells}</row>'


def sent(data: bytes, name: str = "uslugi.xlsx") -> SimpleUploadedFile:
    """Return the bytes as a browser sends a chosen file."""
    return SimpleUploadedFile(name, data)
