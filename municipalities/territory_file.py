"""From the bytes of a territory file to its rows: encoding, separator, header, nothing more.

What a row may hold is checked in ``municipalities.territory``; this module never looks at the
database.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

# Column names of the three tables, as НСИ's classification calls the things.
COLUMNS: dict[str, tuple[str, ...]] = {
    "provinces": ("code", "name", "name_en", "nuts2", "centre_ekatte"),
    "municipalities": ("code", "name", "name_en", "province", "centre_ekatte", "population_2013"),
    "settlements": (
        "ekatte",
        "kind",
        "name",
        "name_en",
        "municipality",
        "postcode",
        "longitude",
        "latitude",
        "population_2013",
    ),
}
MAX_BYTES = 10_000_000  # the whole national list is under half a megabyte
MAX_ROWS = 50_000
SEPARATORS = ",;\t"
SIGNATURES = {
    b"PK\x03\x04": "Това е книга на Excel (или друг архив), а не CSV.",
    b"\xd0\xcf\x11\xe0": "Това е книга на Excel (.xls), а не CSV.",
    b"%PDF": "Това е PDF, а не CSV.",
}
SAVE_AS = "Отворете таблицата и я запишете като „CSV UTF-8“."


@dataclass(frozen=True)
class Note:
    """Something to say about a place in the file; ``row`` counts from 1, the header included."""

    text: str
    row: int | None = None
    column: str = ""

    def __str__(self) -> str:
        if self.row is None:
            return self.text
        place = f"ред {self.row}, колона {self.column}" if self.column else f"ред {self.row}"
        return f"{place}: {self.text}"


class TerritoryError(Exception):
    """The file cannot be loaded; ``faults`` says everything that is wrong with it."""

    def __init__(self, faults: Iterable[Note]):
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults[:50]))


@dataclass(frozen=True)
class Row:
    """A row as it was written; ``number`` is its place in the file, the header being 1."""

    number: int
    values: list[str]


@dataclass(frozen=True)
class Table:
    """The rows of a file and which of the three tables (a key of ``COLUMNS``) they belong to."""

    kind: str
    columns: tuple[str, ...]
    rows: list[Row]


def read_table(file: BinaryIO) -> Table:
    """Return the rows of a CSV file opened for reading bytes.

    UTF-8 with or without a mark, UTF-16 with one, or windows-1251; comma, semicolon or tab. Rows
    without a single value are passed over. Raises ``TerritoryError`` for anything that is not
    such a file or has not the header of one of the three tables.
    """
    text = _decode(_read_bytes(file))
    records = _records(text)
    try:
        number, header = next(records)
    except StopIteration:
        raise _error("Файлът е празен.") from None
    kind, columns = _recognise(number, header)
    rows = [Row(number, values) for number, values in records]
    if not rows:
        raise _error("Файлът има само заглавен ред, без данни.")
    return Table(kind, columns, rows)


def show(text: str, limit: int = 40) -> str:
    """Quote a value for a message: cut short, and with nothing a terminal could act upon."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "„" + "".join(c if c.isprintable() else f"[U+{ord(c):04X}]" for c in cut) + "“"


def show_or_empty(value: object) -> str:
    """Quote a value for a message, or say that there is none."""
    return "празно" if value in (None, "") else show(str(value))


def count(number: int, one: str, many: str) -> str:
    """Return the number with its noun: „1 грешка“, „12 грешки“."""
    return f"{number} {one if number == 1 else many}"


def _error(text: str, row: int | None = None) -> TerritoryError:
    return TerritoryError([Note(text, row)])


def _read_bytes(file: BinaryIO) -> bytes:
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _error(
            f"Файлът е по-голям от {MAX_BYTES // 1_000_000} MB, а националният списък е под 1 MB. "
            "Проверете дали това е правилният файл."
        )
    for signature, what in SIGNATURES.items():
        if data.startswith(signature):
            raise _error(f"{what} {SAVE_AS}")
    return data


def _decode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    elif _is_meant_as_utf8(data):
        encodings = ("utf-8-sig",)
    else:
        encodings = ("utf-8-sig", "cp1251")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as failure:
            spoilt = failure
    row = len(re.findall(rb"\r\n|\r|\n", data[: spoilt.start])) + 1
    raise _error(f"повреден знак: файлът не е нито UTF-8, нито windows-1251. {SAVE_AS}", row)


def _is_meant_as_utf8(data: bytes) -> bool:
    """Tell a damaged UTF-8 file, which windows-1251 would read as nonsense letters, from cp1251."""
    text = data.decode("utf-8", errors="replace")
    return len(re.findall(r"[а-яА-Я]", text)) > text.count("\ufffd")


def _records(text: str):
    """Yield (row number, values) of every row with a value in it; too many rows is an error."""
    first_line = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    separator = max(SEPARATORS, key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise _error(
                "кавичките не са затворени или стойността е твърде дълга.", number
            ) from None
        if number > MAX_ROWS:
            raise _error(f"Файлът има повече от {MAX_ROWS} реда, а населените места са около 5300.")
        if any(value.strip() for value in values):
            yield number, values


def _recognise(number: int, header: list[str]) -> tuple[str, tuple[str, ...]]:
    """Return the kind of table and its columns in the file's order, or say what is wrong."""
    names = [name.strip().lower() for name in header]
    while names and not names[-1]:
        names.pop()
    kind = max(COLUMNS, key=lambda kind: len(set(names) & set(COLUMNS[kind])) / len(COLUMNS[kind]))
    expected = COLUMNS[kind]
    if len(set(names) & set(expected)) < 2:
        if any("\x00" in name for name in names):
            raise _error(f"Това не е текстов файл. {SAVE_AS}")
        known = "; ".join(", ".join(columns) for columns in COLUMNS.values())
        raise _error(
            f"непознат заглавен ред {show(', '.join(header), 80)}. Очаква се един от: {known}.",
            number,
        )
    faults = [Note(f"липсва колона {name}.", number) for name in expected if name not in names]
    for name, times in Counter(names).items():
        if name not in expected:
            faults.append(Note(f"непозната колона {show(name)}.", number))
        elif times > 1:
            faults.append(Note(f"колоната {name} е повторена.", number))
    if faults:
        raise TerritoryError(faults)
    return kind, tuple(names)
