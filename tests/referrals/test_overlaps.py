"""What else is known of the same person's wishes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from referrals.applications.overlaps import Facts, overlaps_of, warnings_for
from tests.factories import ServiceFactory, ServiceKindFactory
from tests.factories_applications import ApplicationFactory, ApplicationKindFactory
from tests.factories_people import PersonFactory

BORN = dt.date(1950, 3, 1)


@pytest.fixture
def wish(sliven):
    return ApplicationKindFactory(municipality=sliven)


@pytest.fixture
def penka(sliven):
    return PersonFactory(municipality=sliven)


def found(owner, application) -> list[tuple[str, int, str]]:
    with municipality_scope(owner):
        return [(one.why, one.application.pk, one.same) for one in warnings_for(application)]


def of(owner, kind, **facts):
    """An application whose telephone and name agree with no other one's, unless said."""
    facts = {"phones": "", "given_name": "", "family_name": "", **facts}
    return ApplicationFactory(municipality=owner, kind=kind, **facts)


@pytest.mark.parametrize(
    ("facts", "same"),
    [
        ({"phones": "359888111111 359888222222"}, "същият телефон"),
        (
            {"given_name": "пенка", "family_name": "ИЗМИСЛЕНА", "birth_date": BORN},
            "същото име и рождена дата",
        ),
    ],
)
def test_an_open_one_of_the_same_kind_is_found_without_a_record(sliven, wish, facts, same):
    mine = of(
        sliven, wish, phones="359888222222", given_name="Пенка", family_name="Измислена",
        birth_date=BORN,
    )  # fmt: skip
    other = of(sliven, wish, **facts)
    assert found(sliven, mine) == [("open", other.pk, same)]


def test_the_same_person_is_found_and_others_are_not(sliven, wish, penka):
    mine = of(sliven, wish, person=penka)
    other = of(sliven, wish, person=penka)
    of(sliven, wish, person=PersonFactory(municipality=sliven))
    of(sliven, wish, given_name="Пенка", birth_date=BORN)
    assert found(sliven, mine) == [("open", other.pk, "същото лице")]


def test_part_of_a_number_is_not_the_same_number(sliven, wish):
    mine = of(sliven, wish, phones="88811")
    of(sliven, wish, phones="359888111111")
    assert found(sliven, mine) == []


def test_the_same_name_without_a_date_of_birth_is_nobody(sliven, wish):
    mine = of(sliven, wish, given_name="Пенка", family_name="Измислена")
    of(sliven, wish, given_name="Пенка", family_name="Измислена")
    assert found(sliven, mine) == []


def test_what_was_applied_for_within_a_year_is_told_and_older_is_not(sliven, wish, penka):
    mine = of(sliven, wish, person=penka)
    ended = {"state": "withdrawn", "closed_at": timezone.now()}
    day = timezone.now() - dt.timedelta(days=300)
    recent = of(sliven, wish, person=penka, registered_at=day, **ended)
    of(sliven, wish, person=penka, registered_at=day - dt.timedelta(days=100), **ended)
    assert found(sliven, mine) == [("earlier", recent.pk, "същото лице")]


def test_assistant_support_and_personal_assistance_are_told_of_with_the_law(sliven, wish, penka):
    support = ServiceKindFactory(code="assistant_support")
    service = ServiceFactory(municipality=sliven, kinds=[support])
    declaration = ApplicationKindFactory(municipality=sliven, nature="declaration")
    assistant = of(sliven, wish, person=penka, service=service)
    personal = of(sliven, declaration, person=penka)
    assert found(sliven, personal) == [("supports", assistant.pk, "същото лице")]
    assert found(sliven, assistant) == [("supports", personal.pk, "същото лице")]
    with municipality_scope(sliven):
        (warning,) = warnings_for(personal)
    assert "чл. 13, ал. 1 ЗЛП" in warning.words
    assert "несверено" in warning.words


def test_the_same_service_by_another_kind_is_open_too(sliven, wish, penka):
    service = ServiceFactory(municipality=sliven)
    other_kind = ApplicationKindFactory(municipality=sliven)
    mine = of(sliven, wish, person=penka, service=service)
    other = of(sliven, other_kind, person=penka, service=service)
    assert found(sliven, mine) == [("open", other.pk, "същото лице")]


def test_another_municipality_is_not_asked(sliven, elena, wish):
    mine = of(sliven, wish, phones="359888222222")
    of(elena, ApplicationKindFactory(municipality=elena), phones="359888222222")
    assert found(sliven, mine) == []


def test_nothing_known_asks_nothing(sliven, django_assert_num_queries):
    with municipality_scope(sliven), django_assert_num_queries(0):
        assert overlaps_of(Facts()) == []


def test_the_number_of_queries_does_not_grow(sliven, wish, penka, django_assert_num_queries):
    service = ServiceFactory(municipality=sliven, kinds=[ServiceKindFactory()])
    mine = of(sliven, wish, person=penka)
    for _n in range(5):
        of(sliven, wish, person=penka, service=service)
    with municipality_scope(sliven):
        assert mine.person == penka  # loaded by the page that asks
        with django_assert_num_queries(2):
            assert len(warnings_for(mine)) == 5
