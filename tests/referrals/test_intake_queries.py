"""The screens of intake take as many queries for many rows as for few."""

from __future__ import annotations

import uuid

import pytest

from frontoffice.models import PersonRelation
from municipalities.tenancy import municipality_scope
from tests.factories import CapacityFactory, ServiceFactory, ServiceKindFactory
from tests.factories_applications import (
    ApplicationFactory,
    ApplicationKindFactory,
    KindPaperFactory,
    KindQuestionFactory,
)
from tests.factories_people import PersonFactory

DESK = "/rabotno-myasto/zayavleniya/"


@pytest.fixture
def town(sliven, specialist):
    """A person, and ``more(n)``: n more of everything that stands on the screens beside them."""
    kind = ApplicationKindFactory(municipality=sliven)
    person = PersonFactory(municipality=sliven)

    def more(count: int) -> None:
        for _ in range(count):
            service = ServiceFactory(municipality=sliven, kinds=[ServiceKindFactory()])
            CapacityFactory(municipality=sliven, service=service)
            ApplicationFactory(municipality=sliven, kind=kind, person=person, service=service)
            KindQuestionFactory(municipality=sliven, kind=kind)
            KindPaperFactory(municipality=sliven, kind=kind, is_required=True)
            with municipality_scope(sliven):
                PersonRelation.objects.create(
                    municipality=sliven, person=person, kind="parent", name="Близък",
                    other=PersonFactory(municipality=sliven), created_by=specialist.user,
                    form_key=uuid.uuid4(),
                )  # fmt: skip

    more(1)
    return kind, person, more


def test_the_screen_of_a_new_application(specialist, town, queries):
    _kind, person, more = town
    url = f"{DESK}novo/?lice={person.pk}"
    specialist.get(url)  # the look at the person is kept once a minute
    queries.assert_same(specialist, url, more, name="intake: new", at_most=36)


@pytest.mark.parametrize("page", ["prieto", "promyana"])
def test_the_pages_after_the_number(specialist, sliven, town, queries, page):
    kind, person, more = town
    application = ApplicationFactory(municipality=sliven, kind=kind, person=person)
    url = f"{DESK}{application.pk}/{page}/"
    specialist.get(url)
    queries.assert_same(specialist, url, more, name=f"intake: {page}", at_most=36)
