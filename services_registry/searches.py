"""Searches of citizens for a kind of service that the municipality they ask about does not have.

Only that there was one is counted, by kind and month: not the words, not who, not from where. What
is no citizen's question does not count: staff who are signed in, robots, pages fetched beforehand,
a further page, the map or a narrower filter of a search that was counted when it was first made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from services_registry.classifiers import SearchSynonym, ServiceKind
from services_registry.models import Service
from services_registry.text import lemmas
from services_registry.wanted import UnmetSearch

# What citizens call services of a kind beside its own names.
CALLED = {
    "information_counselling": ("консултиране",),
    "advocacy_mediation": ("застъпничество", "посредничество", "придружаване"),
    "community_work": ("общностен център",),
    "therapy_rehabilitation": ("рехабилитация", "рехабилитатор", "терапия", "логопед", "психолог"),
    "skills_training": ("социални умения",),
    "work_skills_support": ("трудови умения", "защитена заетост", "подкрепена заетост"),
    "day_care": ("дневен център",),
    "residential_care": ("дом за стари хора", "старчески дом", "защитено жилище"),
    "shelter": ("подслон", "приют", "кризисен център", "звено майка и бебе"),
    "assistant_support": ("асистент", "социален асистент", "домашен помощник"),
}  # fmt: skip
ONLY = {"q", "vid", "obshtina", "myasto"}
_ROBOT = re.compile(r"bot|crawl|spider|slurp|preview|curl|wget|python|monitor|headless", re.I)
MOST_KINDS = 3  # of one search: what means more of them means none in particular


@dataclass(frozen=True)
class _Kind:
    pk: int
    code: str
    is_there: bool
    names: tuple[frozenset[str], ...]


def is_question(request: HttpRequest) -> bool:
    """Say whether the request is a citizen's search as they made it."""
    headers = request.headers
    fetched = "prefetch" in headers.get("Sec-Purpose", "") + headers.get("Purpose", "")
    given = {name for name, value in request.GET.items() if value}
    agent = headers.get("User-Agent", "")
    return (
        request.method == "GET"
        and not request.user.is_authenticated
        and not fetched
        and bool(given & {"q", "vid"})
        and given <= ONLY
        and bool(agent)
        and not _ROBOT.search(agent)
    )


def count_unmet(*, place: str, words: str, kind: str) -> list[str]:
    """Count a search in the municipality ``place`` (a slug); return what was missing, as codes.

    ``words`` is what was typed, ``kind`` the code of a chosen kind, either may be empty. Three
    queries at most where nothing is missing, and two for each kind that is.
    """
    municipality = Municipality.objects.active().filter(slug=place).first()
    if municipality is None:
        return []
    kinds = _kinds(municipality)
    if all(one.is_there for one in kinds):
        return []
    chosen = [one for one in kinds if one.code == kind] if kind else _meant(words, kinds)
    missing = [one for one in chosen if not one.is_there]
    month = timezone.localdate().replace(day=1)
    for one in missing:
        _add_one(municipality, one.pk, month)
    return [one.code for one in missing]


def _kinds(municipality: Municipality) -> list[_Kind]:
    shown = Service.public.filter(municipality=municipality, kinds=OuterRef("pk"))
    rows = ServiceKind.objects.annotate(is_there=Exists(shown)).order_by("pk")
    return [
        _Kind(
            row.pk,
            row.code,
            row.is_there,
            tuple(
                frozenset(lemmas(name))
                for name in (row.name, row.plain_name, *CALLED.get(row.code, ()))
            ),
        )
        for row in rows
    ]


def _meant(words: str, kinds: list[_Kind]) -> list[_Kind]:
    """Return the kinds that ``words`` name, by themselves or by what the synonyms put for them.

    A synonym may stand for several kinds. If the municipality has one of them, there is an answer
    to the search and nothing was missing.
    """
    typed = lemmas(words)
    named = _named(set(typed), kinds)
    if named or not typed:
        return named[:MOST_KINDS]
    found: dict[int, _Kind] = {}
    said = f" {' '.join(typed)} "
    for term, meanings in SearchSynonym.objects.values_list("term", "expands_to"):
        own = " ".join(lemmas(term))
        if own and f" {own} " in said:
            for meaning in meanings:
                found |= {kind.pk: kind for kind in _named(set(lemmas(meaning)), kinds)}
    meant = [found[pk] for pk in sorted(found)]
    return [] if any(kind.is_there for kind in meant) or len(meant) > MOST_KINDS else meant


def _named(typed: set[str], kinds: list[_Kind]) -> list[_Kind]:
    return [kind for kind in kinds if any(name and name <= typed for name in kind.names)]


def _add_one(municipality: Municipality, kind: int, month) -> None:
    """Add one to the row of the month, in a transaction of its own that ends at once."""
    with municipality_scope(municipality):
        row = UnmetSearch.objects.filter(kind=kind, month=month)
        if row.update(count=F("count") + 1):
            return
        try:
            with transaction.atomic():
                UnmetSearch.objects.create(
                    municipality=municipality, kind_id=kind, month=month, count=1
                )
        except IntegrityError:  # somebody else was first
            row.update(count=F("count") + 1)
