"""Finding people: by name however written, ЕГН, ЛНЧ, service number or telephone; duplicates.

A national identifier is compared by its blind index only, so that it is in no SQL statement. Names
are narrowed by trigrams in the database and chosen by edit distance here. There is no trigram
index: row-level security lets no operator look at a row before its policy has, so PostgreSQL would
not use one; the policy's own column narrows first, to one municipality's people.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.search import TrigramStrictWordSimilarity
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from frontoffice.identifiers import compact, kinds_of, may_be_national, read_service_number
from frontoffice.kept import kept_of
from frontoffice.models_people import NAMES, Person
from frontoffice.names import MAX_WORDS, SHORTEST_PHONE_PART, keys, mismatch, phone_end
from frontoffice.people import index_of
from municipalities.models import Municipality
from services_registry.text import plain

MOST_FOUND = 200
MOST_DUPLICATES = 8
LONGEST_QUESTION = 200
_NEAR_ENOUGH = 0.3
_ONE_SLIP = 1.0


@dataclass(frozen=True)
class Found:
    """People found, the likeliest first, and whether there are more than could be shown."""

    people: list[Person] = field(default_factory=list)
    is_cut: bool = False


def _people() -> QuerySet[Person]:
    """Those who stand in a record of their own: a merged one is found in the one that was kept."""
    return Person.objects.filter(merged_into__isnull=True)


@sensitive_variables()
def find_people(question: str, municipality: Municipality) -> Found:
    """Return the people whom ``question``, typed into one box, may mean. Takes any text."""
    text = plain(question)[:LONGEST_QUESTION]
    if number := read_service_number(text):
        return _with_service_number(number)
    if may_be_national(text):
        return _listed(_people().filter(identifier_index__in=_indexes(text, municipality)))
    end = phone_end(text)
    if end:
        if len(end) < SHORTEST_PHONE_PART:
            return Found()
        by_number = Q(phones__regex=f"{end}( |$)")
        return _listed(
            _people().filter(by_number | Q(identifier_index__in=_indexes(text, municipality)))
        )
    return _by_name([word for word in keys(text) if not word.isdigit()][:MAX_WORDS])


@sensitive_variables("text")
def _indexes(text: str, municipality: Municipality) -> list[bytes]:
    return [index_of(kind, compact(text), municipality) for kind in kinds_of(text)]


def _with_service_number(number: int) -> Found:
    """Return who was ever given the number: people keep it on paper after their record has changed.

    A ЕГН may have taken its place, or the record may have been merged into another.
    """
    given = Person.pgh_event_model.objects.filter(service_number=number).values("id")
    rows = Person.objects.filter(pk__in=given).select_related("settlement").order_by("pk")
    return Found(list(dict.fromkeys(kept_of(person) for person in rows[:MOST_FOUND])))


def _listed(people: QuerySet[Person]) -> Found:
    rows = list(people.select_related("settlement")[: MOST_FOUND + 1])
    return Found(rows[:MOST_FOUND], len(rows) > MOST_FOUND)


def _by_name(words: list[str]) -> Found:
    if not words:
        return Found()
    people, nearness = _people().select_related("settlement"), []
    for number, word in enumerate(words):
        name = f"nearness_{number}"
        people = people.annotate(**{name: TrigramStrictWordSimilarity(word, "search_name")})
        people = people.filter(
            Q(search_name__contains=f" {word}") | Q(**{f"{name}__gte": _NEAR_ENOUGH})
        )
        nearness.append(F(name))
    rows = list(people.order_by(-sum(nearness[1:], nearness[0]), "pk")[: MOST_FOUND + 1])
    ranked = []
    for person in rows[:MOST_FOUND]:
        distance = mismatch(words, person.search_name)
        if distance is not None:
            ranked.append((distance, person.full_name, person.pk, person))
    ranked.sort()
    # Where the very name is there, only a slip of the finger away from it is worth showing.
    if ranked and ranked[0][0] < _ONE_SLIP:
        ranked = [row for row in ranked if row[0] <= _ONE_SLIP]
    return Found([row[-1] for row in ranked], len(rows) > MOST_FOUND)


# Before somebody is written down a second time


@dataclass(frozen=True)
class Likeness:
    """A person who may be the one being written down, and why."""

    person: Person
    reasons: list[str]


def likely_duplicates(
    *,
    names: Iterable[str],
    birth_date: dt.date | None,
    birth_year: int | None = None,
    phones: str = "",
) -> list[Likeness]:
    """Return people of the municipality who may be the same person, the likeliest first.

    Because of the same telephone, the same birth date with one of the names, or the same name
    with nothing against it. It is advice: two people may share all of these.
    """
    words, numbers = keys(" ".join(names)), phones.split()
    may_be = Q(pk__in=[])
    for number in numbers:
        may_be |= Q(phones__regex=f"(^| )[+]?{number.lstrip('+')}( |$)")
    if birth_date:
        may_be |= Q(birth_date=birth_date)
    if len(words) > 1:
        same_name = Q()
        for word in words[:MAX_WORDS]:
            same_name &= Q(search_name__contains=f" {word} ")
        may_be |= same_name
    found = []
    for person in _people().filter(may_be).select_related("settlement")[:MOST_FOUND]:
        reasons = _reasons(person, words, birth_date, birth_year, numbers)
        if reasons:
            found.append(Likeness(person, reasons))
    return sorted(found, key=lambda likeness: -len(likeness.reasons))[:MOST_DUPLICATES]


@sensitive_variables()
def unseen_likenesses(
    facts: dict[str, Any], *, form_key: uuid.UUID, shown: Iterable[str]
) -> list[Likeness]:
    """Return all likely duplicates if ``shown`` (ids) leaves one of them out, else nothing.

    ``facts`` are those of a form of a person; whoever the same form (``form_key``) made is not one.
    """
    found = [
        likeness
        for likeness in likely_duplicates(
            names=[facts[name] for name in NAMES],
            birth_date=facts["birth_date"],
            birth_year=facts.get("birth_year"),
            phones=facts["phones"],
        )
        if likeness.person.form_key != form_key
    ]
    return found if {str(likeness.person.pk) for likeness in found} - set(shown) else []


def _reasons(
    person: Person,
    words: list[str],
    birth_date: dt.date | None,
    birth_year: int | None,
    numbers: list[str],
) -> list[str]:
    reasons = []
    if set(numbers) & set(person.phones.split()):
        reasons.append(_("същият телефон"))
    if birth_date and person.birth_date == birth_date:
        if any(mismatch([word], person.search_name) is not None for word in words):
            reasons.append(_("същата рождена дата и сходно име"))
    elif (
        len(words) > 1
        and mismatch(words, person.search_name) == 0
        and not _born_otherwise(person, birth_date, birth_year)
    ):
        reasons.append(_("същото име"))
    return reasons


def _born_otherwise(person: Person, birth_date: dt.date | None, birth_year: int | None) -> bool:
    if birth_date and person.birth_date:
        return birth_date != person.birth_date
    year = birth_date.year if birth_date else birth_year
    known = person.birth_date.year if person.birth_date else person.birth_year
    return bool(year and known and year != known)
