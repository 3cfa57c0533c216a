"""What can be read out of a Word document of its accessibility."""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.oxml.ns import qn

from campaigns.materials.checks_found import (
    Check,
    gathered,
    language_check,
    letters_check,
)

LONG = 3000  # signs, about two pages, from which headings are asked for
SET_LANGUAGE = "Маркирайте текста и изберете „Преглед“ › „Език“ › „Задай език за проверка“."


def check_word(data: bytes, language: str = "") -> list[Check]:
    """Return what was found; ``language`` as of ``checks.check_file``."""
    try:
        document = docx.Document(io.BytesIO(data))
        text = "\n".join(
            "".join(node.itertext(qn("w:t"))) for node in document.element.iter(qn("w:p"))
        )
    except Exception:  # whatever the library says of broken bytes
        return [Check("readable", False, "Файлът не се отваря. Запишете го отново като DOCX.")]
    return gathered(
        (
            lambda: _text(text),
            lambda: letters_check(text, language),
            lambda: language_check(_language(document), language, SET_LANGUAGE),
            lambda: _title(document),
            lambda: _headings(document, text),
            lambda: _pictures(document),
            lambda: _tables(document),
        )
    )


def _text(text: str) -> Check:
    if text.strip():
        return Check("text", True, "Има текст, който четецът чете.")
    return Check("text", False, "Няма текст, само картини. Напишете съдържанието като текст.")


def _language(document: Any) -> str:
    """Return the language of the document's text unless a piece of it says another."""
    for tag in document.styles.element.iter(qn("w:lang")):
        if found := tag.get(qn("w:val")):
            return found
    for tag in document.element.iter(qn("w:lang")):
        if found := tag.get(qn("w:val")):
            return found
    return ""


def _title(document: Any) -> Check:
    if str(document.core_properties.title or "").strip():
        return Check("title", True, "Има заглавие.")
    return Check("title", False, "Няма заглавие. Напишете го в „Файл“ › „Информация“ › „Заглавие“.")


def _headings(document: Any, text: str) -> Check | None:
    names = {style.style_id for style in document.styles if _is_heading(str(style.name or ""))}
    used = {tag.get(qn("w:val")) for tag in document.element.iter(qn("w:pStyle"))}
    if used & names:
        return Check("headings", True, "Има заглавия, по които се минава през текста.")
    if len(text) < LONG:
        return None
    return Check(
        "headings",
        False,
        "Няма заглавия. Означете ги със стиловете „Заглавие 1“ и „Заглавие 2“, не с едри букви.",
    )


def _is_heading(name: str) -> bool:
    return name.lower().startswith(("heading", "заглавие", "title"))


def _pictures(document: Any) -> Check | None:
    drawn = list(document.element.iter(qn("wp:docPr")))
    if not drawn:
        return None
    without = sum(1 for tag in drawn if not (tag.get("descr") or tag.get("title") or "").strip())
    if not without:
        return Check("pictures", True, "Картините имат описание.")
    return Check(
        "pictures",
        False,
        f"Картини без описание: {without} от {len(drawn)}. Десен бутон върху картината ›"
        " „Редактиране на алтернативен текст“.",
    )


def _tables(document: Any) -> Check | None:
    tables = list(document.element.iter(qn("w:tbl")))
    if not tables:
        return None
    without = sum(1 for table in tables if next(table.iter(qn("w:tblHeader")), None) is None)
    if not without:
        return Check("tables", True, "Таблиците имат заглавен ред.")
    return Check(
        "tables",
        False,
        f"Таблици без заглавен ред: {without} от {len(tables)}. „Свойства на таблица“ › „Ред“ ›"
        " „Повтаряй като заглавен ред“.",
    )
