"""A citizen finds a service from the home page, with JavaScript and without it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import NARROW, Keyboard, assert_good

pytestmark = pytest.mark.browser

NEED = "майка ми не може сама вкъщи"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_service_is_found_from_the_home_page(browse, screen, scripts):
    page = browse("/", viewport=screen, java_script_enabled=scripts)
    look = assert_good if scripts else (lambda page: None)  # axe is a script itself
    expect(page.get_by_role("heading", level=1)).to_have_text("Каква помощ търсите?")
    look(page)

    page.get_by_label("Нужда").fill(NEED)
    page.get_by_label("Населено място").fill("Сливен")
    page.get_by_role("button", name="Намери услуги").click()
    expect(page).to_have_url(re.compile(r"/uslugi/\?q=.+&myasto="))
    results = page.locator("ol.results > li")
    assert results.count() >= 1
    expect(results.first).to_contain_text("Сливен")
    look(page)

    name = results.first.get_by_role("link").first.inner_text()
    results.first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    for question in ("За кого", "Насочване", "Доставчик"):
        expect(page.locator("dt", has_text=question).first).to_be_visible()
    look(page)

    # Whom to call is on the page, and the call is a touch away.
    expect(page.locator('a[href^="tel:"]').first).to_be_visible()
    apply = page.get_by_role("link", name="Как да заявя", exact=True)
    if apply.count():
        apply.click()
        expect(page.get_by_role("main")).to_contain_text(name)
        look(page)


def test_filters_work_without_scripts_and_survive_a_link(browse):
    page = browse("/uslugi/", java_script_enabled=False)
    all_services = found(page)
    if not page.get_by_label("Община", exact=True).is_visible():
        page.locator("details.filterbox > summary").click()
    page.get_by_label("Община", exact=True).select_option("elena")
    page.get_by_role("button", name="Покажи", exact=True).click()
    expect(page).to_have_url(re.compile("obshtina=elena"))
    assert 0 < found(page) < all_services
    again = browse(page.url.partition("//")[2].partition("/")[2].join(["/", ""]))
    assert found(again) == found(page)
    page.get_by_role("link", name="Махни Община: Елена").click()
    assert found(page) == all_services


def found(page: Page) -> int:
    return int(re.search(r"\d+", page.locator("#found").inner_text())[0])


def test_a_service_is_found_by_keyboard_alone(browse):
    page = browse("/")
    keys = Keyboard(page)
    keys.press("Tab")
    assert "Към съдържанието" in keys.focused()
    assert keys.focus_is_visible()
    keys.press("Enter")
    keys.tab_to("q |")
    assert keys.focus_is_visible()
    keys.write("топъл обяд")
    keys.press("Enter")
    page.wait_for_url("**/uslugi/?*")
    assert page.locator("ol.results > li").count() >= 1


@pytest.mark.parametrize(
    "path",
    [
        "/uslugi/",
        "/uslugi/?q=няма+такова+нещо",
        "/uslugi/?obshtina=nyama",
        "/obshtini/",
        "/obshtini/sliven/",
        "/kampanii/",
        "/proekti/",
        "/zayavlenie/",
        "/dostapnost/",
        "/lichni-danni/",
        "/accounts/login/",
        "/accounts/password/reset/",
    ],
)
def test_every_other_public_page_is_clean(browse, screen, path):
    assert_good(browse(path, viewport=screen))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_clean_in_both_colour_schemes(browse, scheme):
    for path in ("/", "/uslugi/?q=топъл+обяд", "/obshtini/elena/", "/proekti/"):
        assert_good(browse(path, color_scheme=scheme))


def test_a_missing_page_says_so_and_helps(browse, watch):
    page = browse("/nyama-takava/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Няма такава страница")
    assert_good(page)
    watch.faults[:] = [fault for fault in watch.faults if "404" not in fault]


def test_the_text_can_be_set_wider_apart(browse):
    """WCAG 1.4.12: nothing is cut off when the reader spaces the text out."""
    page = browse("/uslugi/", viewport=NARROW, bypass_csp=True)
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: .12em !important;"
        " word-spacing: .16em !important } p { margin-bottom: 2em !important }"
    )
    assert_good(page)
