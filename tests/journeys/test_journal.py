"""The journal in a browser: two people correct one consultation, one searches, one exports."""

from __future__ import annotations

import io
import os
import re

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from frontoffice.models import Consultation
from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from tests.journeys.conftest import sign_in
from tests.support.browser import DESKTOP, assert_good

pytestmark = pytest.mark.browser

JOURNAL = "/rabotno-myasto/konsultatsii/"


def shot(page: Page, name: str) -> None:
    """Photograph the page where somebody asked for pictures."""
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)


def some_consultation() -> Consultation:
    with municipality_scope(Municipality.objects.get(slug="sliven")):
        return Consultation.objects.filter(
            specialist__email="specialist.sliven@example.bg", person=None
        )[0]


def test_two_editors_of_one_consultation(browse, screen):
    address = f"{JOURNAL}{some_consultation().pk}/"
    mine = browse("/accounts/login/", viewport=screen)
    sign_in(mine, "specialist.sliven")
    theirs = browse("/accounts/login/", viewport=screen)
    sign_in(theirs, "head.sliven")
    for page in (mine, theirs):
        page.goto(address)
        assert_good(page)
        page.get_by_role("link", name="Поправи").click()
        expect(page.get_by_role("textbox", name="Бележка")).to_be_visible()
        page.wait_for_load_state()  # keys work once the page's modules have run
    theirs.get_by_role("textbox", name="Бележка").fill("Ръководителят уточни: от осмия етаж.")
    theirs.get_by_label("Телефон", exact=True).check()
    theirs.keyboard.press("Control+Enter")
    expect(theirs.get_by_text("Промените са записани.")).to_be_visible()

    mine.get_by_role("textbox", name="Бележка").fill("Моето уточнение.")
    mine.keyboard.press("Control+Enter")
    expect(mine.get_by_text("Вижте разликите")).to_be_visible()
    differences = mine.get_by_role("table", name="Разлики")
    expect(differences).to_contain_text("Ръководителят уточни")
    expect(differences).to_contain_text("Моето уточнение.")
    expect(mine.get_by_role("textbox", name="Бележка")).to_have_value("Моето уточнение.")
    assert_good(mine)
    shot(mine, f"F-conflict-{screen['width']}")

    mine.get_by_role("button", name=re.compile("^Запиши")).first.click()
    expect(mine.get_by_text("Промените са записани.")).to_be_visible()
    shot(mine, f"F-read-{screen['width']}")
    mine.get_by_role("link", name="Вижте поправките и първоначалния запис").click()
    expect(mine.get_by_role("heading", name=re.compile("^Поправена на"))).to_have_count(2)
    expect(mine.get_by_role("heading", name=re.compile("^Първоначален запис"))).to_be_visible()
    assert_good(mine)
    shot(mine, f"F-versions-{screen['width']}")


def test_the_journal_is_searched_and_taken_out(browse, screen):
    page = browse("/accounts/login/", viewport=screen)
    sign_in(page, "head.sliven")
    page.goto(JOURNAL)
    assert_good(page)
    shot(page, f"F-journal-{screen['width']}")
    if screen["width"] < 960:
        page.get_by_text("Търсене", exact=True).click()
    page.get_by_text("Още условия").click()
    page.get_by_label("За кого").select_option(label="За близък")
    page.get_by_role("button", name="Търси").click()
    expect(page.get_by_text("Още условия")).to_contain_text("1\xa0избрано")
    expect(page.get_by_label("За кого")).to_have_value("relative")
    found = int(re.match(r"\d+", page.locator("#found").inner_text())[0])
    assert_good(page)

    page.get_by_label("с имената на хората").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Изнеси за Excel").click()
    with open(download.value.path(), "rb") as file:
        sheet = openpyxl.load_workbook(io.BytesIO(file.read())).active
    assert sheet.max_row == found + 1
    assert "Лице" in [cell.value for cell in sheet[1]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbers_are_drawn_and_lead_to_the_journal(browse, screen, scheme):
    page = browse("/accounts/login/", viewport=screen, color_scheme=scheme)
    sign_in(page, "head.sliven")
    page.goto("/rabotno-myasto/chisla/?period=godina")
    assert_good(page)
    shot(page, f"F-year-{scheme}-{screen['width']}")
    page.get_by_role("link", name="Този месец").click()
    expect(page.get_by_role("link", name="Този месец")).to_have_attribute("aria-current", "page")
    assert_good(page)
    shot(page, f"F-month-{scheme}-{screen['width']}")
    count = page.locator(".figures a").inner_text()
    page.locator(".figures a").click()
    expect(page.locator("#found")).to_have_text(re.compile(rf"^{count}\s"))


def test_numbers_are_printed_whole(browse):
    page = browse("/accounts/login/", viewport=DESKTOP)
    sign_in(page, "head.sliven")
    page.goto("/rabotno-myasto/chisla/?period=godina")
    page.emulate_media(media="print")
    expect(page.locator(".columns svg").first).to_be_visible()
    expect(page.get_by_role("navigation", name="Период")).to_be_hidden()
    fill = page.locator(".columns rect").first.evaluate("(e) => getComputedStyle(e).fill")
    assert fill == "rgb(0, 0, 0)"
    shot(page, "F-print")
