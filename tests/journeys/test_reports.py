"""A citizen on a phone says what is wrong; the office reads it, answers, and a letter leaves."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from services_registry.models import Service
from tests.journeys.conftest import sign_in
from tests.support.browser import DESKTOP, assert_good

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
WRONG = "Пише, че вдигат до 17 часа, а вдигат до 16."
RIGHT = "Благодарим. Работното време вече е до 16 часа."
EMAIL = "grazhdanka@example.bg"


def test_an_error_is_reported_answered_and_the_citizen_is_written_to(browse):
    service = Service.public.filter(municipality__slug="sliven").order_by("pk").first()

    # Without scripts, on a phone, from the page of the service.
    page = browse(service.get_absolute_url(), viewport=PHONE, java_script_enabled=False)
    page.get_by_role("link", name="Намерих грешка").click()
    page.get_by_label("телефон, адрес или работно време").check()
    page.get_by_label("Опишете с няколко думи").fill(WRONG)
    page.get_by_label("Е-поща за отговор").fill(EMAIL)
    page.get_by_role("button", name="Изпрати сигнала").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("сигналът е получен")
    assert EMAIL not in page.url

    # Back, and sent once more: still one report.
    page.go_back()
    page.get_by_role("button", name="Изпрати сигнала").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("сигналът е получен")

    # The specialist finds it on today's page.
    desk = browse("/", viewport=DESKTOP)
    sign_in(desk, "specialist.sliven")
    figure = desk.locator(".figures > div", has_text="сигнали за грешки чакат")
    before = int(figure.get_by_role("link").inner_text())
    figure.get_by_role("link").click()
    desk.wait_for_url("**/registar/signali/?sastoyanie=open")
    assert_good(desk)
    rows = desk.locator("table.listed tbody tr", has_text=WRONG)
    expect(rows).to_have_count(1)
    rows.get_by_role("link").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("телефон, адрес или работно време")
    assert EMAIL not in desk.content()
    assert_good(desk)
    desk.get_by_role("button", name="Отговори").click()
    expect(desk.get_by_role("alert")).to_contain_text("Напишете отговора.")
    assert_good(desk)
    desk.get_by_label("Поправено").check()
    desk.get_by_role("textbox", name="Отговор").fill(RIGHT)
    desk.get_by_role("button", name="Отговори").click()
    expect(desk.get_by_text("Отговорът е записан и се изпраща на гражданина.")).to_be_visible()
    expect(desk.get_by_text("още не е тръгнало")).to_have_count(0)
    assert_good(desk)
    letters = [letter for letter in mail.outbox if letter.to == [EMAIL]]
    assert len(letters) == 1
    assert RIGHT in letters[0].body
    desk.goto("/rabotno-myasto/")
    expect(figure.get_by_role("link")).to_have_text(str(before - 1))


def test_the_pages_are_good_at_360_px(browse):
    service = Service.public.filter(municipality__slug="sliven").order_by("pk").first()
    page = browse(f"{service.get_absolute_url()}greshka/", viewport=PHONE)
    assert_good(page)
    page.get_by_role("button", name="Изпрати сигнала").click()
    expect(page).to_have_title(re.compile("^Грешка:"))
    expect(page.get_by_role("alert")).to_contain_text("Изберете какво не е вярно.")
    assert_good(page)
    page.get_by_label("цена или документи").check()
    page.get_by_label("Опишете с няколко думи").fill(WRONG)
    page.get_by_role("button", name="Изпрати сигнала").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("сигналът е получен")
    assert_good(page)
    sign_in(page, "head.sliven")
    page.goto("/registar/signali/")
    assert_good(page)
    page.locator("table.listed tbody tr", has_text=WRONG).get_by_role("link").click()
    assert_good(page)
