"""The handbook as a book: all of it is there, the pages told are right, it can be heard."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.handbooks import books
from campaigns.materials.checks import check_file
from campaigns.models import HandbookEdition
from municipalities.tenancy import municipality_scope
from municipalities.uploads import PrivateStorage
from services_registry.models import Service
from tests.campaigns.handbooks import gathered, made, three_situations
from tests.factories import ServiceFactory
from tests.factories_campaigns import HandbookFactory
from tests.factories_projects import ProjectFactory

pytestmark = pytest.mark.django_db


def opened(client, name: str, edition: HandbookEdition) -> pypdf.PdfReader:
    answer = client.get(reverse(name, args=[edition.municipality.slug, edition.handbook.slug]))
    assert answer.status_code == 200
    return pypdf.PdfReader(io.BytesIO(b"".join(answer)))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_the_book_of_two_hundred_services(sliven, client):
    """Every service is in it, the contents tell the right pages, and it can be heard."""
    situations = three_situations()
    names = [f"Служба {n:03} за подкрепа" for n in range(200)]
    with municipality_scope(sliven):
        provider = ServiceFactory(municipality=sliven, name=names[0]).provider
        rows = Service.objects.bulk_create(
            Service(
                municipality=sliven, provider=provider, name=name, slug=f"s-{n}", settings=[],
                summary="Помага.", scope="general", financing="state", status="published",
            )
            for n, name in enumerate(names[1:])
        )  # fmt: skip
        Service.life_situations.through.objects.bulk_create(
            Service.life_situations.through(
                service_id=row.pk, lifesituation_id=situations[n % 3].pk
            )
            for n, row in enumerate(rows)
        )
    handbook = HandbookFactory(
        municipality=sliven, title="Двеста услуги", is_public=False,
        project=ProjectFactory(municipality=sliven),
    )  # fmt: skip
    edition = made(handbook)
    assert (edition.state, edition.services_count, edition.done) == ("ready", 200, edition.total)
    book, large = (opened(client, f"handbook_{form}", edition) for form in ("pdf", "large"))
    for reader in (book, large):
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in root
        assert root["/Lang"] == "bg-BG"
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert reader.metadata.title == "Двеста услуги"
        headings = _headings(reader)
        assert [name for name in names if name not in headings] == []
        contents = _text(reader, 1, headings["1. Ситуация 0"] - 1)
        assert [
            (title, page)
            for title, page in headings.items()
            if title != "Съдържание"
            and not re.search(rf"{re.escape(title)} ?[ .]* ?{page}\b", contents)
        ] == []
        assert names[120] in _text(reader, headings[names[120]], headings[names[120]])
    at = _headings(book)
    told = _text(book, at["1. Ситуация 0"], at["Азбучен указател"] - 1)
    assert [name for name in names if name not in told] == []
    index = _text(book, at["Азбучен указател"])
    assert [name for name in names if not re.search(rf"{name}, {at[name]}\b", index)] == []
    assert (edition.pages, edition.large_pages) == (len(book.pages), len(large.pages))
    with PrivateStorage().open(edition.path) as file:
        assert [
            check for check in check_file(file.read(), "application/pdf") if check.is_good is False
        ] == []
    cover = _text(large, 1, 1)
    for words in ("Община Сливен".upper(), "Издание № 1", "инансирано от Европейския съюз"):
        assert words in cover
    sizes = _sizes(large.pages[0]) | _sizes(large.pages[headings[names[5]] - 1])
    assert min(sizes) >= 16


def _text(reader: pypdf.PdfReader, first: int, last: int | None = None) -> str:
    """The words of the pages from ``first`` to ``last``, counted from 1; to the end without it."""
    return squeezed(" ".join(page.extract_text() for page in reader.pages[first - 1 : last]))


def _headings(reader: pypdf.PdfReader) -> dict[str, int]:
    """The bookmarks with the page, from 1, that each leads to."""

    def flat(nodes):
        for node in nodes:
            if isinstance(node, list):
                yield from flat(node)
            else:
                yield squeezed(node.title), reader.get_destination_page_number(node) + 1

    return dict(flat(reader.outline))


def _sizes(page) -> set[float]:
    """The sizes of letters on a page, in points."""
    sizes: set[float] = set()

    def seen(text, matrix, text_matrix, _font, size):
        if text.strip():
            scale = abs(matrix[3] * text_matrix[3]) or 1
            sizes.add(round(size * scale, 1))

    page.extract_text(visitor_text=seen)
    return sizes


def test_words_that_are_markup_stay_words(sliven):
    ServiceFactory(municipality=sliven, summary="#pagebreak() $x^2$ <b>не</b> \\ @see ☃")
    handbook = HandbookFactory(municipality=sliven)
    pdf = books.book(gathered(handbook), number=1, day=timezone.localdate())
    assert "#pagebreak() $x^2$ <b>не</b> \\ @see" in _text(pypdf.PdfReader(io.BytesIO(pdf)), 1)
