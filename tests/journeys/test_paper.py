"""A citizen takes services along on paper: the sheet, the chosen ones in large print, the code."""

from __future__ import annotations

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.browser import assert_good
from tests.support.whole import whole_service

pytestmark = pytest.mark.browser


def codes_of(page: Page) -> list[str]:
    """Read every QR code of the page as it is drawn on the screen."""
    read = []
    for drawn in page.locator(".qrcode svg").all():
        image = Image.open(io.BytesIO(drawn.screenshot()))
        read += [code.text for code in zxingcpp.read_barcodes(image)]
    return read


def pages_on_paper(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def addresses_of_services(page: Page) -> list[str]:
    page.goto("/uslugi/?obshtina=sliven")
    links = page.locator("ol.results h3 a")
    return [links.nth(n).get_attribute("href") for n in range(links.count())]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_two_services_are_chosen_and_opened_in_large_print(browse, portal, screen, scripts):
    page = browse("/uslugi/", viewport=screen, java_script_enabled=scripts)
    look = assert_good if scripts else (lambda page: None)  # axe is a script itself
    first, second = addresses_of_services(page)[:2]

    page.goto(first)
    look(page)
    page.get_by_role("link", name="Листовка за печат").click()
    expect(page).to_have_url(f"{portal}{first}list/")
    assert codes_of(page) == [f"{portal}{first}"]
    look(page)

    for address in (first, second):
        page.goto(address)
        page.get_by_role("button", name="Добави за печат").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Избрани за печат")
    look(page)
    expect(page.locator("ul.results > li")).to_have_count(2)

    page.get_by_role("link", name="Отвори с едър шрифт").click()
    expect(page.locator(".qrcode svg")).to_have_count(2)
    assert codes_of(page) == [f"{portal}{first}", f"{portal}{second}"]
    expect(page.locator('a[href^="tel:"]').first).to_be_visible()
    look(page)

    page.get_by_role("link", name="Избрани за печат").click()
    page.get_by_role("button", name="Махни").first.click()
    expect(page.locator("ul.results > li")).to_have_count(1)
    page.get_by_role("button", name="Махни всички").click()
    expect(page.get_by_role("heading", name="Още няма избрани услуги")).to_be_visible()
    look(page)


def test_a_list_is_sent_by_its_address(browse, portal):
    page = browse("/uslugi/")
    keys = [address.removeprefix("/uslugi/").strip("/") for address in addresses_of_services(page)]
    other = browse(f"/izbrani/?u={keys[0]}&u={keys[1]}")
    expect(other.get_by_role("heading", level=1)).to_have_text("Изпратени ви услуги")
    assert_good(other)
    other.get_by_role("link", name="Отвори с едър шрифт").click()
    assert codes_of(other) == [f"{portal}/uslugi/{key}/" for key in keys[:2]]
    other.go_back()
    other.get_by_role("button", name="Добави ги към моите избрани").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Избрани за печат")


def test_every_sheet_of_the_demo_is_one_page_of_paper(browse):
    page = browse("/uslugi/")
    long = {}
    for address in addresses_of_services(page):
        page.goto(f"{address}list/")
        if (count := pages_on_paper(page)) != 1:
            long[address] = count
    assert long == {}


def test_in_large_print_each_service_begins_on_its_own_page_in_large_letters(browse):
    page = browse("/uslugi/")
    keys = [address.removeprefix("/uslugi/").strip("/") for address in addresses_of_services(page)]
    page.goto("/izbrani/list/?" + "&".join(f"u={key}" for key in keys[:3]))
    assert pages_on_paper(page) >= 3
    page.emulate_media(media="print")
    size = page.locator(".largeprint dd").first.evaluate("e => getComputedStyle(e).fontSize")
    assert float(size.removesuffix("px")) > 21  # 16 pt


@pytest.fixture
def blank(live_server, new_context, watch) -> Page:
    """A browser on a portal without the demo."""
    return watch.over(new_context(base_url=live_server.url).new_page())


def test_with_everything_on_it_a_page_is_light_and_clean(blank, sliven):
    answers = []
    blank.on("response", lambda response: answers.append(response))
    blank.goto(whole_service(sliven).get_absolute_url())
    blank.wait_for_load_state("networkidle")
    weights = {answer.url: len(answer.body()) for answer in answers}
    assert len(weights) <= 10
    assert sum(weights.values()) <= 100_000, weights
    blank.get_by_text("Лесно за четене").click()
    assert_good(blank)


def test_with_everything_on_it_a_sheet_is_one_page_of_paper(blank, sliven):
    blank.goto(f"{whole_service(sliven).get_absolute_url()}list/")
    assert pages_on_paper(blank) == 1
