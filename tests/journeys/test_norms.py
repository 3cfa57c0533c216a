"""A supervision is recorded in the browser; a norm that was not met is met, and its person sees it.

Every page of the way is looked at by axe.
"""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from tests.journeys.conftest import sign_in
from tests.support.browser import NARROW, assert_good
from trainings.models import DevelopmentNorm

pytestmark = pytest.mark.browser
NORMS = "/admin/trainings/developmentnorm/izpalnenie/"


def picture(page: Page, name: str) -> None:
    """Keep a picture where ``PICTURES`` names a folder."""
    if folder := os.environ.get("PICTURES"):
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=f"{folder}/s-{name}-{width}.png", full_page=True)


@pytest.fixture
def asked(portal) -> None:
    """Of whoever is at the desk a supervision a year is asked, and nothing else."""
    sliven = Municipality.objects.get(slug="sliven")
    with municipality_scope(sliven):
        DevelopmentNorm.objects.update(value=None)
        DevelopmentNorm.objects.create(
            municipality=sliven,
            code="own-journey",
            what=DevelopmentNorm.What.INDIVIDUAL,
            applies_to=DevelopmentNorm.For.DESK,
            value=1,
            unit=DevelopmentNorm.Unit.TIMES,
        )


def test_a_supervision_meets_a_norm(asked, browse):
    page = browse("/accounts/login/")
    sign_in(page, "manager.sliven")
    page.goto(NORMS)
    row = page.locator("table.bypeople tbody").filter(has_text="Мария Примерова")
    expect(row.get_by_text("1\xa0път").last).to_be_visible()
    assert_good(page)
    picture(page, "norms")
    page.goto("/admin/trainings/supervision/add/")
    page.get_by_label("Вид").select_option(label="индивидуална")
    page.locator("#id_held_on").fill("02.03.2026")
    page.locator("#id_hours").fill("1,5")
    page.locator("#id_supervisor").fill("Вера Пробна-Супервизор")
    page.locator(".field-people .select2-search__field").fill("Мария")
    page.get_by_role("option", name="Мария Примерова").click()
    assert_good(page)
    picture(page, "supervision")
    with page.expect_navigation():
        page.get_by_role("button", name="Запиши", exact=True).click()
    expect(page.get_by_role("cell", name="Вера Пробна-Супервизор")).to_be_visible()
    assert_good(page)
    picture(page, "supervisions")
    page.goto(NORMS)
    row = page.locator("table.bypeople tbody").filter(has_text="Мария Примерова")
    expect(row.get_by_text("изпълнена").first).to_be_visible()
    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Обучения и супервизии: Мария Примерова"
    )
    expect(page.get_by_text("Вера Пробна-Супервизор")).to_be_visible()
    assert_good(page)
    picture(page, "record")
    page.get_by_role("link", name="Слей с друг запис на същия човек").click()
    assert_good(page)
    picture(page, "merge-choose")


def test_the_desk_says_what_is_missing_on_a_phone(asked, browse):
    page = browse("/accounts/login/", viewport=NARROW)
    sign_in(page, "specialist.sliven")
    expect(page.get_by_role("heading", name="Моите обучения")).to_be_visible()
    page.get_by_role("link", name="Всички мои обучения").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Моите обучения")
    expect(page.get_by_text("индивидуална супервизия").first).to_be_visible()
    assert_good(page)
    picture(page, "own")
