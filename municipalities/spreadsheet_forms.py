"""The field that takes a spreadsheet: it is read at once, and the file itself is not kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from municipalities import spreadsheets
from municipalities.uploads import UploadField, clean_name


@dataclass(frozen=True)
class Table:
    """A spreadsheet that was read: its clean name and its rows."""

    name: str
    rows: spreadsheets.Rows


class SpreadsheetField(UploadField):
    """One XLSX or CSV. Its cleaned value is a Table; the file itself is not kept."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(kinds=(), max_size=spreadsheets.MAX_BYTES, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": ".xlsx,.csv,.tsv,.txt"}

    def to_python(self, data: Any) -> Any:
        """Return the Table of what Django received; the size is judged before it is opened."""
        if data in self.empty_values:
            return None
        if not hasattr(data, "read") or not hasattr(data, "size"):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if data.size > self.max_size:
            raise ValidationError("Файлът е над 10 MB. Разделете таблицата на части.", code="size")
        data.seek(0)
        rows = spreadsheets.read(data.read(self.max_size + 1))
        return Table(clean_name(str(data.name or "")), rows)
