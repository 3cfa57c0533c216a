"""Two services are chosen with the person side by side, sent before the assessment is done, begun.

In real browsers, wide and narrow; every page of the way is looked at by axe.
"""

from __future__ import annotations

import datetime as dt
import os
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from municipalities.tenancy import municipality_scope
from referrals.models import Referral
from referrals.provider import answering
from referrals.workflow.machine import BY_LINK
from tests import factories
from tests.factories_applications import NormFactory
from tests.factories_people import PersonFactory
from tests.factories_referring import (
    AssessmentFactory,
    RoutingRowFactory,
    WaitingPriorityFactory,
    WaitingRuleFactory,
)
from tests.support.browser import assert_good
from tests.support.people import rows_of

pytestmark = pytest.mark.browser


@pytest.fixture
def assessment(sliven, specialist):
    """An urgent one, still a draft, of a person whose settlement is known."""
    mine = {"municipality": sliven}
    home = factories.SettlementFactory(**mine, name="Сливен", latitude=42.68, longitude=26.33)
    kind = factories.ServiceKindFactory(name="Дневна грижа")
    RoutingRowFactory(**mine, legal_basis="чл. 5 от пробния закон")
    NormFactory(**mine, code="provider-answer", value=7, unit="working_days")
    for name, north, facts in (
        ("Дневен център „Надежда“", 42.77, {"places": 20, "free": 3}),
        ("Център „Дом“", 42.69, {"places": 12, "free": 0, "waiting": 4}),
    ):
        service = factories.ServiceFactory(
            **mine, name=name, kinds=[kind], intensities=["half_day", "full_day"]
        )
        of = {**mine, "service": service}
        factories.ServiceSiteFactory(
            **of, settlement=home, latitude=north, longitude=26.33, lift=True, parking=False
        )
        factories.CapacityFactory(**of, **facts)
        factories.FeeFactory(**of, user_group="пълнолетни", kind="fixed", amount=12, per="month")
        rule = WaitingRuleFactory(**of)
        WaitingPriorityFactory(**mine, rule=rule)
    row = AssessmentFactory(
        **mine,
        person=PersonFactory(**mine, settlement=home),
        owner=specialist.user,
        is_urgent=True,
        urgent_reason="Остава сама вкъщи.",
        follow_up_on=timezone.localdate() + dt.timedelta(10),
    )
    with municipality_scope(sliven):
        row.kinds.set([kind])
    return row


def look(page, name: str) -> None:
    """Keep a picture of the page where somebody asked for one."""
    if folder := os.environ.get("LOOK_AT"):
        width = (page.viewport_size or {}).get("width")
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


def test_two_are_chosen_one_is_sent_and_begun_on_behalf_of_its_provider(
    desk_of, specialist, sliven, assessment, screen
):
    address = f"/rabotno-myasto/nasochvaniya/otsenka/{assessment.pk}/uslugi/"
    page = desk_of(specialist, address, screen)
    assert_good(page)
    look(page, "b-choose")
    page.get_by_role("link", name="Първо близките").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("Център „Дом“")

    page.get_by_role("link", name="Избери Дневен център „Надежда“").click()
    assert_good(page)
    look(page, "b-choose-one")
    page.get_by_role("button", name=re.compile("^Избери")).click()  # nothing was said
    expect(page.get_by_role("alert")).to_contain_text("Изберете кой избра услугата")
    assert_good(page)
    page.get_by_label("човекът избра сам").check()
    page.get_by_label("Защо тази").fill("Близо е до сестра ѝ.")
    page.get_by_label("За доставчика").fill("Обяд и разходка всеки делничен ден.")
    page.get_by_role("button", name=re.compile("^Избери")).click()
    expect(page.get_by_text("Избрана услуга: Дневен център „Надежда“.")).to_be_visible()

    page.get_by_role("link", name="Избери Център „Дом“").click()
    page.get_by_label("човекът избра с помощ").check()
    page.get_by_label("За доставчика").fill("Ако в първия няма място.")
    page.get_by_role("button", name=re.compile("^Избери")).click()
    expect(page.get_by_role("heading", name="Избрано досега")).to_be_visible()
    assert_good(page)
    look(page, "b-chosen")
    page.get_by_role("button", name="Махни Център „Дом“").click()
    expect(page.get_by_text("Вече не е избрана: Център „Дом“.")).to_be_visible()

    page.get_by_role("link", name="Изпрати Дневен център „Надежда“").click()
    assert_good(page)
    look(page, "b-send")
    page.get_by_role("button", name=re.compile("^Изпрати")).click()
    expect(page.get_by_text("Насочването е изпратено на доставчика.")).to_be_visible()
    expect(page.get_by_text("Чака се отговорът му.")).to_be_visible()
    expect(page.get_by_text("7 работни дни от").first).to_be_visible()
    assert_good(page)
    look(page, "b-page")

    (sent,) = rows_of(sliven, Referral)
    with municipality_scope(sliven):
        answering.accept(referral=sent, actor=BY_LINK)
    page.reload()
    page.get_by_role("link", name="Запиши началото").click()
    assert_good(page)
    page.get_by_role("button", name=re.compile("^Запиши началото")).click()
    expect(page.get_by_text("Началото е записано.")).to_be_visible()
    expect(page.get_by_text("Човекът ползва услугата от")).to_be_visible()
    assert_good(page)
    look(page, "b-started")
    (used,) = rows_of(sliven, Referral)
    assert (used.state, used.chosen_by) == ("started", "person")
