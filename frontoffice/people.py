"""The verbs of people: record somebody, correct what is known, show an identifier."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.views.decorators.debug import sensitive_variables

from frontoffice.identifiers import NATIONAL, IdentifierKind, birth_date
from frontoffice.models_people import Person
from municipalities import secrets
from municipalities.models import Membership, Municipality

EDITABLE = (
    "given_name",
    "middle_name",
    "family_name",
    "birth_date",
    "birth_year",
    "phones",
    "email",
    "settlement",
    "address",
    "needs",
    "language",
    "needs_note",
    "note",
)
# Any number of the application's own; with the municipality's it names one lock.
_NUMBERING_LOCK = 736_105


class PersonChanged(Exception):
    """Somebody else saved the person after this page was opened; ``current`` is what they saved."""

    def __init__(self, current: Person) -> None:
        super().__init__("person changed")
        self.current = current


class IdentifierTaken(Exception):
    """The municipality already has a person with this identifier: ``person``."""

    def __init__(self, person: Person) -> None:
        super().__init__("identifier taken")
        self.person = person


@sensitive_variables("digits")
def index_of(kind: str, digits: str, municipality: Municipality) -> bytes:
    """Return the blind index of an identifier; those of two kinds differ for the same digits."""
    return secrets.blind_index(digits, municipality=municipality, purpose=f"person/{kind}")


@sensitive_variables("digits")
def person_with(kind: str, digits: str, municipality: Municipality) -> Person | None:
    """Return the municipality's person who has this ЕГН or ЛНЧ."""
    return Person.objects.filter(identifier_index=index_of(kind, digits, municipality)).first()


@sensitive_variables("digits", "facts")
def create_person(
    *,
    membership: Membership,
    form_key: uuid.UUID,
    identifier_kind: str = IdentifierKind.NONE,
    digits: str = "",
    **facts: Any,
) -> tuple[Person, bool]:
    """Save a new person of ``membership``'s municipality; return them and whether they are new.

    ``digits`` is a checked ЕГН or ЛНЧ (``identifiers.check``) when the kind is one; a service
    number is given here. The same ``form_key`` again returns the first row unchanged. Raises
    IdentifierTaken. ``facts`` are the fields of ``EDITABLE``.
    """
    _refuse_unknown(facts)
    sent = Person.objects.filter(form_key=form_key).first()
    if sent:
        return sent, False
    person = Person(
        municipality=membership.municipality, created_by=membership.user, form_key=form_key, **facts
    )
    _identify(person, identifier_kind, digits)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        sent = Person.objects.filter(form_key=form_key).first()
        if sent:
            return sent, False
        _refuse_taken(person, digits)
        raise
    return person, True


@sensitive_variables("digits", "facts")
@transaction.atomic
def update_person(
    person: Person,
    *,
    version: int,
    identifier_kind: str | None = None,
    digits: str = "",
    **facts: Any,
) -> Person:
    """Save corrected ``facts``; raises PersonChanged when ``version`` is no longer the stored one.

    The identifier stays unless ``identifier_kind`` is another one or ``digits`` are given; a ЕГН
    or ЛНЧ that takes its place needs ``digits``. Raises IdentifierTaken.
    """
    _refuse_unknown(facts)
    locked = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if locked.version != version:
        raise PersonChanged(locked)
    kind = identifier_kind or locked.identifier_kind
    stays = kind == locked.identifier_kind and not digits
    for name, value in facts.items():
        if not (stays and kind == IdentifierKind.EGN and name in ("birth_date", "birth_year")):
            setattr(locked, name, value)
    if not stays:
        _identify(locked, kind, digits)
    locked.version += 1
    try:
        with transaction.atomic():
            locked.save()
    except IntegrityError:
        _refuse_taken(locked, digits)
        raise
    return locked


@sensitive_variables()
def reveal_identifier(person: Person) -> str:
    """Return the ЕГН or ЛНЧ in clear; raises UnreadableSecret. The caller records who asked."""
    return secrets.decrypt(bytes(person.identifier or b""))


def _refuse_unknown(facts: dict[str, Any]) -> None:
    unknown = set(facts) - set(EDITABLE)
    if unknown:
        raise TypeError(f"Not facts of a person: {sorted(unknown)}")


@sensitive_variables("digits")
def _identify(person: Person, kind: str, digits: str) -> None:
    """Put the identifier into ``person``, and what a ЕГН tells of the birth."""
    person.identifier_kind = kind
    person.identifier = person.identifier_index = person.service_number = None
    if kind in NATIONAL:
        person.identifier = secrets.encrypt(digits)
        person.identifier_index = index_of(kind, digits, person.municipality)
    if kind == IdentifierKind.EGN:
        person.birth_date, person.birth_year = birth_date(digits), None
    if kind == IdentifierKind.SERVICE:
        person.service_number = _next_service_number(person.municipality)


def _next_service_number(municipality: Municipality) -> int:
    """Return the next number; numbers of people who are no longer here are not given again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_NUMBERING_LOCK, municipality.pk])
    history = Person.pgh_event_model.objects.aggregate(last=Max("service_number"))["last"]
    return (history or 0) + 1


@sensitive_variables("digits")
def _refuse_taken(person: Person, digits: str) -> None:
    if not person.identifier_index:
        return
    other = person_with(person.identifier_kind, digits, person.municipality)
    if other and other.pk != person.pk:
        raise IdentifierTaken(other) from None
