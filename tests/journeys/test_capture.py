"""The three commonest records at the desk, by keyboard, counted; and what stands beside them.

Each is counted from „Днес“ to the saved consultation. The limits are those of the design: at most
12 interactions for an anonymous enquiry, 25 with a known person, under 60 seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from frontoffice.models import Consultation, FollowUp, Person
from municipalities.tenancy import municipality_scope
from tests.factories import (
    CapacityFactory,
    ConsultationTopicFactory,
    ServiceFactory,
    ServiceKindFactory,
)
from tests.factories_desk import NoteTemplateFactory
from tests.factories_people import PersonFactory
from tests.support.browser import Keyboard, assert_good
from tests.support.people import rows_of

pytestmark = pytest.mark.browser

MOST_ANONYMOUS, MOST_KNOWN, MOST_SECONDS = 12, 25, 60
SIZES = {"wide": (1280, 900), "narrow": (320, 640)}
SAVED = "Консултацията е записана"


@pytest.fixture
def registry(sliven):
    """Topics, a service with places and its order of use, a template, a known person."""
    for number in range(12):
        ConsultationTopicFactory(short_name=f"Тема {number + 1}")
    ServiceKindFactory(name="Осигуряване на подслон")
    service = ServiceFactory(
        municipality=sliven,
        name="Домашен патронаж",
        referred_by="municipality",
        eligibility="Над 65 години.",
        steps=["Заявление във фронт-офиса."],
    )
    CapacityFactory(municipality=sliven, service=service, places=20, free=3, waiting=4)
    NoteTemplateFactory(municipality=sliven, word="ред", text="Обяснен е редът за заявяване.")
    NoteTemplateFactory(municipality=sliven, word="обади", text="Ще се обадим пак.")
    return PersonFactory(municipality=sliven, given_name="Вяра", family_name="Измислена")


@pytest.fixture
def desk(page: Page, live_server, specialist, registry, watch, request) -> Iterator[Page]:
    """A browser in which the specialist is signed in, on „Днес“."""
    cookie = next(iter(specialist.cookies.values()))
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    width, height = SIZES[getattr(request, "param", "wide")]
    page.set_viewport_size({"width": width, "height": height})
    watch.over(page).goto(f"{live_server.url}/rabotno-myasto/")
    yield page
    page.close()  # before the database goes: the page may still be sending a draft


def open_new(desk: Page) -> Keyboard:
    keys = Keyboard(desk)
    keys.press("n")
    desk.wait_for_url("**/konsultatsii/nova/")
    return keys


def report(what: str, keys: Keyboard, most: int) -> None:
    print(f"{what}: {keys.told()}")
    assert keys.interactions <= most
    assert keys.seconds < MOST_SECONDS


def test_an_anonymous_enquiry(desk, sliven):
    keys = open_new(desk)
    keys.press("k")  # телефон, after „На място“
    keys.press("2")
    keys.press("z")
    keys.press("i")
    keys.press("Control+Enter")
    expect(desk.get_by_text(SAVED)).to_be_visible()
    (saved,) = rows_of(sliven, Consultation)
    assert (saved.channel, saved.subject, saved.outcome) == ("phone", "self", "informed")
    report("anonymous enquiry", keys, MOST_ANONYMOUS)


def test_an_anonymous_enquiry_about_a_service_with_a_template(desk, sliven):
    keys = open_new(desk)
    keys.press("2")
    keys.press("z")
    keys.press("u")
    keys.write("патро")
    expect(desk.get_by_role("option", name=re.compile(r"свободни 3 към"))).to_be_visible()
    keys.press("Enter")
    beside = desk.get_by_role("region", name="Говорите за")
    expect(beside).to_contain_text("свободни 3 от 20")
    expect(beside).to_contain_text("чакащи 4")
    expect(beside).to_contain_text("Насочва общината")
    expect(beside).to_contain_text("Заявление във фронт-офиса.")
    keys.press("Alt+b")
    keys.write("/ред")
    expect(desk.locator("#note-templates [role=option]")).to_have_count(1)
    assert_good(desk)
    keys.press("Enter")
    expect(desk.locator("[name=note]")).to_have_value("Обяснен е редът за заявяване.")
    keys.press("Alt+i")
    keys.press("Control+Enter")
    expect(desk.get_by_text(SAVED)).to_be_visible()
    (saved,) = rows_of(sliven, Consultation)
    with municipality_scope(sliven):
        assert [service.name for service in saved.services.all()] == ["Домашен патронаж"]
    assert saved.note == "Обяснен е редът за заявяване."
    report("anonymous, service and template", keys, MOST_ANONYMOUS)


def test_a_known_person_with_a_service_and_a_follow_up(desk, sliven, registry):
    keys = open_new(desk)
    keys.press("2")
    keys.press("z")
    keys.press("u")
    keys.write("патро")
    keys.press("Enter")
    keys.press("Alt+i", times=3)
    expect(desk.get_by_label("До кога")).to_be_visible()
    keys.press("Tab")
    keys.write("31.12.2099")
    keys.press("Tab")
    keys.write("Обаждане за решението")
    assert_good(desk)
    keys.press("Alt+l")
    keys.write("vyara")
    keys.press("Enter")
    expect(desk.get_by_text("Изберете от намерените.")).to_be_visible()
    keys.press("Space")
    expect(desk.get_by_text("Лице: Вяра Измислена")).to_be_visible()
    keys.press("Control+Enter")
    expect(desk.get_by_text(f"{SAVED}, с последваща задача за 31.12.2099.")).to_be_visible()
    (saved,) = rows_of(sliven, Consultation)
    (follow_up,) = rows_of(sliven, FollowUp)
    assert saved.person_id == follow_up.person_id == registry.pk
    assert (follow_up.consultation_id, follow_up.title) == (saved.pk, "Обаждане за решението")
    report("known person, service and follow-up", keys, MOST_KNOWN)


def test_the_last_one_is_repeated_and_a_follow_up_opened(desk, sliven):
    keys = open_new(desk)
    missing = desk.get_by_label("Каква услуга липсва")
    for key in ("k", "2", "3", "z", "z", "i"):
        keys.press(key)
    expect(missing).to_be_hidden()
    keys.press("i", times=4)  # няма такава услуга
    keys.press("Enter")
    expect(missing).to_be_focused()
    keys.press("ArrowDown")
    keys.press("Alt+b")
    keys.write("само тук")
    keys.press("Control+Shift+Enter")
    expect(desk.get_by_text(SAVED)).to_be_visible()

    keys = Keyboard(desk)
    keys.press("p")
    expect(missing).not_to_have_value("")
    expect(desk.get_by_role("radio", name="Телефон")).to_be_checked()
    expect(desk.get_by_label("За близък")).to_be_checked()
    expect(desk.locator("[name=note]")).to_have_value("")
    keys.press("Alt+Enter")
    desk.wait_for_url("**/posledvashti/nova/?konsultatsiya=*")
    report("repeated, with a follow-up", keys, MOST_ANONYMOUS)
    second, first = rows_of(sliven, Consultation)
    with municipality_scope(sliven):
        assert set(second.topics.all()) == set(first.topics.all())
    assert (second.channel, second.subject, second.outcome) == ("phone", "relative", "unmet")
    assert second.missing_kind_id == first.missing_kind_id is not None
    assert str(second.pk) in desk.url


def test_all_keys_are_told_and_can_be_switched_off(desk):
    keys = open_new(desk)
    keys.press("?")
    dialog = desk.get_by_role("dialog", name="Клавиши")
    expect(dialog).to_be_visible()
    assert_good(desk)
    keys.press("2")  # meant for the dialog
    keys.press("Escape")
    expect(dialog).to_be_hidden()
    expect(desk.locator("[name=topics]:checked")).to_have_count(0)
    desk.get_by_role("button", name="Клавиши").click()
    dialog.get_by_label("Без клавиши от една буква").check(force=True)
    keys.press("Escape")
    keys.press("2")
    expect(desk.locator("[name=topics]:checked")).to_have_count(0)
    keys.press("Alt+z")
    expect(desk.get_by_label("За себе си")).to_be_checked()


def test_a_topic_without_a_key_is_found_by_typing(desk):
    keys = open_new(desk)
    keys.press("0")
    keys.write("ма 11")
    keys.press("Enter")
    expect(desk.get_by_label("Тема 11")).to_be_checked()
    assert "topics" in keys.focused()


def test_the_minutes_go_on_when_the_page_comes_back(desk):
    desk.clock.install()
    open_new(desk)
    desk.clock.fast_forward("10:00")
    minutes = desk.get_by_label("Минути")
    expect(minutes).to_have_value("10")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".errors")).to_be_visible()
    desk.clock.fast_forward("05:00")
    expect(minutes).to_have_value("15")
    minutes.fill("3")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".errors")).to_be_visible()
    desk.clock.fast_forward("05:00")
    expect(minutes).to_have_value("3")


@pytest.mark.parametrize("desk", SIZES, indirect=True)
def test_somebody_new_is_written_down_in_the_middle_of_a_talk(desk, sliven):
    keys = open_new(desk)
    for key in ("2", "z", "i", "b"):
        keys.press(key)
    keys.write("Дълъг разговор.")
    keys.press("Alt+l")
    keys.write("вяра измислена")
    keys.press("Enter")
    expect(desk.get_by_text("Изберете от намерените.")).to_be_visible()
    desk.get_by_text("Запиши ново лице").click()
    desk.get_by_label("Телефони").fill("0888 123 456")
    keys.press("Enter")
    expect(desk.get_by_text("Още нищо не е записано.")).to_be_visible()
    expect(desk.get_by_text("същото име")).to_be_visible()
    assert_good(desk)
    desk.get_by_role("button", name="Въпреки това запиши").click()
    expect(desk.get_by_text("Лицето е записано и избрано.")).to_be_visible()
    assert_good(desk)
    keys.press("Control+Enter")
    expect(desk.get_by_text(SAVED)).to_be_visible()
    (saved,) = rows_of(sliven, Consultation)
    newest = max(rows_of(sliven, Person), key=lambda person: person.pk)
    assert saved.person_id == newest.pk
    assert (newest.full_name, newest.phones) == ("Вяра Измислена", "0888123456")
    assert saved.note == "Дълъг разговор."
