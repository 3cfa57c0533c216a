"""Two records of one person made one, and taken apart again.

What is moved is remembered by ids, never by values: what the kept record said before stands in its
history, and from there it comes back. What was written after the merge stays with the kept record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from frontoffice.dossier.models import PersonMerge, PersonNote, PersonRelation
from frontoffice.followups.models import FollowUp
from frontoffice.identifiers import NATIONAL, IdentifierKind
from frontoffice.joined import moving
from frontoffice.models import Consultation
from frontoffice.models_people import Person
from municipalities.models import Membership

# Facts that the other record fills where the kept one says nothing.
FILLED = (
    "middle_name",
    "family_name",
    "birth_date",
    "birth_year",
    "email",
    "settlement",
    "address",
    "language",
    "needs_note",
    "note",
)
_OF_ONE_BIRTH = ("birth_date", "birth_year")
_IDENTIFIER = ("identifier_kind", "identifier", "identifier_index", "service_number")
PHONES_HOLD = 200  # characters
NOTE_HOLDS = 2000


class CannotMerge(Exception):
    """The two records cannot be made one; the words say why."""


@dataclass
class Undone:
    """What came of taking two records apart: labels of facts that were changed meanwhile."""

    merge: PersonMerge
    left: list[str] = field(default_factory=list)


def reason_against(kept: Person, merged: Person) -> str:
    """Return why the two cannot be made one, "" when they can."""
    if kept.pk == merged.pk:
        return "Това е същият запис."
    if kept.merged_into_id or merged.merged_into_id:
        return "Единият от записите вече е обединен с друг."
    if kept.identifier_kind in NATIONAL and merged.identifier_kind in NATIONAL:
        return "Двата записа имат различни номера, значи са двама души."
    return ""


def outcome_of(kept: Person, merged: Person) -> dict[str, Any]:
    """Return what the kept record will say that it does not say now, by the names of fields."""
    gained: dict[str, Any] = {}
    for name in FILLED:
        value = getattr(merged, name)
        if value and not getattr(kept, name):
            gained[name] = value
    if kept.birth_date or kept.birth_year:
        for name in _OF_ONE_BIRTH:
            gained.pop(name, None)
    both = "\n".join(_together([kept.note], [merged.note])) if kept.note and merged.note else ""
    if both != kept.note and 0 < len(both) <= NOTE_HOLDS:
        gained["note"] = both
    phones = _together(kept.phones.split(), merged.phones.split())
    if phones != kept.phones.split() and len(" ".join(phones)) <= PHONES_HOLD:
        gained["phones"] = " ".join(phones)
    needs = _together(kept.needs, merged.needs)
    if needs != kept.needs:
        gained["needs"] = needs
    if _takes_identifier(kept, merged) and merged.identifier_kind == IdentifierKind.EGN:
        gained |= {"birth_date": merged.birth_date, "birth_year": None}
    return gained


def _takes_identifier(kept: Person, merged: Person) -> bool:
    """Say whether the kept record has to take the number: it has none, or only one of ours."""
    if merged.identifier_kind == IdentifierKind.NONE:
        return False
    if merged.identifier_kind == IdentifierKind.SERVICE:
        return kept.identifier_kind == IdentifierKind.NONE
    return kept.identifier_kind not in NATIONAL


def _together(own: list[str], others: list[str]) -> list[str]:
    return list(dict.fromkeys([*own, *others]))


@sensitive_variables()
@transaction.atomic
def merge_people(
    *, membership: Membership, kept: Person, merged: Person, reason: str = ""
) -> PersonMerge:
    """Make ``kept`` the one record of both: everything of ``merged`` moves to it.

    Empty facts of the kept record are filled, telephones and needs put together, a ЕГН or ЛНЧ is
    moved where the kept one has none. Raises CannotMerge.
    """
    kept, merged = _locked(kept.pk, merged.pk)
    if why_not := reason_against(kept, merged):
        raise CannotMerge(why_not)
    gained = outcome_of(kept, merged)
    moved: dict[str, Any] = {
        "before": _last_event(kept),
        "filled": sorted(gained),
        "rows": _move_rows(kept, merged),
        "identifier": _takes_identifier(kept, merged),
        "service_number": kept.service_number,
    }
    if moved["identifier"]:
        _move_identifier(kept, merged)
    for name, value in gained.items():
        setattr(kept, name, value)
    kept.version += 1
    kept.save()
    moved["after"] = _last_event(kept)
    merged.merged_into = kept
    merged.version += 1
    merged.save(update_fields=["merged_into", "version", "updated_at"])
    return PersonMerge.objects.create(
        municipality=membership.municipality,
        kept=kept,
        merged=merged,
        reason=reason,
        by=membership.user,
        moved=moved,
    )


def _locked(first: int, second: int) -> tuple[Person, Person]:
    """Return both records locked, in the order asked for; locked in one order, whoever asks."""
    rows = Person.objects.select_for_update(of=("self",)).order_by("pk")
    found = {person.pk: person for person in rows.filter(pk__in=(first, second))}
    if first not in found or second not in found:
        raise CannotMerge("Записът вече го няма.")
    return found[first], found[second]


def _last_event(person: Person) -> int | None:
    events = Person.pgh_event_model.objects.filter(id=person.pk)
    return events.order_by("-pgh_id").values_list("pgh_id", flat=True).first()


def _sources(kept: Person, merged: Person) -> dict[str, tuple[models.QuerySet, str]]:
    """Return what moves, by a name that stays in the record of the merge: rows and their field."""
    between = Q(person=merged, other=kept) | Q(person=kept, other=merged)
    others = PersonRelation.objects.exclude(between)
    return {
        "consultations": (Consultation.objects.filter(person=merged), "person"),
        "follow_ups": (FollowUp.objects.filter(person=merged), "person"),
        "notes": (PersonNote.objects.filter(person=merged), "person"),
        "relations": (others.filter(person=merged), "person"),
        "related": (others.filter(other=merged), "other"),
        **{
            name: (_rows_of(model).filter(**{to: merged}), to)
            for name, (model, to) in moving().items()
        },
    }


def _rows_of(model: Any) -> models.QuerySet:
    return model.objects.all()


def _move_rows(kept: Person, merged: Person) -> dict[str, list[int]]:
    """Point everything of ``merged`` at ``kept``; return the ids by the names of ``_sources``.

    Versions move on, so that whoever is correcting one of the rows sees that it changed. Somebody
    cannot be their own relative: such a tie ends, and is begun again when they are taken apart.
    """
    rows: dict[str, list[int]] = {}
    for name, (found, to) in _sources(kept, merged).items():
        rows[name] = list(found.values_list("pk", flat=True))
        found.model.objects.filter(pk__in=rows[name]).update(
            **{to: kept, "version": F("version") + 1}
        )
    between = PersonRelation.objects.filter(
        Q(person=merged, other=kept) | Q(person=kept, other=merged), ended_at__isnull=True
    )
    rows["ended"] = list(between.values_list("pk", flat=True))
    between.update(ended_at=timezone.now(), version=F("version") + 1)
    return rows


@sensitive_variables()
def _move_identifier(giver_to: Person, giver: Person) -> None:
    """Take the number from ``giver``, who has none afterwards; the index is unique."""
    for name in _IDENTIFIER:
        setattr(giver_to, name, getattr(giver, name))
    giver.identifier_kind = IdentifierKind.NONE
    giver.identifier = giver.identifier_index = giver.service_number = None
    giver.save(update_fields=[*_IDENTIFIER])


# Taking apart


@sensitive_variables()
@transaction.atomic
def undo_merge(merge: PersonMerge, *, membership: Membership) -> Undone:
    """Take the two records apart again; return it with the labels of what could not be restored.

    A fact of the kept record that somebody changed after the merge stays as they wrote it. Raises
    CannotMerge where they were taken apart already, or the kept one was itself merged on.
    """
    kept, merged = _locked(merge.kept_id, merge.merged_id)
    merge = PersonMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if merge.undone_at:
        raise CannotMerge("Записите вече са разделени.")
    if kept.merged_into_id:
        raise CannotMerge("Първо разделете по-късното обединяване на този запис.")
    _move_back(merge, kept, merged)
    if merge.moved["identifier"] and kept.identifier_kind != IdentifierKind.NONE:
        _give_back_identifier(merge, kept, merged)
    left = _restore(merge, kept)
    kept.version += 1
    kept.save()
    merged.merged_into = None
    merged.version += 1
    merged.save()
    merge.undone_at, merge.undone_by = timezone.now(), membership.user
    merge.save(update_fields=["undone_at", "undone_by"])
    return Undone(merge, left)


def _move_back(merge: PersonMerge, kept: Person, merged: Person) -> None:
    models_of: dict[str, tuple[type[models.Model], str]] = {
        "consultations": (Consultation, "person"),
        "follow_ups": (FollowUp, "person"),
        "notes": (PersonNote, "person"),
        "relations": (PersonRelation, "person"),
        "related": (PersonRelation, "other"),
        **moving(),
    }
    rows = merge.moved["rows"]
    for name, (model, to) in models_of.items():
        # What was given to somebody else meanwhile stays with them. A merge of earlier days knows
        # nothing of a kind of rows that came after it.
        _rows_of(model).filter(pk__in=rows.get(name, []), **{to: kept}).update(
            **{to: merged, "version": F("version") + 1}
        )
    PersonRelation.objects.filter(pk__in=rows["ended"]).update(
        ended_at=None, version=F("version") + 1
    )


@sensitive_variables()
def _give_back_identifier(merge: PersonMerge, kept: Person, merged: Person) -> None:
    taken = {name: getattr(kept, name) for name in _IDENTIFIER}
    number = merge.moved["service_number"]
    kept.identifier_kind = IdentifierKind.SERVICE if number else IdentifierKind.NONE
    kept.identifier = kept.identifier_index = None
    kept.service_number = number
    kept.save(update_fields=[*_IDENTIFIER])
    for name, value in taken.items():
        setattr(merged, name, value)


def _restore(merge: PersonMerge, kept: Person) -> list[str]:
    """Put back what the kept record said before; return the labels of what was changed since."""
    ids = [pk for pk in (merge.moved["before"], merge.moved["after"]) if pk]
    events = Person.pgh_event_model.objects.in_bulk(ids)
    before, after = (events.get(merge.moved[name]) for name in ("before", "after"))
    left = []
    for field_ in Person._meta.concrete_fields:
        if field_.name not in merge.moved["filled"]:
            continue
        column = field_.attname
        if not before or not after or getattr(kept, column) != getattr(after, column):
            left.append(str(field_.verbose_name))
        else:
            setattr(kept, column, getattr(before, column))
    return left
