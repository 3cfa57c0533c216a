"""What a machine can say of a file's accessibility: PDF, picture, Word document.

None of it replaces a person with a screen reader: a machine sees that there are tags, not that
they are right. The conditions are those of PDF/UA-1 (ISO 14289-1) and of EN 301 549, chapter 10,
that can be read out of the file; each fault says how to mend it in the program that made it.
"""

from __future__ import annotations

from campaigns.materials.checks_found import Check
from campaigns.materials.checks_pdf import check_pdf, count_pages
from campaigns.materials.checks_word import check_word
from municipalities.upload_checks import DOCX, JPEG, PDF, PNG

__all__ = ["Check", "check_file", "pages_of"]

PICTURE = Check(
    "picture",
    False,
    "Това е картина: няма текст за екранен четец. Добавете текста на страница.",
)
UNKNOWN = Check(
    "unknown",
    None,
    "Такъв файл не се проверява. Запишете го като PDF или напишете текста на страница.",
)


def check_file(data: bytes, content_type: str, language: str = "") -> list[Check]:
    """Return what was found in a file, in the order it is shown; never raises for a bad file.

    ``language`` is the code of the language the file is said to be in („bg“); without it the
    language written in the file is not compared with anything.
    """
    if content_type == PDF.content_type:
        return check_pdf(data, language)
    if content_type == DOCX.content_type:
        return check_word(data, language)
    if content_type in {JPEG.content_type, PNG.content_type}:
        return [PICTURE]
    return [UNKNOWN]


def pages_of(data: bytes, content_type: str) -> int | None:
    """Return how many pages a PDF has; None for another file or one that cannot be read."""
    return count_pages(data) if content_type == PDF.content_type else None
