"""An edition as a book: tagged PDF/UA with cover, contents, bookmarks and index, in two sizes."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pypdf
from django.utils.formats import date_format
from django.utils.translation import override

from campaigns.handbooks.content import LANGUAGE
from campaigns.handbooks.entries import LABELS
from municipalities import typeset
from municipalities.typeset import EMBLEM, statement_fonts

TEMPLATE = "handbook.typ"


def book(content: dict[str, Any], *, number: int, day: dt.date, is_large: bool = False) -> bytes:
    """Return the book of ``content``; with ``is_large`` no letter in it is under 16 points."""
    return typeset.render(TEMPLATE, _data(content, number, day, is_large=is_large))


def pages_of(pdf: bytes) -> int:
    """Return how many pages a book has."""
    return len(pypdf.PdfReader(io.BytesIO(pdf)).pages)


def _data(content: dict[str, Any], number: int, day: dt.date, *, is_large: bool) -> dict[str, Any]:
    union = content["union"]
    with override(LANGUAGE):
        edition = f"Издание № {number}, {date_format(day, 'j F Y').lower()} г."
        labels = {code: str(words) for code, words in LABELS.items()}
    if union:
        emblem = EMBLEM.read_text(encoding="utf-8")
        union = {**union, "emblem": emblem, "fonts": statement_fonts()}
    return {
        **{name: content[name] for name in ("title", "subtitle", "project", "chapters", "index")},
        "municipality": f"Община {content['municipality']}",
        "edition": edition,
        "union": union,
        "labels": labels,
        "is_large": is_large,
    }
