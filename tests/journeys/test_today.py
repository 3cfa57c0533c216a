"""„Днес“ in a real browser: it keeps itself fresh; one person written down twice becomes one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import sign_in
from tests.support.browser import assert_good

pytestmark = pytest.mark.browser


def test_a_record_written_down_twice_is_seen_made_one_and_taken_apart(browse, screen):
    page = browse("/accounts/login/", viewport=screen)
    sign_in(page, "specialist.sliven")
    page.goto("/rabotno-myasto/hora/")
    page.get_by_label(re.compile("Име, ЕГН")).fill("Проба Измислена")
    page.keyboard.press("Enter")
    # Both records are found; whichever is opened says what it looks like.
    expect(page.get_by_role("link", name="Проба Измислена")).to_have_count(2)
    page.get_by_role("link", name="Проба Измислена").first.click()
    alike = page.get_by_role("region", name="Може би е същото лице")
    expect(alike).to_contain_text("същият телефон")
    assert_good(page)
    alike.get_by_role("link", name=re.compile("^Сравни")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Един човек ли са?")
    assert_good(page)
    page.get_by_label("Защо са един човек").fill("Същият телефон")
    page.get_by_role("button", name="Обедини записите").click()
    expect(page.get_by_text("Двата записа са един")).to_be_visible()
    expect(page.get_by_role("region", name="Може би е същото лице")).to_have_count(0)
    assert_good(page)

    # By mistake: apart again.
    page.get_by_role("link", name="Раздели отново").click()
    assert_good(page)
    page.get_by_role("button", name="Раздели записите").click()
    expect(page.get_by_text("Записите отново са отделни.")).to_be_visible()
    expect(page.get_by_role("region", name="Може би е същото лице")).to_be_visible()


def test_the_day_changes_by_itself_when_a_colleague_records_something(browse):
    watching = browse("/accounts/login/")
    watching.clock.install()
    sign_in(watching, "head.sliven")
    watching.goto("/rabotno-myasto/")
    assert_good(watching)
    before = int(watching.locator("#live-talks").inner_text())

    working = browse("/accounts/login/")
    sign_in(working, "specialist.sliven")
    working.goto("/rabotno-myasto/konsultatsii/nova/")
    form = working.locator("form[data-capture]")
    form.get_by_label("На място", exact=True).check(force=True)
    form.locator("input[name=topics]").first.check(force=True)
    form.get_by_label("За себе си").check(force=True)
    form.locator("input[name=outcome]").first.check(force=True)
    form.get_by_role("button", name=re.compile("^Запиши Ctrl")).click()
    expect(working.get_by_text("Консултацията е записана.")).to_be_visible()

    watching.locator("#live-talks").focus()
    watching.clock.run_for(61_000)
    expect(watching.locator("#live-talks")).to_have_text(str(before + 1))
    expect(watching.locator("#live-talks")).to_be_focused()
    assert_good(watching)


@pytest.mark.parametrize("who", ["specialist.sliven", "head.elena"])
def test_the_pages_of_the_desks_settings_are_good(browse, screen, who):
    page = browse("/accounts/login/", viewport=screen)
    sign_in(page, who)
    page.goto("/rabotno-myasto/nastroyki/")
    assert_good(page)
    page.goto("/rabotno-myasto/nastroyki/shabloni/nov/")
    page.get_by_label("Кратка дума").fill("две думи")
    page.get_by_role("button", name="Запиши").click()
    expect(page.get_by_role("alert")).to_contain_text("без интервал")
    assert_good(page)
    if who.startswith("head"):
        for part in ("temi/", "pravila/"):
            page.goto(f"/rabotno-myasto/nastroyki/{part}")
            assert_good(page)


def test_a_day_outside_the_office_is_brought_in_without_scripts(browse, screen):
    page = browse("/accounts/login/", viewport=screen, java_script_enabled=False)
    sign_in(page, "specialist.elena")
    page.goto("/rabotno-myasto/konsultatsii/priemna/")
    page.locator("[name=settlement]").select_option(index=1)
    page.locator("[name=red-0-topic]").select_option(index=1)
    page.locator("[name=red-1-topic]").select_option(index=2)
    page.locator("[name=red-1-note]").fill("Пита за съседка")
    page.get_by_role("button", name="Запиши всички").click()
    expect(page.get_by_text("Записани са 2 разговора.")).to_be_visible()


def test_the_page_of_a_day_outside_and_the_sheet_are_good(browse, screen):
    page = browse("/accounts/login/", viewport=screen)
    sign_in(page, "specialist.elena")
    page.goto("/rabotno-myasto/konsultatsii/priemna/")
    page.locator("[name=red-1-note]").fill("Без тема")
    page.get_by_role("button", name="Запиши всички").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert_good(page)
    page.goto("/rabotno-myasto/konsultatsii/")
    page.locator("tr", has_text="Асистентска").first.get_by_role("link").click()
    page.get_by_role("link", name="Лист за човека").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Услуги за вас")
    assert_good(page)
