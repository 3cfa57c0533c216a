"""What an edition of a handbook consists of, gathered from the registry and kept as it was then.

The content is one JSON document, from which both the pages and the books are made::

    {"title", "subtitle", "municipality", "project", "union": {…} or None,
     "chapters": [chapter, …], "contents": [{"number", "title", "services": […]}, …],
     "index": [{"letter", "entries": [{"words", "is_service", "targets": [place, …]}]}]}

A chapter is one written by hand (``blocks``), one of services (``entries``, each either
``{"service": entry}`` or ``{"see": place}`` for a service that is told in full elsewhere), the
offices (``offices``) or the phones (``rows`` of whose and which). A place is
``{"key", "name", "chapter", "position"}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from campaigns.handbooks.entries import Entry, entry_of, for_book, key_of, offices_of
from campaigns.handbooks.errors import HandbookRefused
from campaigns.models import Handbook, HandbookChapter
from municipalities.richtext import blocks_of
from municipalities.tenancy import municipality_scope
from projects.publicity.emblem import union_of
from services_registry.models import Service

BATCH = 40
LANGUAGE = "bg"
Content = dict[str, Any]
Tell = Callable[[int], None]
# (what chapters are ordered by, title, what it is about, whether one may have to leave at once)
Heading = tuple[Any, str, str, bool]


def keys_of(handbook: Handbook) -> list[int]:
    """Return the keys of the services that are shown today and belong in the handbook.

    Raises HandbookRefused where there are none.
    """
    keys = list(_belonging(handbook).order_by("name", "pk").values_list("pk", flat=True))
    if not keys:
        raise _nothing_in(handbook)
    return keys


def gather(handbook: Handbook, tell: Tell) -> Content:
    """Return the content of an edition made now; ``tell`` is called with the services read.

    Opens the municipality's scope by itself, anew for each batch, so that what ``tell`` writes in
    between is seen at once. Raises HandbookRefused where there is nothing in it.
    """
    owner = handbook.municipality
    with override(LANGUAGE):
        with municipality_scope(owner):
            keys = keys_of(handbook)
        services: list[Service] = []
        for at in range(0, len(keys), BATCH):
            with municipality_scope(owner):
                some = _belonging(handbook).filter(pk__in=keys[at : at + BATCH])
                services += for_book(some)
            tell(len(services))
        with municipality_scope(owner):
            return _content(handbook, services)


def gather_at_once(handbook: Handbook) -> Content:
    """Return the same in the open scope, without telling anybody how far it is."""
    with override(LANGUAGE):
        services = list(for_book(_belonging(handbook)))
        if not services:
            raise _nothing_in(handbook)
        return _content(handbook, services)


def _belonging(handbook: Handbook) -> QuerySet[Service]:
    """Return the services that are shown today and belong in the handbook."""
    shown = Service.public.filter(municipality=handbook.municipality)
    if handbook.takes_all:
        return shown
    return shown.filter(pk__in=handbook.services.values("pk"))


def _nothing_in(handbook: Handbook) -> HandbookRefused:
    return HandbookRefused(
        "Общината няма публикувани услуги."
        if handbook.takes_all
        else "Никоя от избраните услуги не е публикувана сега."
    )


def _content(handbook: Handbook, services: list[Service]) -> Content:
    services = sorted(services, key=lambda service: _sorted_by(service.name))
    written = [_written(chapter) for chapter in handbook.chapters.all()]
    before = [text for place, text in written if place == HandbookChapter.Place.BEFORE]
    after = [text for place, text in written if place == HandbookChapter.Place.AFTER]
    offices = offices_of(handbook.municipality)
    chapters = [
        *before,
        *_of_services(handbook.order, services),
        {"kind": "offices", "title": _("Къде да попитате"), "offices": offices},
        *_of_phones(offices, services),
        *after,
    ]
    _number(chapters)
    project = handbook.project
    return {
        "title": handbook.title,
        "subtitle": handbook.subtitle,
        "municipality": str(handbook.municipality),
        "project": project.name if project else "",
        "union": _union(project) if project else None,
        "chapters": chapters,
        "contents": [_line(chapter) for chapter in chapters],
        "index": index_of(chapters, services),
    }


def _of_phones(offices: list[Entry], services: list[Service]) -> list[Entry]:
    """Return the chapter with all phones by whose they are; none where there are no phones."""
    known = {(office["name"], office["phone"]) for office in offices}
    for service in services:
        known.add((service.provider.name, service.provider.phone))
        sites = [site for site in service.sites.all() if site.phone]
        known |= {
            (
                f"{service.name}, {site.name}" if site.name and len(sites) > 1 else service.name,
                site.phone,
            )
            for site in sites
        }
    rows = sorted(
        ([name, phone] for name, phone in known if phone),
        key=lambda row: (_sorted_by(row[0]), row[1]),
    )
    return [{"kind": "phones", "title": _("Телефони"), "rows": rows}] if rows else []


def _union(project) -> dict[str, Any]:
    """Return the Union's statement; its picture and faces are added when the book is set."""
    told = union_of(project)
    return {
        "statement": told["statement"],
        "programme": told["programme"],
        "cofunded": project.is_cofinanced,
    }


