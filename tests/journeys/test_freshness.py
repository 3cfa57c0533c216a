"""From a morning's mail to fresh data: the provider answers by one press, the office by another."""

from __future__ import annotations

import datetime as dt
import os
import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from municipalities.models import Role
from municipalities.tenancy import municipality_scope
from services_registry.models import Service
from services_registry.upkeep import tasks
from tests import factories
from tests.journeys.test_signin import refuse_faults, sign_in
from tests.support.browser import DESKTOP, NARROW

pytestmark = pytest.mark.browser


@pytest.fixture
def portal(transactional_db, live_server, settings):
    cache.clear()
    settings.SITE_URL = live_server.url
    return live_server.url


def aged(municipality, name: str, days: int, **facts) -> Service:
    service = factories.ServiceFactory(
        municipality=municipality,
        name=name,
        checked_on=timezone.localdate() - dt.timedelta(days=days),
        checked_by="office",
        **facts,
    )
    factories.ServiceSiteFactory(municipality=municipality, service=service)
    factories.FeeFactory(municipality=municipality, service=service)
    return service


def look(page, name: str) -> None:
    """Photograph the page at both widths where ``LOOK_AT`` names a folder."""
    folder = os.environ.get("LOOK_AT")
    if folder:
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        page.set_viewport_size(DESKTOP)


def test_a_provider_answers_by_one_press(page, portal, sliven):
    provider = factories.ProviderFactory(
        municipality=sliven, name="Фондация „Опора“", email="opora@example.bg", phone="044 111 222"
    )
    service = aged(
        sliven,
        "Домашна помощ",
        200,
        provider=provider,
        for_whom="Хора над 65 години, които живеят сами.",
        steps=["Обадете се.", "Подайте молба."],
    )
    factories.CapacityFactory(municipality=sliven, service=service)
    tasks.look_after(sliven)
    (link,) = re.findall(r"http\S+/pregled/\S+", mail.outbox[0].body)

    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Вярно ли е още: Домашна помощ")
    refuse_faults(page)
    look(page, "review")
    page.set_viewport_size(NARROW)
    refuse_faults(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.get_by_role("button", name="Все още е вярно").click()
    expect(page.get_by_role("status").first).to_contain_text("верни към днес")
    refuse_faults(page)

    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Тази връзка не може да се ползва")
    refuse_faults(page)
    look(page, "no-review")
    with municipality_scope(sliven):
        assert Service.objects.get(pk=service.pk).checked_on == timezone.localdate()


def test_the_office_works_through_its_board(page, portal, sliven, office):
    head = factories.MembershipFactory(municipality=sliven, office=office, role=Role.HEAD)
    ages = {
        "Дневен център за стари хора": 400,
        "Топъл обяд": 190,
        "Лична помощ": 170,
        "Кризисен център": 10,
        "Наблюдавано жилище": 40,
    }
    for name, days in ages.items():
        provider = factories.ProviderFactory(
            municipality=sliven,
            licence_number="0123",
            licence_valid_to=timezone.localdate() + dt.timedelta(days=days - 50),
        )
        service = aged(sliven, name, days, provider=provider, owner=head.user)
        factories.CapacityFactory(
            municipality=sliven,
            service=service,
            as_of=timezone.localdate() - dt.timedelta(days=days),
        )
    factories.ServiceFactory(municipality=sliven, name="Нова услуга без проверка")
    tasks.look_after(sliven)

    sign_in(page, portal, head.user, onward="/registar/svezhest/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Свежест на регистъра")
    refuse_faults(page)
    look(page, "board")
    page.get_by_role("link", name="2 остарели").click()
    expect(page.get_by_role("heading", name=re.compile(r"^2\sуслуги$"))).to_be_visible()
    page.get_by_role("button", name="Все още е вярно за „Топъл обяд“").click()
    expect(page.get_by_role("status").first).to_contain_text("„Топъл обяд“: данните са верни")
    expect(page.get_by_role("heading", name=re.compile(r"^1\sуслуга$"))).to_be_visible()
    refuse_faults(page)
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    refuse_faults(page)
