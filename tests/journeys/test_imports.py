"""Services from a spreadsheet, in a browser: a fault by its cell, mended, loaded, taken back."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from municipalities.models import Role
from tests import factories
from tests.journeys.test_signin import refuse_faults, sign_in
from tests.support.browser import overflow
from tests.support.spreadsheets import book

pytestmark = pytest.mark.browser

HEADINGS = ("Име на услугата", "Кой я дава", "Обхват", "Накратко", "Капацитет", "Свободни")
RIGHT = [
    (f"Пробна услуга {n}", "Община Сливен", "общодостъпна", "Храна, всеки ден", 30, 4)
    for n in range(1, 4)
]
WRONG = [*RIGHT[:2], ("Пробна услуга 3", "Община Сливен", "обща", "Храна, всеки ден", 30, 44)]
NEW = ("Нова услуга", "Сдружение Надежда", "общодостъпна", "Разговор", 3, 1)


@pytest.fixture
def portal(transactional_db, live_server, sliven):
    cache.clear()
    factories.ProviderFactory(municipality=sliven, name="Община Сливен")
    return live_server.url


def look(page) -> None:
    """Fail on what axe finds, and on what does not fit a desktop or a phone."""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert overflow(page) == []
    refuse_faults(page)


def send(page, portal, rows) -> None:
    page.goto(f"{portal}/registar/vnos/")
    file = {"name": "uslugi.xlsx", "mimeType": "application/octet-stream", "buffer": book(rows)}
    page.get_by_label("Таблица с услуги").set_input_files(file)
    page.get_by_role("button", name="Качи таблицата").click()
    expect(page.get_by_role("heading", name="Коя колона какво е")).to_be_visible()


def test_from_a_faulty_table_to_the_undo(page, portal, sliven):
    administrator = factories.MembershipFactory(municipality=sliven, role=Role.ADMINISTRATOR)
    sign_in(page, portal, administrator.user, "/registar/vnos/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Внасяне")
    look(page)
    send(page, portal, [HEADINGS, *WRONG])
    page.get_by_label(re.compile("Кой я дава")).select_option("provider")
    look(page)
    page.get_by_role("button", name="Провери таблицата").click()
    expect(page.get_by_role("heading", name=re.compile("нищо не е заредено"))).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="C4")).to_contain_text("„общодостъпна“")
    expect(page.get_by_role("row").filter(has_text="F4")).to_contain_text("повече от капацитета")
    look(page)

    send(page, portal, [HEADINGS, *RIGHT, NEW])
    page.get_by_role("button", name="Провери таблицата").click()  # the columns are remembered
    expect(page.get_by_text("Сдружение Надежда").first).to_be_visible()
    look(page)
    page.get_by_role("button", name="Зареди 4 услуги").click()
    expect(page.get_by_role("heading", name="Заредени са 4 услуги")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Отмени внасянето").click()
    look(page)
    page.get_by_role("button", name=re.compile("Изтрий 4")).click()
    expect(page.get_by_role("heading", name="Внасянето е отменено")).to_be_visible()
    look(page)
