"""Documents: Typst templates rendered to tagged PDF/UA-1.

Templates are in ``templates/typst/``. Data goes in as JSON and is read there with
``json(bytes(sys.inputs.data))``, so nothing that somebody typed is ever markup. Only the fonts
that the package carries are used, so that the same data gives the same pages on every machine.
One exception: the statement beside the emblem of the Union may stand only in one of a few faces
(Regulation (EU) 2021/1060, annex IX), of which none can be shipped here. Where ``FONTS_DIR`` names
a folder with one of them, that line is set in it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.utils.http import content_disposition_header

ROOT = settings.BASE_DIR / "templates" / "typst"
EMBLEM = settings.BASE_DIR / "static" / "img" / "eu.svg"
# Those that the rules on visibility allow and that can be had for a server.
STATEMENT_FONTS = ("Arial", "Calibri", "Verdana", "Ubuntu", "Tahoma", "Trebuchet MS", "Garamond")
UNWRITABLE = "□"  # stands for a sign that the fonts do not have
_ATTEMPTS = 4
_REFUSED = re.compile(
    r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed'
    r'|disallowed codepoint `"((?:[^"\\]|\\.)*)"`'
)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]{1,6})\}")


def render(template: str, data: dict[str, Any]) -> bytes:
    """Return the PDF of ``template`` (a path inside ``templates/typst/``) filled with ``data``.

    Whatever was typed can be in ``data``: control and invisible characters are dropped, and signs
    that the fonts do not have (emoji, Chinese) become „□“, since PDF/UA allows no missing glyph.
    Raises typst.TypstError for a broken template; data alone cannot break one.
    """
    clean = _cleaned(json.loads(json.dumps(data, cls=DjangoJSONEncoder)))
    for _attempt in range(_ATTEMPTS):
        try:
            return _compiled(template, clean)
        except typst.TypstError as error:
            missing = _missing_in(error)
            if not missing:
                raise
            clean = _replaced(clean, str.maketrans(dict.fromkeys(missing, UNWRITABLE)))
            clean["has_unwritable"] = True
    return _compiled(template, clean)


def pdf_response(pdf: bytes, name: str) -> HttpResponse:
    """Answer with a document that was made just now, to be looked at; ``name`` ends in .pdf.

    Nobody's name or identifier belongs in ``name``.
    """
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def statement_fonts() -> list[str]:
    """Return the faces for the Union's statement that the operator has given, best first."""
    return list(_fonts_in(settings.FONTS_DIR)) if settings.FONTS_DIR else []


@cache
def _fonts_in(folder: str) -> tuple[str, ...]:
    if not Path(folder).is_dir():
        return ()
    found = typst.Fonts(include_system_fonts=False, font_paths=[folder]).families()
    return tuple(name for name in STATEMENT_FONTS if name in found)


def _compiled(template: str, data: dict[str, Any]) -> bytes:
    return typst.compile(
        str(ROOT / template),
        root=str(ROOT),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        font_paths=[settings.FONTS_DIR] if statement_fonts() else [],
    )


def _cleaned(value: Any) -> Any:
    """Return ``value`` without what no document can hold, in all its texts."""
    if isinstance(value, str):
        return "".join(filter(_is_writable, unicodedata.normalize("NFC", value.replace("\t", " "))))
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, dict):
        return {key: _cleaned(one) for key, one in value.items()}
    return value


def _is_writable(character: str) -> bool:
    """Say whether it is a sign: no control, half of a pair, private or direction-turning one."""
    return character == "\n" or unicodedata.category(character)[0] != "C"


def _missing_in(error: typst.TypstError) -> set[str]:
    """Return the characters that a failed attempt says cannot be shown."""
    said = f"{error.message}\n{error.diagnostic}"
    found = ("".join(parts) for parts in _REFUSED.findall(said))
    texts = (_ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) for text in found)
    return {character for text in texts for character in text.replace("\\", "")}


def _replaced(value: Any, signs: dict[int, str]) -> Any:
    if isinstance(value, str):
        return value.translate(signs)
    if isinstance(value, list):
        return [_replaced(one, signs) for one in value]
    if isinstance(value, dict):
        return {key: _replaced(one, signs) for key, one in value.items()}
    return value
