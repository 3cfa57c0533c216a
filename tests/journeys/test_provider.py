"""A provider's worker on a phone, and a larger change on its way to the citizens."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from municipalities.models import Role
from municipalities.tenancy import municipality_scope
from services_registry.models import Capacity
from tests import factories
from tests.journeys.test_signin import sign_in
from tests.support.browser import DESKTOP, assert_good

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def portal(transactional_db, live_server):
    cache.clear()
    return live_server.url


@pytest.fixture
def worker(portal, sliven):
    """Somebody of a provider with two services, one of them not looked at for long."""
    member = factories.ProviderMembershipFactory(municipality=sliven)
    facts = {"municipality": sliven, "provider": member.provider}
    old = timezone.localdate() - dt.timedelta(days=45)
    for name, day in (("Дневен център „Зора“", old), ("Патронажна грижа", None)):
        service = factories.ServiceFactory(
            **facts,
            name=name,
            summary="Помощ за стари хора през деня.",
            checked_on=day or timezone.localdate(),
            checked_by="provider",
            review_every=1,
        )
        factories.CapacityFactory(
            municipality=sliven, service=service, as_of=day or timezone.localdate()
        )
        site = factories.ServiceSiteFactory(municipality=sliven, service=service, name="Центърът")
    with municipality_scope(sliven):
        for day in range(1, 6):
            site.hours.create(
                municipality=sliven, weekday=day, opens=dt.time(8), closes=dt.time(16, 30)
            )
    member.site = site
    return member


def test_free_places_change_in_two_presses_on_a_phone(page, portal, sliven, worker):
    page.set_viewport_size(PHONE)
    sign_in(page, portal, worker.user)
    expect(page).to_have_url(f"{portal}/dostavchik/")
    expect(page.get_by_role("heading", name="Чака ви преглед")).to_be_visible()
    assert_good(page)
    card = page.get_by_role("article", name="Дневен център „Зора“")
    card.get_by_label("Свободни").fill("99")
    card.get_by_role("button", name="Запиши местата").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(card.get_by_label("Свободни")).to_have_value("99")
    assert_good(page)

    page.goto(f"{portal}/dostavchik/")
    # One: the number. Two: the button.
    card.get_by_label("Свободни").fill("2")
    card.get_by_role("button", name="Запиши местата").click()
    expect(card.get_by_role("status")).to_have_text("Записано.")
    expect(card).to_contain_text("Местата са записани днес")
    assert_good(page)
    with municipality_scope(sliven):
        assert Capacity.objects.first().free == 2

    page.set_viewport_size(DESKTOP)
    assert_good(page)

    card.get_by_role("button", name="Все още е вярно").click()
    expect(page.get_by_role("status").first).to_contain_text("потвърдихте")
    expect(page.get_by_role("heading", name="Чака ви преглед")).to_have_count(0)


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["360", "1280"])
def test_hours_and_days_without_scripts(new_context, portal, worker, screen):
    page = new_context(java_script_enabled=False, viewport=screen).new_page()
    sign_in(page, portal, worker.user)
    page.get_by_role("link", name="Патронажна грижа", exact=True).click()
    monday = page.get_by_role("group", name="понеделник", exact=True)
    expect(monday.get_by_label("от", exact=True)).to_have_value("8:00")
    monday.get_by_label("до", exact=True).fill("7")
    page.get_by_role("button", name="Запиши работното време").click()
    expect(page.get_by_role("alert")).to_contain_text("Краят трябва да е след началото")
    monday.get_by_label("до", exact=True).fill("1700")
    page.get_by_role("button", name="Повтори понеделник до петък").click()
    expect(page.get_by_text("Още не са записани")).to_be_visible()
    page.get_by_role("button", name="Запиши работното време").click()
    expect(page.get_by_role("status").first).to_contain_text("е записано")
    friday = page.get_by_role("group", name="петък", exact=True)
    expect(friday.get_by_label("до", exact=True)).to_have_value("17:00")

    page.locator("summary", has_text="Добави дни").click()
    soon = timezone.localdate() + dt.timedelta(days=20)
    page.get_by_label("От дата").fill(f"{soon.day}.{soon.month}.{soon.year}")
    page.get_by_role("button", name="Добави дните").click()
    expect(page.get_by_role("status").first).to_contain_text("затворено")
    page.get_by_role("button", name=re.compile("^Махни")).click()
    expect(page.get_by_text("Няма записани предстоящи дни")).to_be_visible()


def test_the_page_of_a_service_is_good_on_both_screens(page, portal, worker):
    sign_in(page, portal, worker.user)
    page.get_by_role("link", name="Патронажна грижа", exact=True).click()
    page.locator("summary", has_text="Добави дни").click()
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        assert_good(page)


def test_a_proposal_is_seen_as_a_difference_and_accepted(page, portal, browser, sliven, worker):
    head = factories.MembershipFactory(municipality=sliven, role=Role.HEAD)
    page.set_viewport_size(PHONE)
    sign_in(page, portal, worker.user)
    page.get_by_role("link", name="Патронажна грижа", exact=True).click()
    page.get_by_role("link", name="Предложи промяна").click()
    assert_good(page)
    page.get_by_label("Накратко").fill("Помощ за възрастни хора през деня и вечер.")
    page.get_by_label("Защо предлагате промяната").fill("Вече работим и вечер.")
    page.get_by_role("button", name="Изпрати предложението").click()
    expect(page.get_by_role("status").first).to_contain_text("е изпратено")
    expect(page.get_by_text("чака решение")).to_be_visible()
    assert_good(page)

    office = browser.new_context(locale="bg-BG", viewport=DESKTOP).new_page()
    sign_in(office, portal, head.user)
    office.goto(f"{portal}/registar/predlozheniya/")
    assert_good(office)
    office.get_by_role("link", name="Патронажна грижа").click()
    expect(office.locator("del").first).to_contain_text("стари")
    expect(office.locator("ins").first).to_contain_text("добавено: възрастни")
    office.get_by_text("Върни на доставчика").click()
    office.get_by_text("Поправи, преди да приемеш").click()
    assert_good(office)
    office.set_viewport_size(PHONE)
    assert_good(office)
    office.get_by_label("Прегледах и останалото: записът е верен").first.check()
    office.get_by_role("button", name="Приеми", exact=True).click()
    expect(office.get_by_role("status").first).to_contain_text("записано в услугата")
    expect(office.get_by_role("status").first).to_contain_text("потвърден към днес")
    assert_good(office)
    office.context.close()

    page.reload()
    page.get_by_role("link", name="Предложение днес").click()
    expect(page.get_by_text("приета").first).to_be_visible()
    assert_good(page)
    page.goto(f"{portal}{worker.site.service.get_absolute_url()}")
    expect(page.get_by_text("Помощ за възрастни хора през деня и вечер.").first).to_be_visible()
