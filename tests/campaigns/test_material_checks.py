"""What the checks say of files: good and faulty PDF, pictures, Word documents, broken bytes."""

from __future__ import annotations

import io
import os
import struct
import tempfile
import zlib

import docx
import pytest
import typst
from docx.oxml.ns import qn
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

from campaigns.materials.checks import check_file, pages_of
from municipalities.upload_checks import DOCX, PDF
from tests.support import uploads as made

ONE_PAGE = "= Подкрепа у дома\nОбщината помага на възрастни хора да останат в дома си. " * 3


def typeset(body: str, head: str = "", *, tagged: bool = True) -> bytes:
    """A PDF of Typst source, by which the portal makes its own."""
    source = f'#set document(title: "Листовка")\n#set text(lang: "bg")\n{head}\n{body}'
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.typ")
        with open(path, "w", encoding="utf-8") as file:
            file.write(source)
        standards = ["ua-1"] if tagged else []
        return typst.compile(path, pdf_standards=standards, ignore_system_fonts=True)


def changed(data: bytes, change) -> bytes:
    """The same PDF after ``change`` of its writer."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def found(data: bytes, kind=PDF, language: str = "bg") -> dict[str, bool | None]:
    return {one.code: one.is_good for one in check_file(data, kind.content_type, language)}


@pytest.fixture(scope="module")
def good() -> bytes:
    return typeset(ONE_PAGE)


def test_what_the_portal_makes_itself_is_good(good):
    said = found(good)
    assert set(said) == {"text", "tags", "language", "title", "fonts"}
    assert all(said.values())
    assert pages_of(good, PDF.content_type) == 1


def test_each_fault_is_told_apart(good):
    def without(*names: str):
        def change(writer) -> None:
            for name in names:
                writer.root_object.pop(name, None)

        return change

    def untitled(writer) -> None:
        writer.metadata = None
        writer.root_object.pop("/Metadata", None)

    faults = {
        "tags": without("/StructTreeRoot", "/MarkInfo"),
        "language": without("/Lang"),
        "title": without("/ViewerPreferences"),
    }
    for code, change in faults.items():
        said = found(changed(good, change))
        assert [name for name, is_good in said.items() if not is_good] == [code]
    assert found(changed(good, untitled))["title"] is False


def test_a_fault_says_how_to_mend_it(good):
    bare = changed(good, lambda writer: writer.root_object.pop("/Lang"))
    (fault,) = [one for one in check_file(bare, PDF.content_type, "bg") if not one.is_good]
    assert "Не е записано" in fault.words
    assert "Word" in fault.words


def test_the_language_is_the_one_that_was_said(good):
    assert found(good, language="tr")["language"] is False
    assert found(good, language="")["language"] is True


def test_latin_signs_behind_cyrillic_letters():
    text = "Iauiiaoa ii?aaa ia auc?anoie oi?a aa inoaiao a aiia ne i aa aeaiaa aia?aie " * 2
    assert found(typeset(text))["letters"] is False
    assert "letters" not in found(typeset(text), language="en")


def scanned(pages: int = 1) -> bytes:
    """A PDF whose pages are empty of text."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_a_page_without_text_is_named(good):
    assert found(scanned())["text"] is False

    def append(writer) -> None:
        writer.add_blank_page(200, 200)

    (fault,) = [
        one for one in check_file(changed(good, append), PDF.content_type) if one.code == "text"
    ]
    assert fault.is_good is False
    assert "страници: 2." in fault.words


def test_long_documents_need_headings_and_bookmarks():
    part = "#pagebreak(weak: true)\n{}\nТекст на страницата.\n"
    plain = "".join(part.format("Част.") for _ in range(21))
    headed = "".join(part.format(f"= Част {n}") for n in range(21))
    assert [found(typeset(plain))[code] for code in ("headings", "bookmarks")] == [False, False]
    assert [found(typeset(headed))[code] for code in ("headings", "bookmarks")] == [True, True]
    assert pages_of(typeset(plain), PDF.content_type) == 21


