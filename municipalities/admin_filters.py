"""Filters of lists by another row: links where there are few to choose from, a choice where many.

Registered for every foreign key in place of Django's, which writes a link for each.
"""

from __future__ import annotations

from django.contrib.admin import FieldListFilter, RelatedFieldListFilter
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR

MOST_LINKS = 8
MOST_CHOICES = 500  # more than that are found by the search of the list


class ChosenFilter(RelatedFieldListFilter):
    """A filter by a foreign key."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.others: list[tuple[str, str]] = []
        if len(self.lookup_choices) > MOST_LINKS:
            self.template = "admin/filter_chosen.html"

    def has_output(self) -> bool:
        if len(self.lookup_choices) > MOST_CHOICES and not self.lookup_val:
            return False
        return super().has_output()

    def choices(self, changelist):
        mine = {*self.expected_parameters(), PAGE_VAR, ERROR_FLAG}
        self.others = [(key, value) for key, value in changelist.params.items() if key not in mine]
        return super().choices(changelist)

    def options(self) -> list[tuple[str, str, bool]]:
        """Return (key, words, whether it is in use) for the choice."""
        used = {str(value) for value in self.lookup_val or ()}
        return [(str(key), str(words), str(key) in used) for key, words in self.lookup_choices]


FieldListFilter.register(lambda field: field.remote_field, ChosenFilter, take_priority=True)
