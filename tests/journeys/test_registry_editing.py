"""The head copies a service, edits two sections, sends it for review, publishes; citizens see it.

In a real browser, wide and narrow; every page of the way is looked at by axe.
"""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from municipalities.tenancy import municipality_scope
from services_registry.models import Service
from services_registry.search import index_service
from tests import factories
from tests.support.browser import assert_good

pytestmark = pytest.mark.browser

SIZES = {"wide": (1280, 900), "narrow": (360, 740)}
# A folder for pictures of every page of the way, to look at what was changed.
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def registry(page: Page, live_server, head, sliven, request) -> Page:
    """A browser in which the head is signed in, on the list with one service in it."""
    service = factories.ServiceFactory(
        municipality=sliven, name="Дневен център „Слънце“", kinds=[factories.ServiceKindFactory()]
    )
    factories.TargetGroupFactory(plain_name="Хора над 65 години")
    factories.ServiceSiteFactory(
        municipality=sliven,
        service=service,
        settlement=factories.SettlementFactory(municipality=sliven),
    )
    factories.FeeFactory(municipality=sliven, service=service)
    factories.CapacityFactory(municipality=sliven, service=service)
    with municipality_scope(sliven):
        index_service(service)
    cookie = next(iter(head.cookies.values()))
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    width, height = SIZES[request.param]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{live_server.url}/registar/")
    page.picture_of = request.param
    return page


def look(page: Page, name: str) -> None:
    """Refuse what axe finds or what sticks out; keep a picture where one is asked for."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{page.picture_of}-{name}.png", full_page=True)
    assert_good(page)


@pytest.mark.parametrize("registry", SIZES, indirect=True)
def test_from_a_copy_to_the_citizens_page(registry: Page, live_server, sliven):
    page = registry
    look(page, "01-list")
    page.get_by_role("link", name="Дневен център „Слънце“").click()
    look(page, "02-service")
    page.get_by_role("link", name="Направи копие").click()
    look(page, "03-copy")
    page.get_by_role("button", name="Направи копие").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Копие на Дневен център „Слънце“")

    page.get_by_role("link", name="Промени раздела „Накратко“").click()
    look(page, "04-section")
    page.get_by_label("Наименование").fill("")
    page.get_by_role("button", name="Запиши").click()
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "05-error")
    page.get_by_label("Наименование").fill("Дневен център „Луна“")
    page.get_by_label("Накратко", exact=True).fill("Занимания и топла храна за възрастни хора.")
    page.get_by_role("button", name="Запиши").click()
    expect(page.get_by_text("Записано: Накратко.")).to_be_visible()

    page.get_by_role("link", name="Промени раздела „За кого“").click()
    page.get_by_label("Хора над 65 години").check()
    look(page, "06-ticks")
    page.get_by_role("button", name="Запиши").click()
    expect(page.get_by_text("Записано: За кого.")).to_be_visible()

    for name, picture in {"Такси": "07-fees", "Места и работно време": "08-sites"}.items():
        page.get_by_role("link", name=f"Промени раздела „{name}“").click()
        look(page, picture)
        page.go_back()
    page.get_by_role("link", name="Промени раздела „Места и работно време“").click()
    page.get_by_role("main").get_by_role("link", name="Промени").click()
    look(page, "09-site")
    page.get_by_label("Понеделник").fill("8:30–12:00, 12:30–17:00")
    page.get_by_role("button", name="Запиши").click()
    page.get_by_role("link", name="Към услугата").click()
    expect(page.get_by_text("понеделник: 8:30 – 12:00 и 12:30 – 17:00")).to_be_visible()

    page.get_by_role("link", name="Изпрати за преглед").click()
    look(page, "10-submit")
    page.get_by_role("button", name="Изпрати за преглед").click()
    page.get_by_role("link", name="Вижте както гражданинът").click()
    look(page, "11-preview")
    page.get_by_role("link", name="Обратно в регистъра").click()
    page.get_by_role("link", name="Публикувай").click()
    look(page, "12-publish")
    page.get_by_role("button", name="Публикувай").click()
    expect(page.get_by_text("Услугата е публикувана.")).to_be_visible()
    page.get_by_role("link", name="История").click()
    expect(page.get_by_text("Луна").first).to_be_visible()
    look(page, "13-history")

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/uslugi/?q=топла храна")
    page.get_by_role("link", name="Дневен център „Луна“").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Дневен център „Луна“")
    with municipality_scope(sliven):
        assert Service.objects.get(name="Дневен център „Луна“").slug.startswith("kopie-na-")


@pytest.mark.parametrize("registry", ["wide"], indirect=True)
def test_two_people_write_the_same_section(registry: Page, sliven):
    page = registry
    page.get_by_role("link", name="Дневен център „Слънце“").click()
    page.get_by_role("link", name="Промени раздела „Накратко“").click()
    page.get_by_label("Накратко", exact=True).fill("Моето изречение.")
    with municipality_scope(sliven):
        Service.objects.update(summary="Чуждо изречение.")
    page.get_by_role("button", name="Запиши").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Чуждо изречение.")
    look(page, "14-conflict")
    page.get_by_role("button", name="Запиши моето").click()
    expect(page.get_by_text("Записано: Накратко.")).to_be_visible()
