"""A citizen narrows the catalogue and looks at the map, without JavaScript and by keyboard."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Keyboard, assert_good

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
BUDGET_BYTES, BUDGET_REQUESTS = 100_000, 10


def found(page: Page) -> int:
    return int(re.search(r"\d+", page.locator("#found").inner_text())[0])


def counted(page: Page, value: str) -> int:
    """Return the number beside a choice."""
    label = page.locator(f"option[value='{value}']").inner_text()
    return int(re.search(r"\((\d+)\)$", label)[1])


def open_filters(page: Page) -> None:
    if not page.get_by_label("За кого").is_visible():
        page.locator("details.filterbox > summary").click()


def show(page: Page) -> None:
    page.get_by_role("button", name="Покажи", exact=True).click()


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["1280", "360"])
def test_filters_and_map_without_scripts(browse, viewport):
    page = browse("/uslugi/", viewport=viewport, java_script_enabled=False)
    everything = found(page)
    page.get_by_label("Каква помощ търсите?").fill("деца")
    page.get_by_role("button", name="Търси").click()
    asked = found(page)
    assert 0 < asked < everything

    open_filters(page)
    promised, of_setting = counted(page, "sliven"), counted(page, "specialised")
    page.get_by_label("Община", exact=True).select_option("sliven")
    show(page)
    assert found(page) == promised < asked
    open_filters(page)
    assert counted(page, "specialised") < of_setting
    promised = counted(page, "specialised")
    page.get_by_label("Къде се предоставя").select_option("specialised")
    show(page)
    assert found(page) == promised

    page.get_by_role("link", name="Карта").click()
    expect(page).to_have_url(re.compile("izgled=karta"))
    assert found(page) == promised
    assert page.locator(".map svg a").count() >= 1
    page.get_by_role("link", name=re.compile("Махни Община")).click()
    expect(page).to_have_url(re.compile("izgled=karta"))
    assert found(page) > promised
    look = os.environ.get("LOOK_AT")
    if look:
        page.screenshot(path=f"{look}-map-{viewport['width']}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["1280", "360"])
@pytest.mark.parametrize("path", ["/uslugi/?izgled=karta", "/uslugi/?myasto=Сливен&mesta=da"])
def test_list_and_map_are_clean(browse, viewport, scheme, path):
    page = browse(path, viewport=viewport, color_scheme=scheme)
    assert_good(page)
    if not page.get_by_label("За кого").is_visible():
        page.locator("details.filterbox > summary").click()
        assert_good(page)
    look = os.environ.get("LOOK_AT")
    if look:
        kind = "map" if "karta" in path else "list"
        page.screenshot(path=f"{look}-{kind}-{scheme}-{viewport['width']}.png", full_page=True)


def test_points_are_reached_by_keyboard_and_lead_to_the_list(browse):
    page = browse("/uslugi/?izgled=karta")
    keys = Keyboard(page)
    keys.tab_to("услуги", most=60)  # the first link of the map that stands for several services
    page.locator(".map svg a").filter(has_text=re.compile(r": \d+.услуг")).first.focus()
    keys.press("Enter")
    expect(page).to_have_url(re.compile("#myasto-"))
    expect(page.locator(".spots section:target a").first).to_be_visible()


@pytest.mark.parametrize("path", ["/uslugi/", "/uslugi/?izgled=karta"])
def test_a_page_weighs_little(browse, path):
    sizes: dict[str, int] = {}
    page = browse("/obshtini/")
    page.context.clear_cookies()
    fresh = page.context.browser.new_context(base_url=page.url.rpartition("/obshtini")[0])
    page = fresh.new_page()
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    fresh.close()
    assert len(sizes) <= BUDGET_REQUESTS, sizes
    assert sum(sizes.values()) <= BUDGET_BYTES, sizes
