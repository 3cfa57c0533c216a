"""Files that come in: what is taken, what is refused and why, and what is left of a name."""

from __future__ import annotations

import io
import re
from contextlib import suppress

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from municipalities import upload_checks, uploads
from tests.support import uploads as made

HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EXE = b"MZ\x90\x00" + bytes(200)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
JS = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
ONE_MEGABYTE = bytes(2**20)


def taken(name: str, data: bytes) -> uploads.CheckedFile:
    return uploads.UploadField().clean(SimpleUploadedFile(name, data))


def refusal(name: str, data: bytes) -> ValidationError:
    with pytest.raises(ValidationError) as refused:
        taken(name, data)
    return refused.value.error_list[0]


# What is taken

LINK = {"word/_rels/document.xml.rels": made.relation("hyperlink", "https://x.bg", "External")}
GOOD = {
    "a PDF": ("молба.pdf", made.pdf(), "application/pdf"),
    "a PDF with packed objects": (
        "молба.pdf",
        made.pdf(made.packed_objects(b"7 0 << /Type /Font >>")),
        "application/pdf",
    ),
    "a PDF that opens on a page": ("a.PDF", made.pdf(b"<< /OpenAction [3 0 R /Fit] >>"), None),
    "a photograph": ("снимка.jpg", made.photograph(), "image/jpeg"),
    "a photograph of many frames": ("снимка.jpeg", made.photograph("MPO"), "image/jpeg"),
    "a drawing": ("схема.png", made.photograph("PNG"), "image/png"),
    "a Word document": ("писмо.docx", made.docx(LINK), f"{upload_checks.DOCX.content_type}"),
    "an OpenDocument text": ("писмо.odt", made.odt(), "application/vnd.oasis.opendocument.text"),
}


@pytest.mark.parametrize(("name", "data", "content_type"), GOOD.values(), ids=GOOD)
def test_a_harmless_file_is_taken(name, data, content_type):
    file = taken(name, data)
    assert isinstance(file, uploads.CheckedFile)
    assert content_type in (None, file.content_type)
    if not file.content_type.startswith("image/"):
        assert file.read() == data


# What is refused

