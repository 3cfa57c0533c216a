"""What an answer says, whatever it is: a page, or a workbook or PDF that has to be read first."""

from __future__ import annotations

import io
import zipfile

from pypdf import PdfReader

from municipalities.exports import CONTENT_TYPE as WORKBOOK


def text_of(response) -> str:
    """Return all text of a response: of a workbook of every part of it, of a PDF of its pages."""
    if response["Content-Type"] == "application/pdf":
        pages = PdfReader(io.BytesIO(response.getvalue())).pages
        return "\n".join(page.extract_text() for page in pages)
    if response["Content-Type"] != WORKBOOK:
        return response.content.decode()
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())
