"""Files signed with КЕП: taken where a field asks for them, with what is in them looked at too."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from municipalities import cms, uploads
from municipalities.upload_checks import KINDS, P7M, P7S, SIGNED_KINDS
from tests.support import signed
from tests.support import uploads as made

PAGE = b"<!doctype html><script>alert(1)</script>"
SCRIPT = made.pdf(b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>")


def taken(name: str, data: bytes, kinds=SIGNED_KINDS) -> uploads.CheckedFile:
    return uploads.UploadField(kinds=kinds).clean(SimpleUploadedFile(name, data))


def code_of(name: str, data: bytes, kinds=SIGNED_KINDS) -> str:
    with pytest.raises(ValidationError) as refused:
        taken(name, data, kinds)
    return refused.value.error_list[0].code


PDF = made.pdf()


def covered(data: bytes, times: int) -> bytes:
    for _n in range(times):
        data = signed.p7m(data)
    return data


GOOD = {
    "a PDF in its signature": ("молба.p7m", signed.p7m(made.pdf()), P7M),
    "under its other name": ("молба.p7s", signed.p7m(made.pdf()), P7M),
    "in pieces": ("молба.p7m", signed.p7m_in_pieces(PDF, 100), P7M),
    "a Word document": ("молба.p7m", signed.p7m(made.docx()), P7M),
    "a photograph": ("снимка.p7m", signed.p7m(made.photograph()), P7M),
    "signed by two": ("молба.p7m", covered(PDF, 2), P7M),
    "a signature apart": ("молба.p7s", signed.p7m(b"anything", apart=True), P7S),
    "a PDF, signed inside or not": ("молба.pdf", made.pdf(), None),
}


@pytest.mark.parametrize(("name", "data", "kind"), GOOD.values(), ids=GOOD)
def test_a_signed_file_is_taken_byte_for_byte(name, data, kind):
    file = taken(name, data)
    assert file.read() == data
    if kind:
        assert file.content_type == kind.content_type
        assert file.name.endswith(kind.endings[0])


EVIL = {
    "a page": ("a.p7m", signed.p7m(PAGE), "signed_other"),
    "a program": ("a.p7m", signed.p7m(b"MZ\x90\x00" + bytes(200)), "signed_other"),
    "nothing": ("a.p7m", signed.p7m(b""), "signed_other"),
    "an archive": ("a.p7m", signed.p7m(made.archive({"a.txt": "x"})), "signed_other"),
    "a PDF with a script": ("a.p7m", signed.p7m(SCRIPT), "active"),
    "a PDF with a script in pieces": ("a.p7m", signed.p7m_in_pieces(SCRIPT, 7), "active"),
    "macros": ("a.p7m", signed.p7m(made.docx({"word/vbaProject.bin": b"x"})), "macros"),
    "a bomb": ("a.p7m", signed.p7m(made.docx({"word/a.xml": bytes(3 * 2**20)})), "bomb"),
    "a cover too many": ("a.p7m", covered(PDF, 5), "signed_other"),
    "half of it": ("a.p7m", signed.p7m(made.pdf())[:-20], "damaged"),
    "a tail": ("a.p7m", signed.p7m(made.pdf()) + b"x", "damaged"),
    "a page behind": ("a.p7m", signed.p7m(made.pdf()) + PAGE, "damaged"),
    "an archive behind": ("a.p7m", signed.p7m(made.pdf()) + made.archive({"a": "b"}), "damaged"),
    "only the beginning": ("a.p7m", signed.element(0x30, signed.SIGNED), "damaged"),
    "called a PDF": ("a.pdf", signed.p7m(made.pdf()), "ending"),
    "called a program": ("a.p7m.exe", signed.p7m(made.pdf()), "ending"),
    "a page called signed": ("a.p7m", PAGE, "kind"),
    "a PDF called signed": ("a.p7m", made.pdf(), "ending"),
    "a signed mail as text": ("a.p7m", b"-----BEGIN PKCS7-----\nMII", "kind"),
    "encrypted": ("a.p7m", signed.element(0x30, bytes.fromhex("06092a864886f70d010703")), "kind"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "data", "code"), EVIL.values(), ids=EVIL)
def test_what_only_looks_signed_or_holds_something_evil_is_refused(name, data, code):
    assert code_of(name, data) == code


def test_one_without_signers_is_not_signed():
    nobody = signed.element(
        0x30,
        signed.SIGNED
        + signed.element(
            0xA0,
            signed.element(
                0x30,
                b"\x02\x01\x01\x31\x00" + signed.element(0x30, signed.DATA) + b"\x31\x00",
            ),
        ),
    )
    assert code_of("a.p7s", nobody) == "damaged"


@pytest.mark.parametrize("data", [signed.p7m(made.pdf()), signed.p7m(b"x", apart=True)])
def test_a_field_that_does_not_ask_for_them_takes_none(data):
    assert not {P7M, P7S} & set(KINDS)
    assert code_of("a.p7m", data, KINDS) == "kind"


def test_a_file_made_to_be_read_for_ever_is_given_up():
    pieces = b"\x04\x00" * 2_000_000
    whole = b"\x30\x80" + signed.SIGNED + b"\xa0\x80\x30\x80" + pieces
    with pytest.raises(cms.NotSigned):
        cms.read(whole)
    with pytest.raises(cms.NotSigned):
        cms.read(b"\x30\x80" * 100_000)


# Made once: no two signatures of the same are as long.
WHOLE = (signed.p7m(made.pdf()), signed.p7m_in_pieces(made.pdf(), 50))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_nothing_but_a_refusal_comes_of_spoiled_bytes(data):
    spoiled = bytearray(data.draw(st.sampled_from(WHOLE)))
    for _n in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(spoiled) - 1))
        spoiled[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(spoiled)))
    with suppress(ValidationError):
        taken("a.p7m", bytes(spoiled[:cut]))