BAD_RATIO = {"word/document.xml": ONE_MEGABYTE * 3}
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
OUTSIDE = {
    "word/_rels/settings.xml.rels": made.relation("attachedTemplate", "http://x", "External")
}
DISGUISED = {"word/_rels/d.rels": made.relation("oleObject", "http://x/hyperlink", "External")}
EVIL = {
    "nothing": ("a.pdf", b"", "empty"),
    "a page as a photograph": ("a.jpg", HTML, "kind"),
    "a page": ("a.html", HTML, "kind"),
    "a page as a PDF": ("a.pdf", HTML, "kind"),
    "a drawing with a script": ("a.svg", SVG, "kind"),
    "a drawing with a script as PNG": ("a.png", SVG, "kind"),
    "a program": ("a.exe", EXE, "kind"),
    "a program as a PDF": ("a.pdf", EXE, "kind"),
    "a shell script": ("a.pdf", b"#!/bin/sh\nrm -rf /\n", "kind"),
    "plain text": ("a.txt", "здравей".encode(), "kind"),
    "an old Word document": ("a.doc", OLE, "kind"),
    "a locked Word document": ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "protected"),
    "HEIC": ("a.heic", b"\x00\x00\x00\x18ftypheic" + bytes(40), "heic"),
    "HEIC as JPEG": ("a.jpg", b"\x00\x00\x00\x18ftypheic" + bytes(40), "heic"),
    "a GIF": ("a.gif", made.photograph("GIF"), "kind"),
    "a photograph called PDF": ("a.pdf", made.photograph(), "ending"),
    "a PDF called nothing": ("pdf", made.pdf(), "ending"),
    "a PDF called a program": ("a.pdf.exe", made.pdf(), "ending"),
    # PDF
    "a PDF with a script": ("a.pdf", made.pdf(JS), "active"),
    "the script in disguise": ("a.pdf", made.pdf(JS.replace(b"JavaS", b"J#61va#53")), "active"),
    "the script packed": ("a.pdf", made.pdf(made.packed_objects(b"7 0 " + JS)), "active"),
    "packed twice": (
        "a.pdf",
        made.pdf(made.packed_objects(b"20>", b"/Filter [/FlateDecode /ASCIIHexDecode]")),
        "unread",
    ),
    "packed otherwise": (
        "a.pdf",
        made.pdf(b"<< /Type /ObjStm /Filter /ASCIIHexDecode >>\nstream\n20>\nendstream"),
        "unread",
    ),
    "packed and cut": ("a.pdf", made.pdf(made.packed_objects(b"7 0 x" * 99, cut=9)), "unread"),
    "a PDF that starts something": ("a.pdf", made.pdf(b"<< /S /Launch /F (cmd.exe) >>"), "active"),
    "a PDF with a file in it": ("a.pdf", made.pdf(b"<</EmbeddedFiles 5 0 R>>"), "active"),
    "a PDF with a form of XFA": ("a.pdf", made.pdf(b"<< /XFA[5 0 R]>>"), "active"),
    "a PDF bomb": ("a.pdf", made.pdf(made.packed_objects(ONE_MEGABYTE * 51)), "bomb"),
    "a locked PDF": ("a.pdf", made.pdf(b"<< /Encrypt 9 0 R >>"), "protected"),
    "half a PDF": ("a.pdf", made.pdf()[:-20], "damaged"),
    "a PDF that is a page": ("a.pdf", made.pdf(b"(%b)" % HTML), "two_things"),
    "a PDF with a page behind": ("a.pdf", made.pdf(end=b"%%EOF\n" + HTML), "two_things"),
    "a PDF and an archive": (
        "a.pdf",
        made.pdf()[:-6] + made.archive({"a.js": "x"}, comment=b"%%EOF"),
        "two_things",
    ),
    # Pictures
    "a photograph that is a page": ("a.jpg", made.photograph(comment=HTML), "two_things"),
    "a photograph and an archive": (
        "a.jpg",
        made.photograph() + made.archive({"a.js": "x"}),
        "two_things",
    ),
    "half a photograph": ("a.jpg", made.photograph(size=(600, 400))[:2000], "damaged"),
    "half a drawing": ("a.png", made.photograph("PNG", size=(600, 400))[:-200], "damaged"),
    "the beginning of a photograph": ("a.jpg", b"\xff\xd8\xff\xe0", "damaged"),
    "a picture bomb": ("a.png", made.png_of_size(60_000, 60_000), "pixels"),
    "a large picture": ("a.png", made.png_of_size(10_000, 4_001), "pixels"),
    "a very large picture": ("a.png", made.png_of_size(10_000, 9_900), "pixels"),
    # Documents
    "an archive": ("a.zip", made.archive({"a.txt": "x"}), "kind"),
    "an archive as a document": ("a.docx", made.archive({"a.txt": "x"}), "kind"),
    "a table": ("a.xlsx", made.archive({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "kind"),
    "a document called ODT": ("a.odt", made.docx(), "ending"),
    "a document for macros": ("a.docm", made.docx(main=MACROS), "ending"),
    "a document for macros renamed": ("a.docx", made.docx(main=MACROS), "macros"),
    "a document with macros": ("a.docx", made.docx({"word/vbaProject.bin": OLE}), "macros"),
    "macros called XML": ("a.docx", made.docx({"word/vbaProject.xml": OLE}), "macros"),
    "an object in a document": ("a.docx", made.docx({"word/embeddings/o.xml": "x"}), "macros"),
    "a program in a document": ("a.docx", made.docx({"word/a.exe": EXE}), "macros"),
    "an archive in a document": ("a.docx", made.docx({"a.zip": made.docx()}), "macros"),
    "a template from elsewhere": ("a.docx", made.docx(OUTSIDE), "macros"),
    "an object from elsewhere": ("a.docx", made.docx(DISGUISED), "macros"),
    "entities": ("a.docx", made.docx({"word/a.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]>"}), "macros"),
    "UTF-16": ("a.docx", made.docx({"word/a.xml": "<!ENTITY".encode("utf-16")}), "macros"),
    "a path upward": ("a.docx", made.docx({"../../etc/a.xml": "x"}), "macros"),
    "a locked document": ("a.docx", made.locked(made.docx()), "protected"),
    "half a document": ("a.docx", made.docx()[:-30], "damaged"),
    "a document with a tail": ("a.docx", made.docx(comment=HTML), "two_things"),
    "a bomb by ratio": ("a.docx", made.docx(BAD_RATIO), "bomb"),
    "a bomb by size": ("a.docx", made.docx({"word/a.png": ONE_MEGABYTE * 60}), "bomb"),
    "a bomb by count": ("a.docx", made.docx({f"{n}.xml": "" for n in range(2100)}), "bomb"),
    "a bomb that lies": (
        "a.docx",
        made.lying(made.docx(BAD_RATIO), "word/document.xml", 100),
        "damaged",
    ),
    "an ODT with macros": ("a.odt", made.odt({"Basic/Standard/a.xml": "x"}), "macros"),
    "an ODT that listens": ("a.odt", made.odt({"a.xml": "<script:event-listener/>"}), "macros"),
    "a locked ODT": (
        "a.odt",
        made.odt({"META-INF/manifest.xml": "<manifest:encryption-data/>"}),
        "protected",
    ),
}


@pytest.mark.parametrize(("name", "data", "code"), EVIL.values(), ids=EVIL)
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_an_evil_file_is_refused_with_its_reason(name, data, code):
    refused = refusal(name, data)
    assert refused.code == code
    message = " ".join(refused.messages)
    assert message.startswith("„")
    assert re.search("[а-я]", message)


def test_what_a_file_calls_its_type_is_not_asked():
    evil = SimpleUploadedFile("a.jpg", HTML, content_type="image/jpeg")
    with pytest.raises(ValidationError):
        uploads.UploadField().clean(evil)
    good = SimpleUploadedFile("a.jpg", made.photograph(), content_type="text/html")
    assert uploads.UploadField().clean(good).content_type == "image/jpeg"


# Photographs


@pytest.mark.parametrize(("kind", "ending"), [("JPEG", "jpg"), ("PNG", "png"), ("MPO", "jpg")])
def test_a_photograph_forgets_where_it_was_taken_and_stands_upright(kind, ending):
    data = made.telling_photograph(kind)
    assert made.CANARY in data
    kept = taken(f"a.{ending}", data).read()
    assert made.CANARY not in kept
    assert b"Exif" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert image.size == (40, 60)
        red, _green, blue = image.convert("RGB").getpixel((20, 5))
        assert red > 200 > blue


def test_what_hangs_behind_a_photograph_is_dropped():
    kept = taken("a.jpg", made.photograph() + b"behind" * 50).read()
    assert b"behind" not in kept


# Names

NAMES = {
    "../../etc/passwd.pdf": "passwd.pdf",
    "C:\\Users\\Ана\\молба.pdf": "молба.pdf",
    "a\x00b.pdf": "ab.pdf",
    "a\r\nSet-Cookie: b.pdf": "a Set-Cookie_ b.pdf",
    "молба\u202efdp.exe.pdf": "молбаfdp_exe.pdf",
    "\u2066a\u200b.pdf": "a.pdf",
    "\ud800a.pdf": "a.pdf",
    "договор.exe.pdf": "договор_exe.pdf",
    "Договор 12.05.2024 г..PDF": "Договор 12.05.2024 г.pdf",
    "CON.pdf": "_CON.pdf",
    "lpt1.txt.pdf": "_lpt1_txt.pdf",
    ".htaccess.pdf": "htaccess.pdf",
    "<script>.pdf": "script.pdf",
    '"; rm -rf $HOME.pdf': "rm -rf _HOME.pdf",
    ".pdf": "файл.pdf",
    "....pdf": "файл.pdf",
    "Заявление на Пена Илиева.pdf": "Заявление на Пена Илиева.pdf",
    "й" * 300 + ".pdf": "й" * 94 + ".pdf",
    "и\u0306.pdf": "й.pdf",
}


@pytest.mark.parametrize(("sent", "shown"), NAMES.items())
def test_a_name_is_cleaned(sent, shown):
    file = SimpleUploadedFile("a.pdf", made.pdf())
    file._name = sent  # what Django would have cleaned before us
    assert uploads.check(file).name == shown
    assert uploads.clean_name(shown) == shown


def test_the_message_shows_the_clean_name():
    file = SimpleUploadedFile("a.pdf", HTML)
    file._name = "молба\u202e<b>.exe.pdf"
    with pytest.raises(ValidationError, match=r"^\['„молба_b__exe.pdf“ не е от видовете"):
        uploads.check(file)


# Fields


class OneForm(forms.Form):
    paper = uploads.UploadField(label="Документ", kinds=[upload_checks.PDF], max_size=2000)


class ManyForm(forms.Form):
    papers = uploads.MultipleUploadField(
        label="Документи", required=False, max_files=3, max_size=2000, max_total=3000
    )


def test_a_field_takes_only_its_kinds_and_size():
    def errors(data: bytes) -> str:
        return str(OneForm(files={"paper": SimpleUploadedFile("a.jpg", data)}).errors)

    assert "не е от видовете, които се приемат тук: PDF." in errors(made.photograph())
    assert "може най-много 2,0" in errors(bytes(2001))
    assert "Изберете файл." in str(OneForm(files={}).errors)
    assert "Файлът не пристигна" in str(OneForm(files={"paper": "a.pdf"}).errors)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ([made.pdf()] * 4, "Избрани са 4 файла, а може най-много 3."),
        ([bytes(1501)] * 2, "Файловете са общо 2,9"),
        ([made.pdf(), HTML, b""], "„1.pdf“ не е от видовете"),
        ([made.pdf(), HTML, b""], "„2.pdf“ е празен файл."),
    ],
)
def test_several_files_are_counted_and_weighed_before_they_are_opened(sent, words):
    chosen = [SimpleUploadedFile(f"{n}.pdf", data) for n, data in enumerate(sent)]
    form = ManyForm(files={"papers": chosen})
    assert not form.is_valid()
    assert words in str(form.errors)


