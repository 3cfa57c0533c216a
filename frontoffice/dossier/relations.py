"""Relatives and representatives of people: recorded, corrected, ended; read from both sides."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from frontoffice.dossier.models import PersonRelation
from frontoffice.models_people import Person
from frontoffice.names import written_phone
from municipalities.models import Membership

Kind = PersonRelation.Kind
EDITABLE = ("kind", "name", "phones", "email", "is_representative", "basis", "valid_until", "note")

# „other“ is the kind of „person“; said from the page of „other“, „person“ is this.
_INVERSE = {
    Kind.PARENT: _("дете"),
    Kind.CHILD: _("родител"),
    Kind.SPOUSE: Kind.SPOUSE.label,
    Kind.SIBLING: Kind.SIBLING.label,
    Kind.GRANDCHILD: _("баба или дядо"),
    Kind.RELATIVE: Kind.RELATIVE.label,
    Kind.GUARDIAN: _("под негово настойничество"),
    Kind.CURATOR: _("под негово попечителство"),
    Kind.AUTHORISED: _("упълномощител"),
    Kind.CARER: _("за него се грижи това лице"),
    Kind.NEIGHBOUR: Kind.NEIGHBOUR.label,
    Kind.OTHER: Kind.OTHER.label,
}


class RelationChanged(Exception):
    """Somebody else saved the relation meanwhile; ``current`` is what they saved."""

    def __init__(self, current: PersonRelation) -> None:
        super().__init__("relation changed")
        self.current = current


class RelationExists(Exception):
    """The two people are already recorded as this to each other: ``relation``."""

    def __init__(self, relation: PersonRelation) -> None:
        super().__init__("relation exists")
        self.relation = relation


@dataclass(frozen=True)
class Close:
    """A relation as it is read on one person's page."""

    relation: PersonRelation
    person: Person | None
    name: str
    kind: str
    represents: str
    is_own: bool

    @property
    def phones(self) -> list[str]:
        """The telephones of somebody who is not a person on record."""
        return [written_phone(digits) for digits in self.relation.phones.split()]

    @property
    def is_expired(self) -> bool:
        """Whether the right to represent has ended by its date."""
        until = self.relation.valid_until
        return bool(until and until < timezone.localdate())


def seen_from(relation: PersonRelation, person: Person) -> Close:
    """Say ``relation`` from the page of ``person``, who is one of its two sides."""
    is_own = relation.person_id == person.pk
    there = relation.other if is_own else relation.person
    if is_own:
        kind = relation.get_kind_display()
    else:
        kind = str(_INVERSE.get(Kind(relation.kind), relation.get_kind_display()))
    represents = ""
    if relation.is_representative:
        represents = "представлява лицето" if is_own else "това лице го представлява"
    name = there.full_name if there else relation.name
    return Close(relation, there, name, kind, represents, is_own)


def close_people(person: Person) -> list[Close]:
    """Return everybody recorded as close to ``person``, from both sides, the ended ones last.

    One query; the representatives first.
    """
    rows = (
        PersonRelation.objects.filter(Q(person=person) | Q(other=person))
        .select_related("person", "other")
        .order_by("-is_representative", "pk")
    )
    return sorted(
        (seen_from(row, person) for row in rows), key=lambda one: one.relation.ended_at is not None
    )


def ids_of(close: Iterable[Close]) -> set[int]:
    """Return the ids of the people on record among ``close``."""
    return {one.person.pk for one in close if one.person}


def add_relation(
    *,
    membership: Membership,
    person: Person,
    form_key: uuid.UUID,
    other: Person | None,
    **facts: Any,
) -> tuple[PersonRelation, bool]:
    """Record somebody close to ``person``; return the relation and whether it is new.

    ``facts`` are those of ``EDITABLE``; with ``other`` the name and the telephones are theirs.
    Raises RelationExists when the two are already that to each other.
    """
    _refuse_unknown(facts)
    sent = PersonRelation.objects.filter(form_key=form_key)
    if earlier := sent.first():
        return earlier, False
    if other:
        facts |= {"name": "", "phones": "", "email": ""}
        same = PersonRelation.objects.filter(
            person=person, other=other, kind=facts["kind"], ended_at__isnull=True
        ).first()
        if same:
            raise RelationExists(same)
    try:
        with transaction.atomic():
            made = PersonRelation.objects.create(
                municipality=membership.municipality,
                created_by=membership.user,
                person=person,
                other=other,
                form_key=form_key,
                **facts,
            )
    except IntegrityError:
        if earlier := sent.first():
            return earlier, False
        raise
    return made, True


@transaction.atomic
def change_relation(relation: PersonRelation, *, version: int, **facts: Any) -> PersonRelation:
    """Save corrected ``facts``; raises RelationChanged when ``version`` is not the stored one."""
    _refuse_unknown(facts)
    locked = PersonRelation.objects.select_for_update(of=("self",)).get(pk=relation.pk)
    if locked.version != version:
        raise RelationChanged(locked)
    for name, value in facts.items():
        if not (locked.other_id and name in ("name", "phones", "email")):
            setattr(locked, name, value)
    locked.version += 1
    locked.save()
    return locked


@transaction.atomic
def end_relation(relation: PersonRelation, *, at: dt.datetime | None = None) -> bool:
    """End a relation; it stays to be read. Return whether it was not ended yet."""
    locked = PersonRelation.objects.select_for_update(of=("self",)).get(pk=relation.pk)
    if locked.ended_at:
        return False
    locked.ended_at = at or timezone.now()
    locked.version += 1
    locked.save()
    return True


def _refuse_unknown(facts: dict[str, Any]) -> None:
    unknown = set(facts) - set(EDITABLE)
    if unknown:
        raise TypeError(f"Not facts of a relation: {sorted(unknown)}")
