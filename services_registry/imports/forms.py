"""Forms of the import: the file, and which column is which field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.spreadsheet_forms import SpreadsheetField
from services_registry.imports import matching
from services_registry.imports.matching import Column


class FileForm(forms.Form):
    """The spreadsheet to load."""

    table = SpreadsheetField(
        label=_("Таблица с услуги"),
        help_text=_("XLSX или CSV, до 10 MB и 5000 реда. Чете се първият лист."),
    )


class ColumnsForm(forms.Form):
    """What each column of the file is."""

    mark_optional = False

    def __init__(
        self,
        *args: Any,
        columns: Iterable[Column],
        guessed: Mapping[int, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.columns = list(columns)
        choices = [("", _("не се внася"))] + [
            (field.code, f"{field.title}{' (задължително)' if field.required else ''}")
            for field in matching.FIELDS
        ]
        for column in self.columns:
            self.fields[f"kolona_{column.number}"] = forms.ChoiceField(
                label=f"{column.letters}: {column.shown}"[:80],
                required=False,
                choices=choices,
                initial=(guessed or {}).get(column.number, ""),
            )

    def lines(self) -> list[tuple[Column, forms.BoundField]]:
        """Return each column with its field, in the file's order."""
        return [(column, self[f"kolona_{column.number}"]) for column in self.columns]

    def chosen(self) -> dict[int, str]:
        """Return {number of a column: code of a field, or ""} of a valid form."""
        return {
            column.number: self.cleaned_data[f"kolona_{column.number}"] for column in self.columns
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        values = {c.number: cleaned.get(f"kolona_{c.number}", "") for c in self.columns}
        for fault in matching.faults_of(values):
            self.add_error(None, fault)
        return cleaned