def test_several_good_files_come_checked_and_none_is_none():
    chosen = [SimpleUploadedFile(f"{n}.pdf", made.pdf()) for n in range(3)]
    form = ManyForm(files={"papers": chosen})
    assert form.is_valid()
    assert [file.name for file in form.cleaned_data["papers"]] == ["0.pdf", "1.pdf", "2.pdf"]
    form = ManyForm(files={})
    assert form.is_valid()
    assert form.cleaned_data["papers"] == []


def test_the_field_is_drawn_with_what_it_takes():
    page = ManyForm()["papers"].as_field_group() + OneForm()["paper"].as_field_group()
    assert " multiple" in page
    assert 'accept=".pdf"' in page
    assert ".docx,.odt" in page


def test_a_request_of_too_many_bytes_is_not_read(client, db):
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=None):
        huge = SimpleUploadedFile("a.pdf", bytes(uploads.MAX_REQUEST))
        answer = client.post("/accounts/login/", {"login": "x", "password": "y", "a": huge})
    assert answer.status_code == 413
    assert "Изпратеното е твърде голямо" in answer.content.decode()


# Whatever comes

SEEDS = [data for _name, data, _kind in GOOD.values()]


@st.composite
def spoiled(draw) -> bytes:
    """A good file with a few of its bytes changed, cut or added."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(data)))
        data[place : place + draw(st.integers(0, 8))] = draw(st.binary(max_size=8))
    return bytes(data)


STARTS = st.sampled_from(
    [b"", b"%PDF-1.4\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"]
)
ANY_TEXT = st.text(st.characters(), max_size=300)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    data=st.one_of(spoiled(), st.builds(lambda a, b: a + b, STARTS, st.binary(max_size=400))),
    stem=ANY_TEXT,
    ending=st.sampled_from([".pdf", ".jpg", ".png", ".docx", ".odt", ""]),
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_nothing_but_a_refusal_comes_of_any_bytes_and_name(data, stem, ending):
    file = SimpleUploadedFile("a", data)
    file._name = stem + ending
    with suppress(ValidationError):
        kept = uploads.check(file)
        assert kept.name.endswith((".pdf", ".jpg", ".png", ".docx", ".odt"))
        assert uploads.clean_name(kept.name) == kept.name
        assert kept.size
