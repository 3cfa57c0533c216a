"""What differs between what a colleague saved and what somebody else is about to save."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from frontoffice.forms_people import NAMED_LABELS
from frontoffice.identifiers import NATIONAL, IdentifierKind
from frontoffice.models_people import ContactNeed, Person
from frontoffice.names import written_phone
from frontoffice.people import index_of


@dataclass(frozen=True)
class Difference:
    """One field: its label, what is saved now, what was typed. An identifier is never in it."""

    label: str
    saved: str
    typed: str


@sensitive_variables()
def compared(
    labels: Mapping[str, Any], *, saved: Callable[[str], str], typed: Callable[[str], str]
) -> list[Difference]:
    """Return the fields of ``labels`` (name → label) that are written otherwise in the two.

    ``saved`` and ``typed`` write the field of a name as people read it, "" where there is nothing.
    """
    found = []
    for name, label in labels.items():
        before, now = saved(name), typed(name)
        if before != now:
            found.append(Difference(str(label), before or "–", now or "–"))
    return found


@sensitive_variables()
def differences(saved: Person, typed: dict[str, Any]) -> list[Difference]:
    """Return the fields in which ``typed`` (``PersonForm.facts``) is not what is saved."""
    after = Person(**{k: v for k, v in typed.items() if k != "digits"})
    if saved.identifier_kind == after.identifier_kind == IdentifierKind.EGN:
        after.birth_date, after.birth_year = saved.birth_date, saved.birth_year
    found = compared(
        NAMED_LABELS,
        saved=lambda name: written_fact(saved, name),
        typed=lambda name: written_fact(after, name),
    )
    if _other_number(saved, typed):
        found.append(Difference(_("Номер"), saved.written_identifier or "–", _("нов номер")))
    return found


@sensitive_variables()
def _other_number(saved: Person, typed: dict[str, Any]) -> bool:
    kind, digits = typed["identifier_kind"], typed["digits"]
    if kind not in NATIONAL or not digits:
        return False
    return index_of(kind, digits, saved.municipality) != bytes(saved.identifier_index or b"")


def written_fact(person: Person, name: str) -> str:
    """Return a fact of ``NAMED_LABELS`` as people read it, "" where nothing is known."""
    if name == "born":
        return person.written_birth
    if name == "identifier_kind":
        return person.get_identifier_kind_display()
    if name == "phones":
        return ", ".join(written_phone(number) for number in person.phones.split())
    if name == "needs":
        return ", ".join(str(ContactNeed(need).label) for need in person.needs)
    return str(getattr(person, name) or "")
