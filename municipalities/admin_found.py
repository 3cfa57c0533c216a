"""What is found by typing says enough to tell two of the same name apart."""

from __future__ import annotations

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Model


def found_words(row: Model) -> str:
    """Return how a row is offered among those found: its ``found_words``, or its name."""
    return str(getattr(row, "found_words", "") or row)


class FoundView(AutocompleteJsonView):
    """Django's, with ``found_words``."""

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        return {**super().serialize_result(obj, to_field_name), "text": found_words(obj)}
