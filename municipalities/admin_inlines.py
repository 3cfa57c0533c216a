"""Rows of an inline that choose among many: found by typing, without a query for each row.

Name the foreign key in the inline's ``autocomplete_fields``, as Django wants it; the model it
points to needs an admin page with ``search_fields``. ``ScopedInline`` makes a ``FoundField`` of it
and ``PartFormSet`` reads what all the rows have chosen, and what was sent, with one query for the
field.
"""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.db import models


class FoundField(forms.ModelChoiceField):
    """A row chosen by typing; ``found`` holds the rows that the formset read for all its forms."""

    found: dict[str, models.Model] | None = None

    def to_python(self, value):
        if self.found is None or value in self.empty_values:
            return super().to_python(value)
        try:
            return self.found[str(value)]
        except KeyError:
            raise forms.ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice"
            ) from None

    def options(self, value: Iterable) -> list[tuple[str, str]]:
        """Return (key, words) of the chosen among ``value``; what cannot be found is left out."""
        rows = self.found or {}
        return [
            (str(key), self.label_from_instance(rows[str(key)]))
            for key in value
            if str(key) in rows
        ]


def found_rows(field: forms.ModelChoiceField, keys: Iterable[str]) -> dict[str, models.Model]:
    """Return the rows that ``field`` may choose, by key, among ``keys`` (already known as keys)."""
    wanted = set(keys)
    if not wanted or field.queryset is None:
        return {}
    return {str(row.pk): row for row in field.queryset.filter(pk__in=wanted)}