def _written(chapter: HandbookChapter) -> tuple[str, Entry]:
    blocks = blocks_of(chapter.text)
    return chapter.place, {"kind": "own", "title": chapter.title, "blocks": blocks}


# Chapters of services


def _of_services(order: str, services: list[Service]) -> list[Entry]:
    """Return the chapters of services: each told in full once, named wherever else it belongs."""
    of_service = {service.pk: sorted(_headings(order, service)) for service in services}
    headings = sorted({heading for found in of_service.values() for heading in found})
    chapters = []
    for heading in headings:
        _rank, title, about, quick_exit = heading
        entries = [
            _entry(service, is_first=of_service[service.pk][0] == heading)
            for service in services
            if heading in of_service[service.pk]
        ]
        told = [entry["service"] for entry in entries if "service" in entry]
        chapters.append(
            {
                "kind": "services",
                "title": title,
                "about": about,
                "quick_exit": quick_exit or any(one["quick_exit"] for one in told),
                "entries": entries,
            }
        )
    return chapters


def _entry(service: Service, *, is_first: bool) -> Entry:
    if is_first:
        return {"service": entry_of(service)}
    return {"see": {"key": key_of(service), "name": service.name}}


def _headings(order: str, service: Service) -> list[Heading]:
    """Return the chapters that a service belongs to; always one at least."""
    if order == Handbook.Order.LIFE_SITUATION:
        return [
            ((row.order, row.name), row.name, row.summary, row.quick_exit)
            for row in service.life_situations.all()
        ] or [((LAST, ""), _("Други услуги"), "", False)]
    if order == Handbook.Order.KIND:
        return [
            ((row.number, row.plain_name), row.plain_name, "", False) for row in service.kinds.all()
        ] or [((LAST, ""), _("Други видове подкрепа"), "", False)]
    if order == Handbook.Order.SETTLEMENT:
        open_sites = [site for site in service.sites.all() if not site.address_is_secret]
        return list(
            {((0, site.settlement.name), str(site.settlement), "", False) for site in open_sites}
        ) or [((LAST, ""), _("В цялата община"), "", False)]
    return [((0, ""), _("Услугите по азбучен ред"), "", False)]


LAST = 1_000_000
OTHERS = "0–9"  # the letter of what begins with none
_DIGITS = re.compile(r"\d+")


def _number(chapters: list[Entry]) -> None:
    """Give each chapter its number, and each reference the place that it leads to."""
    for number, chapter in enumerate(chapters, 1):
        chapter["number"] = number
    places = {place["key"]: place for place in _places(chapters)}
    for chapter in chapters:
        for entry in chapter.get("entries", ()):
            if "see" in entry:
                entry["see"] = places[entry["see"]["key"]]


def _places(chapters: Iterable[Entry]) -> Iterable[Entry]:
    """Yield where each service is told in full."""
    for chapter in chapters:
        for position, entry in enumerate(chapter.get("entries", ())):
            if "service" in entry:
                yield {
                    "key": entry["service"]["key"],
                    "name": entry["service"]["name"],
                    "chapter": chapter["number"],
                    "position": position,
                }


def _line(chapter: Entry) -> Entry:
    told = list(_places([chapter]))
    elsewhere = [{**entry["see"]} for entry in chapter.get("entries", ()) if "see" in entry]
    return {
        "number": chapter["number"],
        "title": chapter["title"],
        "kind": chapter["kind"],
        "services": told,
        "elsewhere": elsewhere,
    }


# The index


def index_of(chapters: list[Entry], services: list[Service]) -> list[Entry]:
    """Return the index by letters: services, and kinds of them with those that are such."""
    places = {place["key"]: place for place in _places(chapters)}
    found: list[Entry] = [
        {"words": service.name, "is_service": True, "targets": [places[key_of(service)]]}
        for service in services
    ]
    topics: dict[str, list[Entry]] = {}
    for service in services:
        names = {*(kind.plain_name for kind in service.kinds.all()), service.provider.name}
        for name in names:
            topics.setdefault(name, []).append(places[key_of(service)])
    found += [
        {"words": words, "is_service": False, "targets": targets}
        for words, targets in topics.items()
    ]
    found.sort(key=lambda entry: (_sorted_by(entry["words"]), not entry["is_service"]))
    letters: dict[str, list[Entry]] = {}
    for entry in found:
        letters.setdefault(_letter(entry["words"]), []).append(entry)
    return [{"letter": letter, "entries": entries} for letter, entries in letters.items()]


def _sorted_by(words: str) -> tuple[bool, str]:
    """Return by what words stand in Bulgarian order: letters first, quotes not counted, 2 by 10."""
    plain = words.lstrip(" \t„“\"'«»(").casefold()
    return not plain[:1].isalpha(), _DIGITS.sub(lambda number: number[0].zfill(9), plain)


def _letter(words: str) -> str:
    is_other, plain = _sorted_by(words)
    return OTHERS if is_other else plain[:1].upper()
