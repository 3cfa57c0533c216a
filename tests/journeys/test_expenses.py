"""A project manager logs expenses until a line is over, and gathers them in a request.

In a real browser, wide and narrow; every page of the way is looked at by axe.
"""

from __future__ import annotations

import os
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from municipalities.tenancy import municipality_scope
from projects.spending.sums import sums_of
from tests.factories_projects import (
    BudgetLineFactory,
    FundingSourceFactory,
    ProjectFactory,
    SupplierFactory,
)
from tests.support.browser import assert_good

pytestmark = pytest.mark.browser

SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 360, "height": 740}}
# A folder for pictures of every page of the way, to look at what was changed.
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def project(sliven):
    project = ProjectFactory(
        municipality=sliven, name="Проект за проба", currency="EUR", amount=Decimal(1000)
    )
    of = {"municipality": sliven, "project": project}
    FundingSourceFactory(**of, source="esf_plus", amount=850)
    FundingSourceFactory(**of, source="national", amount=150)
    BudgetLineFactory(**of, code="1.1", name="Мебели", amount=Decimal(500))
    SupplierFactory(municipality=sliven, name="Столове ЕООД", eik="000696327")
    return project


def look(page: Page, size: str, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{size}-{name}.png", full_page=True)
    assert_good(page)


def fill(page: Page, number: str, net: str, vat: str) -> None:
    page.get_by_label("Перо:").select_option(label="1.1 Мебели")
    page.get_by_label("ЕИК на нов изпълнител").fill("000696327")
    page.get_by_label("Номер на документа").fill(number)
    page.get_by_label("Дата на документа").fill("2.3.2026")
    page.get_by_label("За какво").fill("Столове за приемната")
    page.get_by_label("Без ДДС").fill(net)
    page.get_by_label("ДДС:", exact=True).fill(vat)
    save(page)


def save(page: Page) -> None:
    page.get_by_role("button", name="Запиши", exact=True).click()


@pytest.mark.parametrize("size", SIZES)
def test_expenses_until_the_line_is_over(desk_of, manager, sliven, project, size):
    page = desk_of(manager, "/admin/projects/expense/", viewport=SIZES[size])
    page.get_by_role("link", name="Добави разход").click()
    look(page, size, "1-new")
    fill(page, "17", "400", "80")
    expect(page.get_by_text("По перо „1.1 Мебели“ остават 20,00\xa0€.")).to_be_visible()
    look(page, size, "2-list")
    page.goto(f"{page.url.partition('?')[0]}add/")
    fill(page, "18", "30,00", "6,00")
    over = page.get_by_role("link", name="похарченото става 516,00\xa0€ (16,00\xa0€ повече)")
    over.click()
    expect(page.get_by_label("Защо надхвърля перото")).to_be_focused()
    look(page, size, "3-refused")
    page.get_by_label("Защо надхвърля перото").fill("Решение на комисията")
    save(page)
    expect(page.get_by_text("Перо „1.1 Мебели“ е надхвърлено с 16,00\xa0€.")).to_be_visible()
    with municipality_scope(sliven):
        (line,) = sums_of(project).lines
        assert (line.spent, line.is_over) == (Decimal(516), True)
    page.goto(page.url.replace("/expense/", "/paymentrequest/add/"))
    look(page, size, "4-request")
    save(page)
    page.get_by_role("link", name="Добавете разходи").click()
    look(page, size, "5-adding")
    page.get_by_role("button", name="Добавете всички 2 намерени").click()
    expect(page.get_by_role("definition").filter(has_text="516,00\xa0€")).to_be_visible()
    look(page, size, "6-gathered")
    page.get_by_role("button", name="Подайте искането").click()
    page.get_by_label("Верифицирано от фактура № 18").fill("20,00")
    look(page, size, "7-submitted")
    page.get_by_role("button", name="Отбележете като верифицирано").click()
    expect(page.get_by_label("Платена сума")).to_have_value("500,00")
    page.get_by_role("button", name="Запишете плащането").click()
    expect(page.get_by_text("Плащането е записано.")).to_be_visible()
    look(page, size, "8-paid")
