"""From the bytes of a spreadsheet to rows of text: encoding, separator, archive; nothing more.

What a cell may hold is judged by whoever imports; ``municipalities/cells.py`` has the rules.
Nothing here trusts a name: a book is a book by its own bytes, and whatever is neither a book nor
text is refused with what to do about it.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import math
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import openpyxl
import puremagic
from django.core.exceptions import ValidationError

MAX_BYTES = 10 * 2**20
MAX_ROWS = 5000  # of data, without the heading
MAX_COLUMNS = 100
MAX_CELL = 20_000  # characters
MAX_TEXT = 12_000_000  # characters in all: what the database keeps of one file
MAX_UNPACKED = 40 * 2**20  # bytes of the parts that are read
MAX_RATIO = 200  # of a part over a megabyte; rows of one word repeated reach about 60
MAX_ENTRIES = 500
MAX_SHEET_ROWS = 1_048_576  # as many as Excel has
SEPARATORS = ";,\t|"
SAVE_AS = "Отворете таблицата и я запишете като „Excel (.xlsx)“ или „CSV UTF-8“."
BROKEN_LETTER = "\ufffd"  # stands for what cannot be text; the check names the cell

Rows = list[list[str]]


class Unreadable(ValidationError):
    """The file cannot be read as a table; the message says why and what to do, in Bulgarian."""


def read(data: bytes) -> Rows:
    """Return the rows of an XLSX book (its first sheet) or a CSV file as text.

    Row 1 of the sheet is the first element; blank rows are kept as [], so that numbers stay those
    of the spreadsheet; blank rows at the end are dropped. Raises Unreadable.
    """
    if not data.strip():
        raise Unreadable("Файлът е празен.")
    if len(data) > MAX_BYTES:
        raise Unreadable("Файлът е над 10 MB. Разделете таблицата на части.")
    if data.startswith(b"PK"):
        records: Iterable[Sequence[Any]] = _book(data)
    else:
        _refuse_other_kinds(data)
        records = _text_rows(_decode(data))
    rows = _bounded(records)
    if not rows:
        raise Unreadable("В първия лист няма нито един ред с данни.")
    if sum(1 for row in rows if row) < 2:
        raise Unreadable("Таблицата има само заглавен ред. Добавете поне един ред под него.")
    return rows


def heading_place(rows: Rows) -> int:
    """Return the index of the heading: the first row that is not blank (0 when all are)."""
    return next((place for place, row in enumerate(rows) if row), 0)


def data_rows(rows: Rows) -> Iterator[tuple[int, list[str]]]:
    """Yield (number in the spreadsheet, cells) of every row of data that is not blank."""
    start = heading_place(rows) + 1
    return ((place + 1, row) for place, row in enumerate(rows[start:], start=start) if row)


def _bounded(records: Iterable[Sequence[Any]]) -> Rows:
    """Return the rows without outer blanks; refuse too many, too wide or too much."""
    rows: Rows = []
    blank = filled = size = 0
    for number, record in enumerate(records, start=1):
        cells = [_clean(cell) for cell in record]
        while cells and not cells[-1]:
            cells.pop()
        if number > MAX_SHEET_ROWS:
            raise Unreadable(f"Таблицата има повече от {MAX_SHEET_ROWS} реда.")
        if not cells:
            blank += 1
            continue
        if len(cells) > MAX_COLUMNS:
            raise Unreadable(f"Ред {number} има повече от {MAX_COLUMNS} колони. {SAVE_AS}")
        filled += 1
        if filled > MAX_ROWS + 1:
            raise Unreadable("Таблицата има повече от 5000 реда с данни. Разделете я на части.")
        if blank > MAX_SHEET_ROWS // 10:
            raise Unreadable(
                f"Преди ред {number} има {blank} празни реда. Изтрийте ги и качете файла отново."
            )
        size += sum(map(len, cells))
        if size > MAX_TEXT or any(len(cell) > MAX_CELL for cell in cells):
            raise Unreadable(f"На ред {number} има твърде дълъг текст. Съкратете го.")
        rows.extend([] for _ in range(blank))
        blank = 0
        rows.append(cells)
    return rows


def _clean(cell: Any) -> str:
    """Return a cell as composed text without outer spaces; what is no letter becomes a mark."""
    text = unicodedata.normalize("NFC", words_of_cell(cell))
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    kept = (
        BROKEN_LETTER if c not in "\n\t" and unicodedata.category(c) in {"Cc", "Cs"} else c
        for c in text
    )
    return "".join(kept).strip().strip("\ufeff")


def words_of_cell(value: Any) -> str:
    """Return a value of a book's cell as people here write it: 21.11.2026, 12,5, да."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "да" if value else "не"
    if isinstance(value, dt.datetime):
        has_time = value.time() != dt.time()
        return f"{value:%d.%m.}{value.year}" + (f" {value:%H:%M}" if has_time else "")
    if isinstance(value, dt.date):
        return f"{value:%d.%m.}{value.year}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if isinstance(value, float | Decimal):
        if math.isfinite(value) and -(10**15) < value < 10**15 and value == int(value):
            return str(int(value))
        return str(value).replace(".", ",")
    return str(value)


