"""Letters, copies and protocols as PDF: they open, are tagged, and say the right Bulgarian."""

from __future__ import annotations

import io
import uuid

import pypdf
import pytest

from municipalities.tenancy import municipality_scope
from referrals.letters.writing import copy_of, preview, protocol_of, write
from tests.factories import UserFactory
from tests.factories_applications import ApplicationFactory


@pytest.fixture
def application(sliven):
    return ApplicationFactory(municipality=sliven)


def read(pdf: bytes) -> tuple[pypdf.PdfReader, str]:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    text = "\n".join(page.extract_text() for page in reader.pages).replace("\u200b", "")
    return reader, text


def written(application, **facts):
    said = {
        "application": application, "kind": "answer", "by": UserFactory(), "form_key": uuid.uuid4(),
        "recipient": "Пенка Измислена", "recipient_address": "ул. „Роза“ 5", "subject": "Отговор",
        "body": "Уважаема госпожо,\n\nОтговаряме ви.",
    }  # fmt: skip
    return write(**{**said, **facts})


def document(application, which: str) -> bytes:
    if which == "copy":
        return copy_of(application)
    if which == "protocol":
        return protocol_of(application)
    said = {"recipient": "Пенка", "recipient_address": "", "subject": "Отговор", "body": "Да."}
    return preview(application=application, by=UserFactory(), kind="answer", **said)


@pytest.mark.parametrize("which", ["copy", "protocol", "letter"])
def test_opens_and_is_tagged(application, which):
    with municipality_scope(application.municipality):
        reader, text = read(document(application, which))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"].startswith("bg")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_data()
    assert "ОБЩИНА СЛИВЕН" in text.upper()


def test_a_letter_is_numbered(application):
    with municipality_scope(application.municipality):
        letter = written(application)
    assert letter.number.startswith("ИЗХ-")
