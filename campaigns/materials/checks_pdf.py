"""What can be read out of a PDF of its accessibility (PDF/UA-1, the parts a machine sees)."""

from __future__ import annotations

import io
import logging
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from pypdf import PdfReader

from campaigns.materials.checks_found import (
    Check,
    gathered,
    language_check,
    letters_check,
)

MOST_PAGES_READ = 40
MOST_NODES = 30_000  # of the tree of tags
LONG = 20  # pages from which bookmarks are asked for, as Acrobat's own check does
HEADED = 3  # pages from which headings are asked for
FEW_SIGNS = 3
HEADINGS = {"H", *(f"H{level}" for level in range(1, 7)), "Title"}
EMBEDDED = ("/FontFile", "/FontFile2", "/FontFile3")
MOST_NAMES_SAID = 3

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of every oddity it reads over

CLOSED = Check(
    "readable",
    False,
    "Файлът не се отваря: повреден е. Запишете отново PDF от програмата, с която е направен.",
)
LOCKED = Check(
    "password",
    False,
    "Файлът е защитен с парола и четците не го отварят. Запишете го без защита.",
)


def check_pdf(data: bytes, language: str = "") -> list[Check]:
    """Return what was found; ``language`` as of ``checks.check_file``."""
    try:
        document = Document(data)
    except Exception:  # whatever the library says of broken bytes
        return [CLOSED]
    if document.reader.is_encrypted:
        return [LOCKED]
    return gathered(
        (
            document.text,
            lambda: letters_check(document.words, language),
            document.tags,
            lambda: language_check(
                document.language,
                language,
                "В Word: „Преглед“ › „Език“, после „Запиши като PDF“; в Acrobat: „Свойства“ ›"
                " „Разширени“ › „Език“.",
            ),
            document.title,
            document.headings,
            document.bookmarks,
            document.pictures,
            document.tables,
            document.fonts,
            document.form,
        )
    )


def count_pages(data: bytes) -> int | None:
    """Return how many pages there are; None where the file cannot be read."""
    try:
        reader = PdfReader(io.BytesIO(data))
        return None if reader.is_encrypted else len(reader.pages)
    except Exception:  # as above
        return None


def _real(value: Any) -> Any:
    """Follow a reference to what it means."""
    return value.get_object() if hasattr(value, "get_object") else value


