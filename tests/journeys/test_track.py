"""A citizen opens an application with number and code, adds a paper, withdraws; on a phone too.

In a real browser, with JavaScript and without it; every page of the way is looked at by axe.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from municipalities.tenancy import municipality_scope
from referrals.applications import handling
from referrals.models import Application
from tests import factories
from tests.factories_applications import SECRET, ApplicationFactory, ApplicationKindFactory
from tests.support import people
from tests.support import uploads as made
from tests.support.browser import DESKTOP, assert_good

pytestmark = pytest.mark.browser

TRACK = "/zayavlenie/prosledyavane/"
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def application(sliven) -> Application:
    """One from which papers were asked for."""
    office = factories.OfficeFactory(municipality=sliven, phone="044 611 111")
    worker = people.member(sliven, "specialist").user
    with municipality_scope(sliven):
        kind = ApplicationKindFactory(municipality=sliven, public_name="Търся помощ вкъщи")
        made_now = ApplicationFactory(
            municipality=sliven, kind=kind, office=office, number_series="СУ"
        )
        handling.take(application=made_now, by=worker)
        return handling.ask_papers(
            application=made_now, by=worker, papers=["Решение на ТЕЛК", "Пълномощно"]
        )


@pytest.fixture
def open_at(new_context, live_server, watch):
    """Open a page on a screen of a size, with scripts or without."""

    def opened(path: str, viewport=DESKTOP, **options) -> Page:
        context = new_context(base_url=live_server.url, viewport=viewport, **options)
        page = watch.over(context.new_page())
        page.goto(path)
        return page

    return opened


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1280", "360"])
def test_from_the_code_to_the_withdrawal(open_at, application, viewport, scripts):
    look = assert_good if scripts else (lambda page: None)  # axe is a script itself
    # From a mail: only the municipality is chosen already.
    page = open_at(f"{TRACK}sliven/{application.public_id}/", viewport, java_script_enabled=scripts)
    expect(page).to_have_url(re.compile(r"/prosledyavane/\?obshtina=sliven$"))
    expect(page.get_by_label("Община", exact=True)).to_have_value("sliven")
    look(page)

    page.get_by_label("Номер на заявлението").fill(application.number.lower())
    page.get_by_label("Код за проследяване").fill("ABCD-EFGH-JKLZ")
    page.get_by_role("button", name="Покажи заявлението").click()
    expect(page.get_by_text("Не намерихме заявление")).to_be_visible()
    assert page.title().startswith("Грешка:")
    expect(page.get_by_label("Номер на заявлението")).to_have_value(application.number.lower())
    look(page)

    page.get_by_label("Код за проследяване").fill(SECRET.lower())
    page.get_by_role("button", name="Покажи заявлението").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Заявление {application.number}")
    expect(page.locator(".tag").first).to_have_text("Чакаме документи от вас")
    expect(page.locator(".timeline li")).to_have_count(2)
    expect(page.get_by_role("link", name="044 611 111").first).to_be_visible()
    look(page)

    page.get_by_role("link", name="Изпрати документите").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Добавяне на документ")
    look(page)
    page.get_by_label("Файлове").set_input_files(
        {"name": "telk.svg", "mimeType": "image/svg+xml", "buffer": b"<svg onload='alert(1)'/>"}
    )
    page.get_by_role("button", name="Изпрати", exact=True).click()
    expect(page.locator("#id_files_error")).to_contain_text("„telk.svg“ не е от видовете")
    look(page)
    page.get_by_label("Файлове").set_input_files(
        {"name": "telk.pdf", "mimeType": "application/pdf", "buffer": made.pdf()}
    )
    page.get_by_label("Решение на ТЕЛК").check()
    page.get_by_role("button", name="Изпрати", exact=True).click()
    expect(page.get_by_text("Документите са при нас.")).to_be_visible()
    expect(page.locator(".timeline li").first).to_contain_text("Решение на ТЕЛК")
    expect(page.locator(".tag").first).to_have_text("Проверяваме изпратените документи")
    with page.expect_download() as download:
        page.get_by_role("link", name="telk.pdf").click()
    assert download.value.suggested_filename == "telk.pdf"
    look(page)

    page.get_by_role("link", name="Оттегляне на заявлението").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Да оттеглим ли заявление")
    look(page)
    page.get_by_role("button", name="Оттегли заявлението").click()
    expect(page.locator(".tag").first).to_have_text("Оттеглено")
    expect(page.get_by_role("link", name="Оттегляне на заявлението")).to_have_count(0)
    look(page)

    page.get_by_role("button", name="Изход от проследяването").click()
    expect(page.get_by_text("Излязохте.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(application.number)


def test_by_keyboard_alone(open_at, application):
    page = open_at(f"{TRACK}?obshtina=sliven")
    page.get_by_label("Номер на заявлението").focus()
    page.keyboard.type(application.number)
    page.keyboard.press("Tab")
    page.keyboard.type(SECRET)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Заявление {application.number}")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1280", "360"])
def test_whoever_guessed_too_often_is_told_to_wait(open_at, application, viewport, watch):
    page = open_at(TRACK, viewport)
    for number in range(16):
        page.get_by_label("Община", exact=True).select_option("sliven")
        page.get_by_label("Номер на заявлението").fill(f"СУ-2026-{number + 500}")
        page.get_by_role("button", name="Покажи заявлението").click()
        page.wait_for_load_state()
    expect(page.get_by_role("heading", name="Изчакайте малко")).to_be_visible()
    assert_good(page)
    watch.faults[:] = [fault for fault in watch.faults if "429" not in fault]