# Books


def _book(data: bytes) -> Iterator[Sequence[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _judge_archive(archive)
            data = _without_empty_cells(archive)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and dates that we do not use
            # keep_vba, keep_links: nothing of a macro or a link to another book is even read.
            book = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=True, keep_links=False
            )
            try:
                yield from _sheet(book, data)
            finally:
                book.close()
    except Unreadable:
        raise
    except Exception:  # zipfile and openpyxl raise whatever the strange bytes lead them to
        raise Unreadable(
            "Файлът е непълен или повреден. Отворете го, запишете го отново и го качете пак."
        ) from None


def _sheet(book, data: bytes) -> Iterator[Sequence[Any]]:
    if not book.worksheets:
        raise Unreadable("В книгата няма лист с таблица.")
    sheet = book.worksheets[0]
    _refuse_formulas_without_values(data, sheet._worksheet_path)
    sheet.reset_dimensions()  # what the sheet says of its own size may be anything
    # One column more than may be, so that a wider table is noticed and not cut.
    for row in sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1):
        yield () if row.count(None) == len(row) else row


def _judge_archive(archive: zipfile.ZipFile) -> None:
    """Refuse what is no XLSX, what is locked and what unpacks to more than a table needs.

    The directory is judged before anything is unpacked; zipfile never unpacks more of a part than
    the directory promises, and a promise that lies is found by the wrong checksum.
    """
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unreadable("Файлът е защитен с парола. Запишете го без парола.")
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        ods = "content.xml" in names and "META-INF/manifest.xml" in names
        what = "Таблицата е във вид ODS." if ods else "Това не е книга на Excel."
        raise Unreadable(f"{what} {SAVE_AS}")
    parts = [e for e in entries if e.filename.lower().endswith((".xml", ".rels"))]
    dense = any(e.file_size > 2**20 and e.file_size > MAX_RATIO * e.compress_size for e in parts)
    if len(entries) > MAX_ENTRIES or dense or sum(e.file_size for e in parts) > MAX_UNPACKED:
        raise Unreadable(
            "Книгата се разгръща до необичайно голям размер. Копирайте само таблицата в нова "
            "книга и качете нея."
        )
    for entry in parts:
        part = archive.read(entry)
        # Spreadsheets have no DOCTYPE, an XML bomb does; XML in UTF-16 would hide it.
        if b"\x00" in part or b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            raise Unreadable(f"Книгата има части, които не приемаме. {SAVE_AS}")


_EMPTY_CELL = re.compile(rb'<c\b[^>]*?\sr="[A-Z]{1,3}[0-9]{1,7}"[^>]*/>')
_EMPTY_ROW = re.compile(rb'<row\b[^>]*?\sr="[0-9]{1,7}"[^>]*?(?:/>|>\s*</row>)')


