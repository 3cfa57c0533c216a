"""Published editions as everybody reads them: found by number, and drawn from what they keep."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTransform
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from campaigns.handbooks.entries import LABELS
from campaigns.models import Handbook, HandbookEdition
from municipalities.models import Municipality
from projects.models import Project

SERVICES_PER_PAGE = 12  # of a chapter, so that a phone gets a page it can hold
NUMBER = "izdanie"
LONGEST_NUMBER = 6  # digits
LINKS_ON_ONE_PAGE = 150  # of the index; with more of them each letter has its own page


def current(**of) -> QuerySet[HandbookEdition]:
    """Return the current edition of each public handbook: of the published the newest number.

    ``of`` filters the editions. What they consist of is not brought.
    """
    newest = (
        HandbookEdition.public.filter(handbook=OuterRef("handbook"))
        .order_by("-number")
        .values("pk")[:1]
    )
    shown = HandbookEdition.public.filter(pk=Subquery(newest), **of)
    return (
        shown.defer("content")
        .select_related("handbook__municipality", "handbook__project__programme")
        .order_by("handbook__title", "handbook_id")
    )


def edition_for(request: HttpRequest, obshtina: str, slug: str) -> HandbookEdition:
    """Return the asked edition of a handbook (``?izdanie=``), or the current one; else Http404."""
    of_it = HandbookEdition.public.filter(
        handbook__municipality__slug=obshtina, handbook__slug=slug
    )
    number = request.GET.get(NUMBER, "")
    if number:
        if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER):
            raise Http404
        of_it = of_it.filter(number=int(number))
    found = (
        of_it.order_by("-number")
        .defer("content")
        .select_related("handbook__municipality", "handbook__project__programme", "municipality")
        .first()
    )
    if found is None:
        raise Http404
    return found


def parts_of(edition: HandbookEdition, **paths: str) -> dict[str, Any]:
    """Return pieces of what an edition consists of, by name; ``chapters__2`` is the third of them.

    The rest of it, which may be megabytes, stays in the database.
    """
    row = HandbookEdition.public.filter(pk=edition.pk)
    for name, path in paths.items():
        found: Any = "content"
        for key in path.split("__"):
            found = KeyTransform(key, found)
        row = row.annotate(**{f"part_{name}": found})
    values = get_object_or_404(row.values(*(f"part_{name}" for name in paths)))
    return {name: values[f"part_{name}"] for name in paths}


class Addresses:
    """Where the pages of one edition are; of an older one its number goes with each."""

    def __init__(self, edition: HandbookEdition, newest: int) -> None:
        handbook = edition.handbook
        self._of = (handbook.municipality.slug, handbook.slug)
        self.is_current = edition.number == newest
        self._number = {} if self.is_current else {NUMBER: str(edition.number)}

    def _page(self, name: str, *args: Any, **query: Any) -> str:
        return reverse(name, args=[*self._of, *args], query={**self._number, **query} or None)

    @property
    def contents(self) -> str:
        return self._page("handbook")

    @property
    def index(self) -> str:
        return self._page("handbook_index")

    @property
    def pdf(self) -> str:
        return self._page("handbook_pdf")

    @property
    def large(self) -> str:
        return self._page("handbook_large")

    def letter(self, letter: str) -> str:
        """Return the page of one letter of the index."""
        return self._page("handbook_index", bukva=letter)

    def chapter(self, number: int) -> str:
        """Return the page of a chapter."""
        return self._page("handbook_chapter", number)

    def service(self, place: dict[str, Any]) -> str:
        """Return where in the pages a service is told, by its place in the content."""
        page = place["position"] // SERVICES_PER_PAGE + 1
        query = {"page": page} if page > 1 else {}
        return f"{self._page('handbook_chapter', place['chapter'], **query)}#{place['key']}"


def newest_of(handbook: Handbook) -> int:
    """Return the number of the current edition of a public handbook, 0 where there is none."""
    numbers = HandbookEdition.public.filter(handbook=handbook).order_by("-number")
    return numbers.values_list("number", flat=True).first() or 0


def with_labels(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a service's entry with the words that stand before each fact."""
    facts = [{**fact, "label": LABELS.get(fact["code"], fact["code"])} for fact in entry["facts"]]
    return {**entry, "facts": facts}


def section_of(municipality: Municipality) -> dict:
    """Return what the municipality's page shows of its handbooks, in one query."""
    return {"editions": list(current(municipality=municipality)[:3])}


def part_of(project: Project) -> dict:
    """Return what the public page of a project shows of its handbooks, in one query."""
    editions = list(current(handbook__project=project)[:3])
    return {"editions": editions} if editions else {}
