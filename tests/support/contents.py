"""What an answer says, whatever it is: a page, or a workbook that has to be unpacked first."""

from __future__ import annotations

import io
import zipfile

from municipalities.exports import CONTENT_TYPE as WORKBOOK


def text_of(response) -> str:
    """Return all text of a response, of a workbook that of every part of it."""
    if response["Content-Type"] != WORKBOOK:
        return response.content.decode()
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())