class Document:
    """A PDF with what its checks ask; raises whatever pypdf does where it cannot be opened."""

    def __init__(self, data: bytes) -> None:
        self.reader = PdfReader(io.BytesIO(data))
        if not self.reader.is_encrypted:
            self.count = len(self.reader.pages)
            if not self.count:
                raise ValueError("no pages")
            self.root = _real(self.reader.trailer["/Root"])

    @cached_property
    def looked_at(self) -> list[int]:
        """Numbers of the pages that are read: all, or so many spread evenly over a long file."""
        if self.count <= MOST_PAGES_READ:
            return list(range(self.count))
        return sorted({number * self.count // MOST_PAGES_READ for number in range(MOST_PAGES_READ)})

    @cached_property
    def texts(self) -> list[str]:
        """The text of the pages that are read; "" of one that cannot be."""
        found = []
        for number in self.looked_at:
            try:
                found.append(self.reader.pages[number].extract_text())
            except Exception:  # of a broken page
                found.append("")
        return found

    @property
    def words(self) -> str:
        return " ".join(self.texts)

    @property
    def language(self) -> str:
        return str(_real(self.root.get("/Lang")) or "")

    @cached_property
    def nodes(self) -> list[Any]:
        """The tags, each once, from the root down; a limited number of them."""
        return list(self._walk())

    def _walk(self) -> Iterator[Any]:
        waiting: list[Any] = [_real(self.root.get("/StructTreeRoot"))]
        seen: set[int] = set()
        while waiting and len(seen) < MOST_NODES:
            node = waiting.pop()
            if isinstance(node, list):
                waiting.extend(_real(one) for one in reversed(node))
            elif hasattr(node, "get") and id(node) not in seen:
                seen.add(id(node))
                yield node
                waiting.append(_real(node.get("/K")))

    @cached_property
    def roles(self) -> Counter[str]:
        """How many tags of each standard role there are."""
        return Counter(role for node in self.nodes if (role := self._role(node)))

    def _role(self, node: Any) -> str:
        mapped = _real((_real(self.root.get("/StructTreeRoot")) or {}).get("/RoleMap")) or {}
        name, left = str(_real(node.get("/S")) or ""), 5
        while left and name in mapped:
            name, left = str(_real(mapped[name])), left - 1
        return name.removeprefix("/")

    # What is asked

    def text(self) -> Check:
        """Ask for text behind the picture of each page."""
        empty = [
            number + 1
            for number, text in zip(self.looked_at, self.texts, strict=True)
            if len(text.strip()) < FEW_SIGNS
        ]
        mend = "Направете PDF от документа, вместо да го сканирате, или разпознайте текста (OCR)."
        if len(empty) == len(self.looked_at):
            return Check(
                "text", False, f"Страниците са само картини: няма текст за екранен четец. {mend}"
            )
        if empty:
            said = ", ".join(str(number) for number in empty[:10])
            more = " и още" if len(empty) > 10 else ""
            return Check("text", False, f"Без текст са страници: {said}{more}. {mend}")
        some = f" (прегледани са {len(self.looked_at)} от {self.count} страници)"
        return Check(
            "text",
            True,
            "Има текст, който четецът чете" + (some if self.count > MOST_PAGES_READ else "") + ".",
        )

    def tags(self) -> Check:
        """Ask for tags, and for the word that they are meant."""
        marked = _real((_real(self.root.get("/MarkInfo")) or {}).get("/Marked"))
        if len(self.nodes) > 1 and bool(marked):
            return Check(
                "tags", True, "Има структура (тагове): заглавия, абзаци и списъци се различават."
            )
        return Check(
            "tags",
            False,
            "Няма структура (тагове): четецът не различава заглавие от текст и реда на четене. При"
            " записване изберете „Опции“ › „Тагове за достъпност“ (Word) или „Tagged PDF“"
            " (LibreOffice).",
        )

    def title(self) -> Check:
        """Ask for a title, and that the window shows it and not the name of the file."""
        info = self.reader.metadata
        has_title = bool(info and str(info.title or "").strip()) or self._xmp_title()
        shown = _real((_real(self.root.get("/ViewerPreferences")) or {}).get("/DisplayDocTitle"))
        if not has_title:
            return Check(
                "title",
                False,
                "Няма заглавие. Напишете го в „Файл“ › „Свойства“ › „Заглавие“ и го запишете пак.",
            )
        if not shown:
            return Check(
                "title",
                False,
                "Има заглавие, но прозорецът показва името на файла. В Acrobat: „Свойства“ ›"
                " „Първоначален изглед“ › „Показвай: заглавие на документа“.",
            )
        return Check("title", True, "Има заглавие и то се показва.")

    def _xmp_title(self) -> bool:
        try:
            written = self.reader.xmp_metadata
            return bool(written and any((written.dc_title or {}).values()))
        except Exception:  # of broken XML
            return False

    def headings(self) -> Check | None:
        """Ask a document of a few pages for headings to walk by."""
        if self.count < HEADED or len(self.nodes) < 2:
            return None
        if any(self.roles[name] for name in HEADINGS):
            return Check("headings", True, "Има заглавия, по които се минава през текста.")
        return Check(
            "headings",
            False,
            "Няма заглавия: по дълъг текст не може да се прескача. Означете ги със стиловете"
            " „Заглавие 1“, „Заглавие 2“.",
        )

    def bookmarks(self) -> Check | None:
        """Ask a long document for bookmarks."""
        if self.count <= LONG:
            return None
        if self.reader.outline:
            return Check("bookmarks", True, "Има отметки към частите.")
        return Check(
            "bookmarks",
            False,
            f"{self.count} страници без отметки. При записване изберете „Създай отметки от"
            " заглавията“.",
        )

    def pictures(self) -> Check | None:
        """Ask the tagged pictures for words in their place."""
        figures = [node for node in self.nodes if self._role(node) == "Figure"]
        if not figures:
            return None
        without = sum(
            1
            for node in figures
            if not any(str(_real(node.get(key)) or "").strip() for key in ("/Alt", "/ActualText"))
        )
        if not without:
            return Check("pictures", True, "Картините имат описание.")
        return Check(
            "pictures",
            False,
            f"Картини без описание: {without} от {len(figures)}. Десен бутон върху картината ›"
            " „Редактиране на алтернативен текст“.",
        )

    def tables(self) -> Check | None:
        """Ask tables for header cells."""
        if not self.roles["Table"]:
            return None
        if self.roles["TH"]:
            return Check("tables", True, "Таблиците имат заглавни клетки.")
        return Check(
            "tables",
            False,
            "Таблиците са без заглавен ред. Отбележете го: „Свойства на таблица“ › „Ред“ ›"
            " „Повтаряй като заглавен ред“.",
        )

    def fonts(self) -> Check | None:
        """Ask that the letters travel with the file."""
        missing: set[str] = set()
        seen: set[int] = set()
        is_any = False
        for number in self.looked_at:
            for font in self._fonts_of(_real(self.reader.pages[number].get("/Resources")), seen):
                is_any = True
                if not _is_embedded(font):
                    name = str(_real(font.get("/BaseFont")) or "").removeprefix("/")
                    missing.add(name.partition("+")[2] or name or "без име")
        if missing:
            names = ", ".join(sorted(missing)[:MOST_NAMES_SAID])
            return Check(
                "fonts",
                False,
                f"Шрифтове, които не са във файла: {names}. На друг компютър буквите може да са"
                " други. При записване изберете „Вгради шрифтовете“ или PDF/A.",
            )
        return Check("fonts", True, "Шрифтовете са във файла.") if is_any else None

    def _fonts_of(self, resources: Any, seen: set[int], depth: int = 0) -> Iterator[Any]:
        """Return the fonts of a page and of the forms drawn on it, each once."""
        if not hasattr(resources, "get") or id(resources) in seen or depth > 4:
            return
        seen.add(id(resources))
        for font in (_real(resources.get("/Font")) or {}).values():
            font = _real(font)
            if hasattr(font, "get") and id(font) not in seen:
                seen.add(id(font))
                yield font
        for drawn in (_real(resources.get("/XObject")) or {}).values():
            drawn = _real(drawn)
            if hasattr(drawn, "get") and str(drawn.get("/Subtype")) == "/Form":
                yield from self._fonts_of(_real(drawn.get("/Resources")), seen, depth + 1)

    def form(self) -> Check | None:
        """Ask the fields of a form for what they are read as."""
        fields = self.reader.get_fields() or {}
        asked = [field for field in fields.values() if field.get("/FT")]
        if not asked:
            return None
        without = sum(1 for field in asked if not str(field.get("/TU") or "").strip())
        if not without:
            return Check("form", True, "Полетата за попълване имат имена за четеца.")
        return Check(
            "form",
            False,
            f"Полета без име за четеца: {without} от {len(asked)}. В Acrobat: „Подготовка на"
            " формуляр“ › „Свойства“ › „Подсказка“.",
        )


def _is_embedded(font: Any) -> bool:
    """Say whether the letters of a font are in the file; those drawn in it (Type 3) are."""
    if str(_real(font.get("/Subtype"))) == "/Type3":
        return True
    inner = _real(font.get("/DescendantFonts"))
    if inner:
        return all(_is_embedded(_real(one)) for one in inner)
    described = _real(font.get("/FontDescriptor"))
    return hasattr(described, "get") and any(key in described for key in EMBEDDED)
