"""A person enters: looked for, not found, written down, talked to, found again, number shown.

By keyboard, in a real browser, wide and narrow; every page of the way is looked at by axe.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from frontoffice.models import Consultation, Person
from municipalities.audit import AccessEvent
from tests.factories import ConsultationTopicFactory, SettlementFactory
from tests.factories_people import PersonFactory
from tests.support.browser import assert_good
from tests.support.people import rows_of

pytestmark = pytest.mark.browser

EGN = "9521080015"  # of somebody born in 1895
SIZES = {"wide": (1280, 900), "narrow": (320, 640)}


@pytest.fixture
def desk(page: Page, live_server, specialist, request) -> Page:
    """A browser in which the specialist is signed in, on „Хора“."""
    cookie = next(iter(specialist.cookies.values()))
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    width, height = SIZES[request.param]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{live_server.url}/rabotno-myasto/hora/")
    return page


def ask(page: Page, question: str) -> None:
    page.get_by_label("Име, ЕГН, ЛНЧ, служебен номер или телефон").fill(question)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("desk", SIZES, indirect=True)
def test_a_person_enters(desk: Page, sliven):
    ConsultationTopicFactory(short_name="Топъл обяд")
    SettlementFactory(municipality=sliven, name="Бъзовец", kind="с.")
    SettlementFactory(municipality=sliven, name="Горица", kind="с.")
    assert_good(desk)

    ask(desk, EGN)
    expect(desk.get_by_role("heading", name="Няма такова лице")).to_be_visible()
    assert EGN not in desk.url
    assert_good(desk)

    desk.get_by_role("button", name="Запиши ново лице").press("Enter")
    expect(desk.get_by_label("ЕГН или ЛНЧ")).to_have_value(EGN)
    assert_good(desk)
    desk.get_by_label("Име", exact=True).fill("Вяра")
    desk.get_by_label("Фамилно име").fill("Измислена")
    desk.get_by_label("Телефони").fill("0888 123 456")
    desk.get_by_role("combobox", name="Населено място").press_sequentially("бъз")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="Махни с. Бъзовец")).to_be_visible()
    desk.get_by_label("Едър шрифт").press("Space")
    desk.keyboard.press("Control+Enter")

    expect(desk.get_by_role("heading", name="Вяра Измислена")).to_be_visible()
    expect(desk.get_by_text("едър шрифт")).to_be_visible()
    expect(desk.get_by_text("ЕГН ••••••••15")).to_be_visible()
    assert EGN not in desk.content()
    assert_good(desk)

    desk.keyboard.press("n")
    expect(desk.get_by_text("Лице: Вяра Измислена")).to_be_visible()
    assert_good(desk)
    desk.keyboard.press("1")
    desk.get_by_label("За себе си").press("Space")
    desk.get_by_label("Информиран").press("Space")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("Консултацията е записана.")).to_be_visible()
    expect(desk.get_by_text("с лице")).to_be_visible()

    desk.goto(desk.url + "hora/")
    ask(desk, "vyara")
    found = desk.get_by_role("link", name="Вяра Измислена")
    expect(found).to_be_visible()
    assert_good(desk)
    found.press("Enter")
    expect(desk.get_by_role("link", name="Консултация: Топъл обяд")).to_be_visible()

    desk.clock.install()
    desk.get_by_role("button", name="Покажи").press("Enter")
    expect(desk.get_by_text(EGN)).to_be_visible()
    assert_good(desk)
    desk.clock.fast_forward(31_000)
    expect(desk.get_by_text("Номерът е скрит отново.")).to_be_visible()
    assert EGN not in desk.content()

    actions = [event.action for event in reversed(rows_of(sliven, AccessEvent))]
    assert actions == ["viewed", "found", "revealed"]
    (person,), (talk,) = rows_of(sliven, Person), rows_of(sliven, Consultation)
    assert talk.person_id == person.pk
    assert person.settlement.name == "Бъзовец"


@pytest.mark.parametrize("desk", SIZES, indirect=True)
def test_somebody_is_added_in_the_middle_of_a_talk(desk: Page, sliven):
    person = PersonFactory(municipality=sliven, given_name="Вяра")
    ConsultationTopicFactory(short_name="Топъл обяд")
    desk.goto(desk.url.replace("hora/", "konsultatsii/nova/"))
    desk.get_by_label("Бележка").fill("Дълъг разговор.")
    desk.get_by_text("Добави лице (сега е анонимна)").press("Enter")
    expect(desk.get_by_label("Име, ЕГН, ЛНЧ или телефон")).to_be_focused()
    desk.keyboard.type("vqra")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Изберете от намерените.")).to_be_visible()
    assert_good(desk)
    desk.keyboard.press("Space")
    expect(desk.get_by_text("кой е човекът, вече се знае")).to_be_visible()
    desk.keyboard.press("1")
    desk.get_by_label("За себе си").press("Space")
    desk.get_by_label("Информиран").press("Space")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("Консултацията е записана.")).to_be_visible()
    (talk,) = rows_of(sliven, Consultation)
    assert (talk.person_id, talk.note) == (person.pk, "Дълъг разговор.")
