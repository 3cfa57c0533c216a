"""From bytes to rows: any usual encoding and separator, and files that are not what they say."""

from __future__ import annotations

import codecs
import datetime as dt
import io
import time
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from municipalities import spreadsheets as reading
from municipalities.spreadsheets import Unreadable, read
from tests.support import spreadsheets as made
from tests.support import uploads
from tests.support.spreadsheets import HEADINGS, ROW

ENCODINGS = {
    "UTF-8": ("utf-8", b""),
    "UTF-8 with a mark": ("utf-8", codecs.BOM_UTF8),
    "UTF-16 LE": ("utf-16-le", codecs.BOM_UTF16_LE),
    "UTF-16 BE": ("utf-16-be", codecs.BOM_UTF16_BE),
    "UTF-16 LE without a mark": ("utf-16-le", b""),
    "windows-1251": ("cp1251", b""),
}


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_usual_encoding_with_every_usual_separator(encoding, separator):
    name, mark = ENCODINGS[encoding]
    data = mark + made.csv_of([HEADINGS, ROW], separator, name)
    assert read(data) == [list(HEADINGS), list(ROW)]


def test_a_book_reads_the_same_as_text():
    assert read(made.book([HEADINGS, ROW])) == [list(HEADINGS), list(ROW)]


def test_the_separator_that_excel_declares_is_taken_and_its_line_is_not_counted():
    data = b"sep=|\r\n" + made.csv_of([HEADINGS, ROW], "|")
    assert read(data)[0] == list(HEADINGS)


def test_numbers_and_days_become_text_as_people_here_write_it():
    row = [30, 12.5, 4.0, dt.datetime(2026, 3, 1), dt.datetime(2026, 3, 1, 8, 30), True, 10**20]
    heads = [f"к{n}" for n in range(len(row))]
    read_row = read(made.book([heads, row]))[1]
    assert read_row[:6] == ["30", "12,5", "4", "01.03.2026", "01.03.2026 08:30", "да"]


def test_blank_rows_keep_the_numbers_of_the_spreadsheet():
    rows = read(made.book([[], HEADINGS, [], ROW, [], []]))
    assert [number for number, _cells in reading.data_rows(rows)] == [4]
    assert len(rows) == 4


def formula(value: str) -> bytes:
    cell = f'<row r="2"><c r="A2"><f>1+1</f>{value}</c></row>'
    return made.with_sheet(made.sheet_xml(made.text_row(1, "Капацитет") + cell))


def test_a_formula_gives_the_value_it_was_saved_with():
    assert read(formula("<v>2</v>"))[1] == ["2"]


@pytest.mark.parametrize("value", ["", "<v/>", "<v></v>"])
def test_a_formula_without_a_value_is_not_read_as_nothing(value):
    with pytest.raises(Unreadable, match="A2 е формула"):
        read(formula(value))


def test_a_nul_becomes_a_mark_that_the_check_will_name():
    assert read(b"a;b\n1;x\x00y\n")[1] == ["1", "x\ufffdy"]


# Evil


def bomb() -> bytes:
    return made.with_sheet(made.sheet_xml("<row/>" + " " * 60_000_000))


def lying_bomb() -> bytes:
    return uploads.lying(bomb(), made.SHEET, 1000)


def entity_bomb() -> bytes:
    return made.with_sheet('<!DOCTYPE x [<!ENTITY a "aaaa">]>' + made.sheet_xml(""))


def renamed(data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("hello.txt", data)
    return target.getvalue()


EVIL = {
    "empty": (lambda: b"", "празен"),
    "only blanks": (lambda: b" \r\n\r\n", "празен"),
    "only a heading": (lambda: made.book([HEADINGS]), "само заглавен ред"),
    "HTML": (lambda: b"<!DOCTYPE html><table><tr><td>x</td></tr></table>", "уеб страница"),
    "HTML with a mark": (lambda: codecs.BOM_UTF8 + b"<html></html>", "уеб страница"),
    "old Excel": (lambda: b"\xd0\xcf\x11\xe0" + bytes(600), "стара книга"),
    "locked": (
        lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
        "защитен с парола",
    ),
    "locked archive": (lambda: uploads.locked(made.book([HEADINGS, ROW])), "защитен с парола"),
    "PDF": (lambda: uploads.pdf(), "не е таблица|повреден"),
    "photograph": (lambda: uploads.photograph(), "не е таблица|повреден"),
    "Word": (lambda: uploads.docx(), "не е книга на Excel"),
    "OpenDocument": (lambda: uploads.odt(), "ODS"),
    "another archive": (lambda: renamed(b"x"), "не е книга на Excel"),
    "cut": (lambda: made.book([HEADINGS, ROW])[:-300], "повреден"),
    "zip bomb": (bomb, "необичайно голям"),
    "lying zip bomb": (lying_bomb, "повреден|необичайно"),
    "XML bomb": (entity_bomb, "не приемаме"),
    "broken XML": (lambda: made.with_sheet("<worksheet><sheetData><row>"), "повреден"),
    "NULs": (lambda: bytes(5000), "празен|повреден"),
    "noise": (lambda: bytes(range(256)) * 40, "повреден"),
    "open quotes": (lambda: b'a;b\n"1;2\n3;4\n', "кавичките"),
    "too wide": (lambda: made.csv_of([["x"] * 101, ["y"] * 101]), "повече от 100 колони"),
    "too long": (lambda: made.csv_of([["a", "b"]] * 5002), "повече от 5000 реда"),
    "too big a cell": (lambda: made.csv_of([["a", "b"], ["x" * 30_000, "y"]]), "твърде дълъг"),
    "over 10 MB": (lambda: b"a;b\n" * 3_000_000, "над 10 MB"),
}


@pytest.mark.parametrize("what", EVIL)
def test_what_is_no_table_is_refused_with_a_reason(what):
    make, reason = EVIL[what]
    with pytest.raises(Unreadable, match=reason):
        read(make())


def test_a_sheet_of_a_million_empty_rows_is_read_in_seconds():
    rows = "".join(f'<row r="{n}"/>' for n in range(3, 1_048_577))
    data = made.with_sheet(
        made.sheet_xml(made.text_row(1, *HEADINGS) + made.text_row(2, *ROW) + rows)
    )
    started = time.monotonic()
    assert read(data) == [list(HEADINGS), list(ROW)]
    assert time.monotonic() - started < 25


def test_one_cell_at_the_end_of_the_sheet_is_not_a_reason_to_hold_a_million_rows():
    last = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    data = made.with_sheet(made.sheet_xml(made.text_row(1, *HEADINGS) + last))
    with pytest.raises(Unreadable, match="празни реда"):
        read(data)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_rows_or_a_reason(data):
    with suppress(Unreadable):
        assert all(isinstance(cell, str) for row in read(data) for cell in row)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_spoilt_book_gives_rows_or_a_reason(changes):
    data = bytearray(made.book([HEADINGS, ROW]))
    for place, byte in changes:
        data[place % len(data)] = byte
    with suppress(Unreadable):
        assert all(isinstance(cell, str) for row in read(bytes(data)) for cell in row)