def test_pictures_and_tables_of_a_tagged_document():
    table = "#table(columns: 2, table.header[а][б], [1], [2])"
    bare = "#table(columns: 2, [1], [2])"
    assert found(typeset(ONE_PAGE + "\n" + table))["tables"] is True
    assert found(typeset(ONE_PAGE + "\n" + bare))["tables"] is False
    figure = '#figure(rect(), alt: "Рамка")'
    drawn = typeset(f"{ONE_PAGE}\n{figure}")
    assert found(drawn)["pictures"] is True

    def mute(writer) -> None:
        for number in range(1, len(writer._objects) + 1):
            one = writer._objects[number - 1]
            if isinstance(one, DictionaryObject):
                one.pop("/Alt", None)

    assert found(changed(drawn, mute))["pictures"] is False


def test_fonts_that_stay_at_home(good):
    def add(writer) -> None:
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
        writer.pages[0]["/Resources"]["/Font"][NameObject("/Own")] = font

    said = check_file(changed(good, add), PDF.content_type)
    (fault,) = [one for one in said if one.code == "fonts"]
    assert fault.is_good is False
    assert "Helvetica" in fault.words


def test_fields_of_a_form_have_names(good):
    def form(words: str):
        def add(writer) -> None:
            field = DictionaryObject(
                {
                    NameObject("/FT"): NameObject("/Tx"),
                    NameObject("/T"): TextStringObject("a"),
                }
            )
            if words:
                field[NameObject("/TU")] = TextStringObject(words)
            whole = {NameObject("/Fields"): ArrayObject([writer._add_object(field)])}
            writer.root_object[NameObject("/AcroForm")] = DictionaryObject(whole)

        return add

    assert found(changed(good, form("")))["form"] is False
    assert found(changed(good, form("Вашето име")))["form"] is True


def test_a_locked_file_is_told_as_such(good):
    locked = changed(good, lambda writer: writer.encrypt("тайна", algorithm="RC4-128"))
    assert found(locked) == {"password": False}
    assert pages_of(locked, PDF.content_type) is None


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", os.urandom(300)])
def test_broken_bytes_are_told_and_not_raised(data):
    assert found(data) == {"readable": False}
    assert found(data, DOCX) == {"readable": False}
    assert pages_of(data, PDF.content_type) is None


def test_tags_that_go_round_end(good):
    def loop(writer) -> None:
        tree = writer.root_object["/StructTreeRoot"].get_object()
        tree[NameObject("/K")] = ArrayObject([writer.root_object.raw_get("/StructTreeRoot")])
        writer.root_object[NameObject("/MarkInfo")] = DictionaryObject(
            {NameObject("/Marked"): BooleanObject(True)}
        )

    assert found(changed(good, loop))["tags"] is False


def test_pictures_have_no_text():
    for kind, name in (("JPEG", "image/jpeg"), ("PNG", "image/png")):
        (check,) = check_file(made.photograph(kind), name)
        assert check.is_good is False
        assert "Добавете текста" in check.words
    (other,) = check_file(b"x", "application/zip")
    assert other.is_good is None


# Word


def word(change=None) -> bytes:
    document = docx.Document()
    document.core_properties.title = "Брошура"
    document.add_heading("Услуги", 1)
    document.add_paragraph("Общината помага.")
    for tag in document.styles.element.iter(qn("w:lang")):
        tag.set(qn("w:val"), "bg-BG")
    if change:
        change(document)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def dot() -> io.BytesIO:
    """The smallest picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + body)


def test_a_word_document():
    said = found(word(), DOCX)
    assert said == {"text": True, "language": True, "title": True, "headings": True}

    def faulty(document) -> None:
        document.core_properties.title = ""
        document.add_picture(dot())
        document.add_table(2, 2)

    worse = found(word(faulty), DOCX)
    assert (worse["title"], worse["pictures"], worse["tables"]) == (False, False, False)