def _without_empty_cells(archive: zipfile.ZipFile) -> bytes:
    """Return the book without cells and rows that hold nothing but their format.

    Formatting a column down to its end makes a million of them, and each takes openpyxl its time.
    What is left says its own place, so nothing moves.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as lighter:
        for entry in archive.infolist():
            name = entry.filename
            if not name.lower().endswith((".xml", ".rels")):
                continue  # pictures and macros are not read at all
            part = archive.read(entry)
            if name.startswith("xl/worksheets/"):
                part = _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", part))
            lighter.writestr(name, part)
    return target.getvalue()


_FORMULA = re.compile(
    rb'<c [^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)'
    rb"\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)


def _refuse_formulas_without_values(data: bytes, part: str) -> None:
    """A formula gives the value it had when the book was saved; without one it would be lost."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = _FORMULA.search(archive.read(part.lstrip("/")))
    if found:
        raise Unreadable(
            f"Клетка {found[1].decode()} е формула без пресметната стойност. Отворете книгата, "
            "запишете я отново и я качете пак."
        )


# Text


def _refuse_other_kinds(data: bytes) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        if locked:
            raise Unreadable("Файлът е защитен с парола. Запишете го без парола.")
        raise Unreadable(f"Това е стара книга на Excel (.xls). {SAVE_AS}")
    start = data[:2000].lstrip(codecs.BOM_UTF8 + b" \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<head")):
        raise Unreadable(f"Това е уеб страница или XML, а не таблица. {SAVE_AS}")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    try:
        kinds = {match.extension for match in puremagic.magic_string(data)}
    except (puremagic.PureError, ValueError):
        kinds = set()
    if kinds & {".pdf", ".png", ".jpg", ".jpeg", ".gif", ".gz", ".7z", ".rar", ".exe", ".rtf"}:
        raise Unreadable(f"Това не е таблица. {SAVE_AS}")


def _decode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    elif data.startswith(codecs.BOM_UTF8) or _is_meant_as_utf8(data):
        encodings = ("utf-8-sig",)
    elif wide := _utf16_without_mark(data):
        encodings = (wide,)
    else:
        encodings = ("utf-8-sig", "cp1251")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        odd = sum(unicodedata.category(c) == "Cc" and c not in "\r\n\t" for c in text[:20_000])
        if odd > 20:
            break
        return text
    raise Unreadable(f"Файлът не е таблица или знаците в него са повредени. {SAVE_AS}")


def _is_meant_as_utf8(data: bytes) -> bool:
    """Tell a damaged UTF-8 file, which windows-1251 would read as nonsense letters, from cp1251."""
    text = data.decode("utf-8", errors="replace")
    return len(re.findall(r"[а-яА-Я]", text)) > text.count("\ufffd")


def _utf16_without_mark(data: bytes) -> str:
    """Return UTF-16's variant when every second byte tells of Cyrillic and ASCII, else ""."""
    head = data[: min(len(data), 4000) // 2 * 2]
    for name, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if high and sum(byte in (0, 4) for byte in high) > 0.9 * len(high) and 0 in high:
            return name
    return ""


def _text_rows(text: str) -> Iterator[list[str]]:
    declared = re.match(r"sep=([;,\t|])\r?\n", text)  # a line that Excel itself does not show
    if declared:
        text = text[declared.end() :]
    separator = declared[1] if declared else _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Unreadable(
                f"На ред {number} кавичките не са затворени или текстът е твърде дълъг."
            ) from None


def _separator(text: str) -> str:
    """Return the separator that cuts the first rows into most columns, the same number each."""

    def worth(separator: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(text[:50_000], newline=""), delimiter=separator)
        widths: list[int] = []
        try:
            for row in reader:
                if any(cell.strip() for cell in row):
                    widths.append(len(row))
                if len(widths) == 20:
                    break
        except csv.Error:
            pass
        if not widths or widths[0] < 2:
            return (0, 0)
        return (sum(width == widths[0] for width in widths) / len(widths), widths[0])

    return max(SEPARATORS, key=worth)
