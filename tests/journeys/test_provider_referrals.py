"""A provider answers what the municipality refers: with an account, and by a link without one."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from municipalities.tenancy import municipality_scope
from referrals.models import Referral
from referrals.provider import telling
from tests import factories
from tests.factories_people import PersonFactory
from tests.factories_referring import AssessmentFactory, ReferralFactory
from tests.journeys.test_signin import sign_in
from tests.support.browser import DESKTOP, assert_good

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
LIST = "/dostavchik/nasochvaniya/"


@pytest.fixture
def portal(transactional_db, live_server):
    cache.clear()
    return live_server.url


@pytest.fixture
def service(portal, sliven):
    factories.OfficeFactory(municipality=sliven, name="Фронт-офис Сливен", phone="044 611 148")
    provider = factories.ProviderFactory(
        municipality=sliven, name="Сдружение „Зора“", email="zora@example.bg", phone="044 622 111"
    )
    made = factories.ServiceFactory(
        municipality=sliven,
        provider=provider,
        status="published",
        name="Дневен център „Зора“",
        summary="Помощ за стари хора през деня.",
    )
    factories.CapacityFactory(municipality=sliven, service=made, places=20, free=1, waiting=0)
    return made


def referred(service, name: str, *, days: int = 3) -> Referral:
    """Return a referral of somebody to the service, who asked for it so many days ago."""
    of = {"municipality": service.municipality}
    person = PersonFactory(
        **of,
        given_name=name,
        family_name="Иванова",
        phones="0888123456",
        birth_date=dt.date(1950, 3, 1),
        needs_note="чува трудно",
    )
    return ReferralFactory(
        **of,
        service=service,
        assessment=AssessmentFactory(**of, person=person, done=True),
        state="sent",
        intensity="full_day",
        requested_on=timezone.localdate() - dt.timedelta(days=days),
        due_on=timezone.localdate() + dt.timedelta(days=2),
    )


def test_a_worker_takes_one_puts_one_in_line_and_follows_to_the_end(page, portal, service):
    member = factories.ProviderMembershipFactory(
        municipality=service.municipality, provider=service.provider
    )
    first, second = referred(service, "Тодорка", days=9), referred(service, "Мария")
    page.set_viewport_size(DESKTOP)
    sign_in(page, portal, member.user)
    page.get_by_role("navigation", name="Портал на доставчика").get_by_role(
        "link", name="Насочвания 2"
    ).click()
    assert_good(page)
    page.get_by_role("link", name=first.written).click()
    expect(page.get_by_text("Тодорка")).to_be_visible()
    expect(page.get_by_text("чува трудно")).to_be_visible()
    assert_good(page)
    page.get_by_role("button", name="Приемаме човека").click()
    expect(page.get_by_text("Приехте човека")).to_be_visible()

    page.goto(f"{portal}{LIST}{second.pk}/")
    page.get_by_role("button", name="Приемаме човека").click()
    expect(page.get_by_role("alert")).to_contain_text("Няма свободно място")
    assert_good(page)
    page.get_by_role("link", name="В листата на чакащите").click()
    page.get_by_role("button", name="Запиши в листата").click()
    expect(page.get_by_text("Човекът е в листата на чакащите.")).to_be_visible()

    page.goto(f"{portal}{LIST}{first.pk}/")
    today = f"{timezone.localdate():%d.%m.%Y}"
    page.get_by_role("link", name="Започна услугата").click()
    page.get_by_label("Ползва услугата от").fill(today)
    page.get_by_label("Договор от").fill(today)
    page.get_by_role("button", name="Запиши началото").click()
    page.get_by_role("link", name="Приключи услугата").click()
    page.get_by_label("Приключи на").fill(today)
    page.get_by_role("button", name="Приключи").click()
    expect(page.get_by_role("alert")).to_contain_text("Изберете причина")
    assert_good(page)
    page.get_by_label("Причина").select_option("goal")
    page.get_by_role("button", name="Приключи").click()
    expect(page.get_by_text("Услугата е приключена")).to_be_visible()
    assert_good(page)
    page.goto(f"{portal}{LIST}?vid=priklyucheni")
    expect(page.get_by_role("link", name=first.written)).to_be_visible()
    assert_good(page)


def test_a_provider_without_an_account_answers_by_the_link_on_a_phone(page, portal, service):
    referral = referred(service, "Тодорка")
    with municipality_scope(service.municipality):
        assert telling.tell_provider(referral) == telling.Told.LINK
    (sent,) = [one for one in mail.outbox if "zora@example.bg" in one.to]
    link = next(line for line in sent.body.splitlines() if "/vrazka/" in line)
    page.set_viewport_size(PHONE)
    page.goto(portal + link[link.index("/dostavchik/") :])
    expect(page.get_by_text(referral.summary)).to_be_visible()
    expect(page.get_by_text("Тодорка")).to_have_count(0)
    assert_good(page)
    page.get_by_role("button", name="Изпратете отговора").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert_good(page)
    page.get_by_label("Приемаме човека, има място").check()
    page.get_by_role("button", name="Изпратете отговора").click()
    expect(page.get_by_text("Обадете се във фронт-офиса за името")).to_be_visible()
    page.get_by_label("Индивидуална оценка").fill(f"{timezone.localdate():%d.%m.%Y}")
    page.get_by_role("button", name="Запишете датите").click()
    expect(page.get_by_text("Датите са записани.")).to_be_visible()
    assert_good(page)
    page.locator("summary", has_text="Отказ").click()
    page.get_by_label("Причина").select_option("papers")
    page.get_by_role("button", name="Откажете").click()
    expect(page.get_by_text("Отказът е записан")).to_be_visible()
