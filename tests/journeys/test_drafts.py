"""What one types is on the server: seen to be, found after a reload, continued, thrown away."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from tests.journeys.conftest import sign_in
from tests.support.browser import NARROW, assert_good

pytestmark = pytest.mark.browser

NEW_PERSON = "/rabotno-myasto/hora/novo/"
DRAFTS = "/rabotno-myasto/chernovi/"
STATE = "[data-draft-state]"
KEPT = re.compile(r"записано \d\d:\d\d")
IN_THE_BROWSER = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, history.state,
  await indexedDB.databases(), await caches.keys(),
])"""


@pytest.fixture
def page(browse) -> Page:
    """A specialist at the form of a new person."""
    opened = browse("/accounts/login/")
    sign_in(opened, "specialist.sliven")
    opened.goto(NEW_PERSON)
    return opened


def type_a_name(page: Page, name: str = "Мария-Виктория") -> None:
    page.get_by_label("Име", exact=True).press_sequentially(name)
    page.get_by_label("Без номер").check(force=True)


def test_what_is_typed_is_there_after_a_reload_and_in_the_list(page, screen):
    page.set_viewport_size(screen)
    type_a_name(page)
    expect(page.locator(STATE)).to_have_text(KEPT)
    expect(page).to_have_url(re.compile(r"\?chernova=[0-9a-f-]{36}$"))
    assert "Мария" not in page.evaluate(IN_THE_BROWSER)
    page.reload()
    expect(page.get_by_label("Име", exact=True)).to_have_value("Мария-Виктория")
    expect(page.get_by_label("Без номер")).to_be_checked()
    expect(page.locator(".errors")).to_have_count(0)
    expect(page.locator(STATE)).to_contain_text("чернова от")
    assert_good(page)

    page.goto(DRAFTS)
    expect(page.locator("main")).to_contain_text("Мария-Виктория")
    assert_good(page)
    page.get_by_role("link", name=re.compile("^Продължи")).click()
    page.get_by_label("Фамилно име").press_sequentially("Измислена")
    page.locator("button[type=submit]").get_by_text("Запиши", exact=False).first.click()
    expect(page.get_by_text("Лицето е записано.")).to_be_visible()
    page.goto(DRAFTS)
    expect(page.get_by_role("heading", name="Нямате незавършени")).to_be_visible()
    assert_good(page)


def test_a_draft_is_thrown_away_after_asking(page):
    type_a_name(page)
    expect(page.locator(STATE)).to_have_text(KEPT)
    page.goto(DRAFTS)
    page.get_by_role("link", name=re.compile("^Изтрий")).click()
    expect(page.locator("main")).to_contain_text("Мария-Виктория")
    assert_good(page)
    page.get_by_role("button", name="Изтрий черновата").click()
    expect(page.get_by_text("Черновата е изтрита.")).to_be_visible()
    expect(page.get_by_role("heading", name="Нямате незавършени")).to_be_visible()


def test_a_form_nobody_wrote_in_is_no_draft(page):
    page.goto("/rabotno-myasto/konsultatsii/nova/")
    page.clock.install()
    page.locator("h1").click()
    page.clock.run_for(120_000)  # the minutes run by themselves
    page.goto(DRAFTS)
    expect(page.get_by_role("heading", name="Нямате незавършени")).to_be_visible()


def test_without_a_network_it_is_said_and_one_is_asked_before_leaving(page, watch):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    type_a_name(page)
    expect(page.locator(STATE)).to_have_text(KEPT)
    page.context.set_offline(True)
    page.get_by_label("Фамилно име").press_sequentially("Измислена")
    expect(page.locator(STATE)).to_have_text("няма връзка, ще опитам пак")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Не е изпратено: няма връзка")
    expect(page.get_by_label("Фамилно име")).to_have_value("Измислена")
    assert_good(page)
    page.evaluate("() => location.assign('/rabotno-myasto/')")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    page.context.set_offline(False)
    expect(page.locator(STATE)).to_have_text(KEPT)
    expect(page.get_by_role("alert")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Лицето е записано.")).to_be_visible()
    assert asked == ["beforeunload"]
    watch.faults = [fault for fault in watch.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_signing_in_again_in_one_tab_is_enough_for_the_other(page, watch):
    other = watch.over(page.context.new_page())
    other.goto(NEW_PERSON)
    type_a_name(page)
    expect(page.locator(STATE)).to_have_text(KEPT)
    Session.objects.all().delete()
    page.get_by_label("Фамилно име").press_sequentially("Измислена")
    ended = page.get_by_role("dialog", name="Сесията изтече")
    ended.locator("[name=password]").fill(settings.DEMO_PASSWORD)
    page.keyboard.press("Enter")
    expect(ended).to_be_hidden()
    expect(page.locator(STATE)).to_have_text(KEPT)
    # The other one's token is of the session that ended.
    other.bring_to_front()
    type_a_name(other, "Стоян")
    expect(other.locator(STATE)).to_have_text(KEPT)
    expect(other.get_by_role("dialog")).to_have_count(0)
    other.keyboard.press("Control+Enter")
    expect(other.get_by_text("Лицето е записано.")).to_be_visible()
    expected = re.compile(r"^40[13] \S+/rabotno-myasto/chernovi/zapis/$")
    watch.faults = [fault for fault in watch.faults if not expected.match(fault)]


def test_without_scripts_it_is_put_aside_by_a_button(browse):
    page = browse("/accounts/login/", viewport=NARROW, java_script_enabled=False)
    sign_in(page, "specialist.sliven")
    page.goto(NEW_PERSON)
    page.get_by_label("Име", exact=True).fill("Мария-Виктория")
    page.get_by_role("button", name="Запази за после").click()
    expect(page.get_by_text("Запазено за после.")).to_be_visible()
    page.goto(DRAFTS)
    page.get_by_role("link", name=re.compile("^Продължи")).click()
    expect(page.get_by_label("Име", exact=True)).to_have_value("Мария-Виктория")
