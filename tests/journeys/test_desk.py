"""A specialist of Сливен logs a consultation without touching the mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import sign_in
from tests.support.browser import NARROW, Keyboard, assert_good

pytestmark = pytest.mark.browser

NOTE = "Пита за майка си, слиза трудно по стълбите на осмия етаж"
MOST_PRESSES = 12


def log_by_keyboard(keys: Keyboard) -> None:
    """From today's page to the saved consultation: channel, topic, for whom, note, outcome."""
    page = keys.page
    keys.press("n")
    page.wait_for_url("**/konsultatsii/nova/")
    assert "channel" in keys.focused(), "the first question has the focus at once"
    assert keys.focus_is_visible()
    keys.press("ArrowRight")  # телефон
    keys.press("2")  # topics by their numbers
    keys.press("3")
    keys.press("Enter")  # to the next question
    assert "subject" in keys.focused()
    keys.press("Space")
    keys.press("Enter")
    keys.tab_to("note")
    keys.write(NOTE)
    keys.tab_to("outcome")
    keys.press("Space")
    keys.press("Control+Enter")
    page.wait_for_url("**/rabotno-myasto/")


def test_a_consultation_is_logged_seen_edited_and_found_by_keyboard_only(browse):
    page = browse("/accounts/login/")
    sign_in(page, "specialist.sliven")
    expect(page).to_have_url(re.compile("/rabotno-myasto/$"))
    assert_good(page)
    before = page.locator("table.listed tbody tr").count()

    # The mouse is not used from here on.
    keys = Keyboard(page)
    log_by_keyboard(keys)
    print(f"logged with {keys.count} key presses: {dict(keys.presses)}; {keys.typed} characters")
    expect(page.get_by_text("Консултацията е записана.")).to_be_visible()
    rows = page.locator("table.listed tbody tr")
    assert rows.count() == before + 1
    expect(rows.first).to_contain_text("Телефон")
    assert_good(page)
    assert keys.count <= MOST_PRESSES

    # Edit it.
    keys = Keyboard(page)
    keys.tab_to(rows.first.get_by_role("link").inner_text(), most=70)  # past what is of today
    assert keys.focus_is_visible()
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/konsultatsii/\d+/$"))
    assert_good(page)
    keys.tab_to("Поправи")
    keys.press("Enter")
    page.wait_for_url("**/promyana/")
    assert_good(page)
    keys.tab_to("note")
    keys.press("End")
    keys.write(" и няма роднини наблизо")
    keys.press("Control+Enter")
    page.wait_for_url(re.compile(r"/konsultatsii/\d+/$"))
    expect(page.get_by_text("Промените са записани.")).to_be_visible()

    # Find it again.
    page.goto("/rabotno-myasto/konsultatsii/")
    keys.tab_to("q |")
    keys.write("осмия роднини")
    keys.press("Enter")
    page.wait_for_url("**/konsultatsii/?q=*")
    expect(page.locator("#found")).to_have_text(re.compile(r"^1\s"))
    assert_good(page)


def test_a_mistake_is_told_and_nothing_typed_is_lost(browse):
    page = browse("/accounts/login/")
    sign_in(page, "specialist.sliven")
    page.goto("/rabotno-myasto/konsultatsii/nova/")
    keys = Keyboard(page)
    keys.tab_to("note")
    keys.write(NOTE)
    keys.press("Control+Enter")
    summary = page.locator(".errors")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(3)
    expect(page.get_by_label("Бележка")).to_have_value(NOTE)
    assert page.title().startswith("Грешка:")
    assert_good(page)
    # The summary's link puts the focus into the question.
    keys.press("Tab")
    keys.press("Enter")
    assert "topics" in keys.focused()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_consultation_is_logged_on_a_phone(browse, scripts):
    page = browse("/accounts/login/", viewport=NARROW, java_script_enabled=scripts)
    sign_in(page, "specialist.sliven")
    page.goto("/rabotno-myasto/konsultatsii/nova/")
    form = page.locator("form[data-capture]")
    form.get_by_label("На място", exact=True).check(force=True)
    form.locator("input[name=topics]").first.check(force=True)
    form.get_by_label("За себе си").check(force=True)
    form.locator("input[name=outcome]").first.check(force=True)
    if scripts:
        assert_good(page)
    form.get_by_role("button", name=re.compile("^Запиши Ctrl")).click()
    expect(page.get_by_text("Консултацията е записана.")).to_be_visible()


def test_another_municipality_does_not_see_it(browse):
    page = browse("/accounts/login/")
    sign_in(page, "specialist.sliven")
    keys = Keyboard(page)
    log_by_keyboard(keys)
    other = browse("/accounts/login/")
    sign_in(other, "specialist.elena")
    other.goto("/rabotno-myasto/konsultatsii/?q=осмия+етаж")
    expect(other.locator("#found")).to_have_text("Няма консултации по тези условия")
