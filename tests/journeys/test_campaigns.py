"""A campaign from its plan to the number it moves; a citizen comes by phone, without a script."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from campaigns.models import CampaignEvent
from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from projects.models import Project
from tests.factories_projects import IndicatorFactory
from tests.journeys.conftest import sign_in
from tests.support.browser import NARROW, assert_good, overflow

pytestmark = pytest.mark.browser


def plan(page: Page, project: int) -> None:
    """Write a campaign down and choose a settlement for it."""
    page.goto(f"/admin/campaigns/campaign/add/?project={project}")
    page.get_by_label("Име:").fill("Социалните услуги по селата")
    page.get_by_label("Показва се на гражданите").check()
    page.get_by_label("Повтаря се на").fill("6")
    page.get_by_label("среща с хората").check()
    assert_good(page)
    page.get_by_role("button", name="Запиши и остани").click()
    page.get_by_role("link", name="Избор на населени места").click()
    page.get_by_label("Намери по име").fill("гавра")
    page.get_by_role("button", name="Намери").click()
    page.get_by_label("с. Гавраилово").check()
    page.get_by_role("button", name="Запиши отбелязаните").click()
    expect(page.get_by_text("Добавени: 1.")).to_be_visible()
    assert_good(page)


def announce(page: Page) -> None:
    """From the map to an event in the settlement, with places for which people register."""
    tabs = page.get_by_role("navigation", name="Страници на кампанията")
    tabs.get_by_role("link", name="Населени места").click()
    expect(page.get_by_role("img", name="Населените места на кампанията")).to_be_visible()
    assert_good(page)
    page.get_by_role("link", name="За всички, които искат събитие").click()
    page.locator("#id_title").fill("Среща с жителите")
    page.locator("#id_place").fill("читалището")
    page.locator("#id_first_day").fill(f"{timezone.localdate() + dt.timedelta(days=1):%d.%m.%Y}")
    page.get_by_role("button", name="Покажи дните").click()
    assert_good(page)
    page.get_by_role("button", name="Добави 1 събитие").click()
    page.get_by_role("row", name="с. Гавраилово").get_by_role("link").first.click()
    page.get_by_label("Иска записване").check()
    page.locator("#id_capacity").fill("20")
    page.get_by_role("button", name="Запиши и остани").click()


def register(page: Page) -> str:
    """Find the event and take a place at it; return where the form is, for axe with a script."""
    page.get_by_role("link", name="Среща с жителите").first.click()
    page.get_by_role("link", name="Запиши се").click()
    page.get_by_label("Име и фамилия").fill("Пенка Стоянова")
    page.get_by_label("Телефон").fill("0888 123 456")
    assert overflow(page) == []
    form = page.url
    page.get_by_role("button", name="Запиши ме").click()
    expect(page.get_by_text("СБ-").first).to_be_visible()
    assert overflow(page) == []
    return form


def test_a_campaign_from_the_plan_to_the_indicator(browse):
    sliven = Municipality.objects.get(slug="sliven")
    with municipality_scope(sliven):
        project = Project.objects.order_by("pk")[0]
        indicator = IndicatorFactory(
            municipality=sliven, project=project, name="Дошли", counted_by="people-reached"
        )
    page = browse("/accounts/login/")
    sign_in(page, "manager.sliven")
    plan(page, project.pk)
    announce(page)

    phone = browse("/kampanii/?obshtina=sliven", viewport=NARROW, java_script_enabled=False)
    page.goto(register(phone))
    assert_good(page)

    with municipality_scope(sliven):  # its day comes
        event = CampaignEvent.objects.get(title="Среща с жителите")
        now, hour = timezone.now(), dt.timedelta(hours=1)
        CampaignEvent.objects.filter(pk=event.pk).update(starts_at=now - hour, ends_at=now + hour)
    page.set_viewport_size(NARROW)
    page.goto(f"/kampanii/sabitiya/{event.pk}/vhod/")
    more = page.get_by_role("button", name="възрастни хора: още един")
    for count in ("1", "2"):
        more.click()
        expect(page.locator("[data-total-shown]")).to_have_text(count)
    assert_good(page)

    page.goto(f"/admin/projects/indicator/{indicator.pk}/dokazatelstva/")
    expect(page.get_by_text("2 души, с. Гавраилово, читалището")).to_be_visible()
    assert_good(page)
