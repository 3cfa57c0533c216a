"""A record that was merged gives its place to the one that was kept, wherever it is still named.

A page that was opened before the merge, and an address somebody wrote down, name the old one.
"""

from __future__ import annotations

from typing import Any, overload

from django import forms

from frontoffice.looks import find_person
from frontoffice.models_people import Person


def kept_of(person: Person) -> Person:
    """Return the record in which the person now stands: their own unless it was merged."""
    seen = {person.pk}
    while person.merged_into_id and person.merged_into_id not in seen:
        person = find_person(person.merged_into_id)
        seen.add(person.pk)
    return person


@overload
def lock_kept(person: Person) -> Person: ...
@overload
def lock_kept(person: None) -> None: ...
def lock_kept(person: Person | None) -> Person | None:
    """Return ``kept_of(person)`` as it stands now, held against a merge until the transaction ends.

    To be asked for inside a transaction, before anything is written of the person: a merge under
    way is waited for, so what is written after it lands where everything else already is.
    """
    while person is not None:
        kept = kept_of(person)
        person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=kept.pk)
        if person.merged_into_id is None or kept.merged_into_id is not None:
            break
    return person


class PersonField(forms.ModelChoiceField):
    """A person of the scope; one whose record was merged is the one that was kept."""

    def clean(self, value: Any) -> Person | None:
        person = super().clean(value)
        return kept_of(person) if person else None
