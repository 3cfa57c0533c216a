"""The handbook for everybody: the list, the contents, a page for each chapter, index, books."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.handbooks import showing
from campaigns.handbooks.showing import Addresses
from campaigns.models import HandbookEdition
from municipalities.filters import MunicipalityFilter
from municipalities.uploads import serve_public_attachment

HANDBOOKS_PER_PAGE = 20
MOST_CHAPTERS = 10_000
PDF = "application/pdf"


@login_not_required
@require_safe
def handbook_list(request: HttpRequest) -> HttpResponse:
    """Handbooks with a published edition, of all municipalities or of one (``?obshtina=``)."""
    chosen = MunicipalityFilter(request.GET)
    of = {"municipality__slug": chosen.slug} if chosen.slug else {}
    page = Paginator(showing.current(**of), HANDBOOKS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"filter_form": chosen, "page_obj": page}
    return render(request, "campaigns/handbooks/list.html", context)


@login_not_required
@require_safe
def handbook(request: HttpRequest, obshtina: str, slug: str) -> HttpResponse:
    """The contents of an edition, its books, and the other editions."""
    edition, context = _edition(request, obshtina, slug)
    addresses = context["addresses"]
    chapters = showing.parts_of(edition, contents="contents")["contents"] or []
    editions = (
        HandbookEdition.public.filter(handbook=edition.handbook)
        .defer("content")
        .order_by("-number")
    )
    context |= {
        "chapters": [
            {
                **chapter,
                "url": addresses.chapter(chapter["number"]),
                "services": [
                    {"name": place["name"], "url": addresses.service(place)}
                    for place in chapter["services"]
                ],
            }
            for chapter in chapters
        ],
        "editions": editions,
        "crumbs": _crumbs(edition, addresses, ""),
    }
    return render(request, "campaigns/handbooks/contents.html", context)


@login_not_required
@require_safe
def handbook_chapter(request: HttpRequest, obshtina: str, slug: str, number: int) -> HttpResponse:
    """One chapter: what was written by hand, the offices, or the services, some on a page."""
    if not 1 <= number <= MOST_CHAPTERS:
        raise Http404
    edition, context = _edition(request, obshtina, slug)
    addresses = context["addresses"]
    parts = showing.parts_of(edition, chapter=f"chapters__{number - 1}", contents="contents")
    chapter = parts["chapter"]
    if not chapter:
        raise Http404
    if "entries" in chapter:
        pages = Paginator(chapter["entries"], showing.SERVICES_PER_PAGE)
        context["page_obj"] = page = pages.get_page(request.GET.get("page"))
        context["entries"] = [_drawn(entry, addresses) for entry in page.object_list]
    beside = {line["number"]: line for line in parts["contents"]}
    context |= {
        "chapter": chapter,
        "before": _neighbour(beside.get(number - 1), addresses),
        "after": _neighbour(beside.get(number + 1), addresses),
        "quick_exit": chapter.get("quick_exit", False),
        "crumbs": _crumbs(edition, addresses, f"{number}. {chapter['title']}"),
    }
    return render(request, "campaigns/handbooks/chapter.html", context)


@login_not_required
@require_safe
def handbook_index(request: HttpRequest, obshtina: str, slug: str) -> HttpResponse:
    """The alphabetical index: whole where it is short, else a letter at a time (``?bukva=``)."""
    edition, context = _edition(request, obshtina, slug)
    addresses = context["addresses"]
    letters = showing.parts_of(edition, index="index")["index"] or []
    links = sum(len(entry["targets"]) for letter in letters for entry in letter["entries"])
    shown = letters
    if links > showing.LINKS_ON_ONE_PAGE:
        asked = request.GET.get("bukva", "")
        shown = [letter for letter in letters if letter["letter"] == asked] or letters[:1]
        context["letters"] = [
            {
                "letter": letter["letter"],
                "url": addresses.letter(letter["letter"]),
                "chosen": letter is shown[0],
            }
            for letter in letters
        ]
    context |= {
        "index": [_letter(letter, addresses) for letter in shown],
        "crumbs": _crumbs(edition, addresses, _("Азбучен указател")),
    }
    return render(request, "campaigns/handbooks/index.html", context)


@login_not_required
@require_safe
def handbook_pdf(request: HttpRequest, obshtina: str, slug: str) -> HttpResponseBase:
    """The book of an edition."""
    edition = showing.edition_for(request, obshtina, slug)
    return _book(request, edition, edition.path, "")


@login_not_required
@require_safe
def handbook_large(request: HttpRequest, obshtina: str, slug: str) -> HttpResponseBase:
    """The book of an edition in large print."""
    edition = showing.edition_for(request, obshtina, slug)
    return _book(request, edition, edition.large_path, "-edar-shrift")


def book_name(edition: HandbookEdition, tail: str) -> str:
    """Return what a downloaded book is called."""
    return f"{edition.handbook.slug}-{edition.number}{tail}.pdf"


def _book(request: HttpRequest, edition: HandbookEdition, path: str, tail: str) -> HttpResponseBase:
    return serve_public_attachment(
        request,
        path,
        name=book_name(edition, tail),
        content_type=PDF,
        subject=edition,
        is_shown=True,
    )


def _edition(
    request: HttpRequest, obshtina: str, slug: str
) -> tuple[HandbookEdition, dict[str, Any]]:
    """Return the asked edition, and what every page of it shows."""
    edition = showing.edition_for(request, obshtina, slug)
    addresses = Addresses(edition, showing.newest_of(edition.handbook))
    handbook = edition.handbook
    return edition, {
        "edition": edition,
        "handbook": handbook,
        "municipality": handbook.municipality,
        "project": handbook.project,
        "addresses": addresses,
    }


def _crumbs(edition: HandbookEdition, addresses: Addresses, here: str) -> list[tuple[str, str]]:
    ways = [(_("Наръчници"), reverse("handbooks")), (edition.handbook.title, addresses.contents)]
    return [*ways, (here, "")] if here else ways


def _drawn(entry: dict[str, Any], addresses: Addresses) -> dict[str, Any]:
    if "service" in entry:
        return {"service": showing.with_labels(entry["service"])}
    return {"see": {"name": entry["see"]["name"], "url": addresses.service(entry["see"])}}


def _neighbour(line: dict[str, Any] | None, addresses: Addresses) -> dict[str, str] | None:
    return line and {"title": line["title"], "url": addresses.chapter(line["number"])}


def _letter(letter: dict[str, Any], addresses: Addresses) -> dict[str, Any]:
    return {
        "letter": letter["letter"],
        "rows": [
            {
                "words": entry["words"],
                "is_service": entry["is_service"],
                "targets": [
                    {"name": place["name"], "url": addresses.service(place)}
                    for place in entry["targets"]
                ],
            }
            for entry in letter["entries"]
        ],
    }
