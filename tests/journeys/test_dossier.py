"""A known person: opened, noted about, given a representative, their past narrowed.

By keyboard, in a real browser, wide and narrow; every page of the way is looked at by axe.
"""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from frontoffice.models import DeskPolicy, PersonNote, PersonRelation
from municipalities.audit import AccessEvent
from tests.factories import ConsultationFactory, ConsultationTopicFactory
from tests.factories_desk import DeskPolicyFactory, FollowUpFactory
from tests.factories_people import PersonFactory
from tests.support.browser import assert_good
from tests.support.people import rows_of

pytestmark = pytest.mark.browser

SIZES = {"wide": (1280, 900), "narrow": (320, 640)}


@pytest.fixture
def person(sliven, specialist):
    person = PersonFactory(municipality=sliven, given_name="Вяра", created_by=specialist.user)
    topic = ConsultationTopicFactory(short_name="Топъл обяд")
    for _ in range(30):
        ConsultationFactory(
            municipality=sliven, person=person, specialist=specialist.user, topics=[topic]
        )
    FollowUpFactory(
        municipality=sliven, person=person, owner=specialist.user, title="Обаждане за решението"
    )
    return person


@pytest.fixture
def desk(page: Page, live_server, specialist, person, request) -> Page:
    """A browser in which the specialist is signed in, on the page of the person."""
    cookie = next(iter(specialist.cookies.values()))
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    width, height = SIZES[request.param]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(live_server.url + reverse("person", args=[person.pk]))
    return page


@pytest.mark.parametrize("desk", SIZES, indirect=True)
def test_a_known_person(desk: Page, sliven, person):
    other = PersonFactory(municipality=sliven, given_name="Невена")
    expect(desk.get_by_role("heading", name="Следваща стъпка")).to_be_visible()
    expect(desk.get_by_role("link", name="Обаждане за решението", exact=True)).to_be_visible()
    assert_good(desk)

    desk.get_by_role("link", name="Добави бележка").press("Enter")
    expect(desk.get_by_label("Бележка", exact=True)).to_be_focused()
    desk.keyboard.type("Звъни се на дъщерята.")
    desk.keyboard.press("Tab")
    desk.keyboard.press("ArrowRight")  # „Аз и ръководителят“
    desk.get_by_label("Да стои най-горе").press("Space")
    assert_good(desk)
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("Бележката е записана.")).to_be_visible()
    notes = desk.get_by_role("region", name="Бележки")
    expect(notes.get_by_text("Звъни се на дъщерята.")).to_be_visible()
    expect(notes.get_by_text("автор и ръководител")).to_be_visible()

    desk.get_by_role("link", name="Добави близък или представител").press("Enter")
    desk.get_by_label("Име, ЕГН, ЛНЧ или телефон").press_sequentially("nevena")
    desk.keyboard.press("Enter")
    found = desk.get_by_role("radio", name=re.compile("Невена"))
    expect(found).to_be_visible()
    assert_good(desk)
    found.press("Space")
    desk.get_by_label("Какъв е на лицето").select_option(label="дете")
    desk.get_by_label("Представлява лицето").press("Space")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_role("link", name=re.compile("Напишете на какво основание"))).to_be_visible()
    assert_good(desk)
    desk.get_by_label("На какво основание").fill("пълномощно № 7")
    desk.keyboard.press("Control+Enter")
    close = desk.get_by_role("region", name="Близки и представители")
    expect(close.get_by_role("link", name="Невена Измислена", exact=True)).to_be_visible()
    expect(close.get_by_text("представлява лицето")).to_be_visible()

    past = desk.get_by_role("region", name=re.compile("Какво е станало"))
    past.get_by_role("link", name="Консултации", exact=True).press("Enter")
    desk.wait_for_url(re.compile("vid=konsultatsii"))
    expect(past.get_by_role("heading", name=re.compile(r"\(30\)"))).to_be_visible()
    past.get_by_role("link", name="Следваща").press("Enter")
    expect(past.get_by_text("26–30 от 30")).to_be_visible()
    assert_good(desk)
    past.get_by_role("link", name="Бележки").press("Enter")
    expect(past.get_by_text("Звъни се на дъщерята.")).to_be_visible()
    expect(past.get_by_role("link", name=re.compile("Консултация:"))).to_have_count(0)

    close.get_by_role("link", name="Невена Измислена", exact=True).press("Enter")
    expect(desk.get_by_role("heading", name="Невена Измислена")).to_be_visible()
    theirs = desk.get_by_role("region", name="Близки и представители")
    expect(theirs.get_by_text("родител")).to_be_visible()
    (note,), (tie,) = rows_of(sliven, PersonNote), rows_of(sliven, PersonRelation)
    assert (note.visibility, note.is_pinned) == ("head", True)
    assert (tie.other_id, tie.is_representative) == (other.pk, True)


@pytest.mark.parametrize("desk", ["narrow"], indirect=True)
def test_a_reason_is_asked_first(desk: Page, sliven):
    DeskPolicyFactory(
        municipality=sliven,
        asks_reason=DeskPolicy.AsksReason.ALWAYS,
        reasons=["Обаждане от лицето", "Проверка на данни"],
    )
    desk.reload()
    expect(desk.get_by_role("heading", name="Защо отваряте записа")).to_be_visible()
    assert_good(desk)
    expect(desk.get_by_label("Обаждане от лицето")).to_be_focused()
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_role("link", name=re.compile("Изберете причина."))).to_be_visible()
    assert_good(desk)
    desk.get_by_label("Проверка на данни").press("Space")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_role("heading", name="Вяра Измислена")).to_be_visible()
    assert rows_of(sliven, AccessEvent)[0].reason == "Проверка на данни"
