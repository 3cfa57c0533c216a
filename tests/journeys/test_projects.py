"""Project managers read the five projects in the admin, exactly as their sources tell them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import sign_in
from tests.support.browser import NARROW, assert_good

pytestmark = pytest.mark.browser

# What each manager must be able to read on the project's page: the facts of the five sources, the
# amounts in leva as they were contracted. Their euro is derived below.
PROJECTS = {
    "sliven": ["420304,68", "24", "51"],
    "dolni-chiflik": ["198660,00", "188727,00", "9933,00", "Осило", "Италия", "18", "3 юли", "2"],
    "aytos": ["88811,00", "24", "15", "2", "01.04.2023"],
    "svoge": ["18797,00", "6", "01.04.2023"],
    "elena": ["49128,00", "BG05SFPR002-2.002-0078", "BG05SFPR002-2.002", "13.04.2024", "12", "3"],
}


def in_euro(leva: str) -> str:
    """Derive as the law on the euro says: divide by 1.95583, round half up to the cent."""
    euro = Decimal(leva.replace(",", ".")) / Decimal("1.95583")
    return str(euro.quantize(Decimal("0.01"), ROUND_HALF_UP)).replace(".", ",")


def words_of(page: Page) -> set[str]:
    """Return the pieces of text of a form and of its fields, numbers without their spaces."""
    text = page.locator("#content").inner_text()
    fields = page.locator("#content input:not([type=hidden]), #content textarea, #content select")
    values = fields.evaluate_all(
        """all => all.map((e) => e.selectedOptions
             ? [...e.selectedOptions].map((o) => o.textContent).join('\\n') : e.value)"""
    )
    whole = "\n".join([text, *values]).translate(str.maketrans("", "", "\xa0\u202f"))
    return {re.sub(r"(?<=\d) (?=\d)", "", piece) for piece in whole.split("\n")}


@pytest.mark.parametrize("slug", PROJECTS)
def test_a_manager_reads_the_project_of_the_municipality(browse, slug):
    page = browse("/accounts/login/")
    sign_in(page, f"manager.{slug}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_good(page)
    page.goto("/admin/projects/project/")
    own = page.locator("#result_list tbody th a")
    assert own.count() == 2, "only one's own: the announced and the example"
    assert_good(page)
    own.filter(has_not_text="Пример").click()
    assert_good(page)
    page.get_by_role("link", name="Данни на проекта").click()
    assert_good(page)
    shown = words_of(page)
    facts = [*PROJECTS[slug], in_euro(PROJECTS[slug][0])]
    missing = [
        fact
        for fact in facts
        if not any(re.search(rf"(?<!\d){re.escape(fact)}(?!\d)", piece) for piece in shown)
    ]
    assert not missing, f"{missing} are not on the page"


def test_the_managers_pages_fit_a_narrow_screen(browse):
    page = browse("/accounts/login/", viewport=NARROW)
    sign_in(page, "manager.sliven")
    for what in ("projects/project", "trainings/training", "campaigns/campaign"):
        page.goto(f"/admin/{what}/")
        assert_good(page)
        page.locator("#result_list tbody th a").first.click()
        assert_good(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_admin_is_clean_in_both_colour_schemes(browse, scheme):
    page = browse("/accounts/login/", color_scheme=scheme)
    sign_in(page, "manager.sliven")
    assert_good(page)
    page.goto("/admin/projects/project/")
    assert_good(page)


def test_trainings_and_campaigns_are_clean(browse):
    page = browse("/accounts/login/")
    sign_in(page, "manager.sliven")
    for path in ("/admin/trainings/training/", "/admin/campaigns/campaign/"):
        page.goto(path)
        assert_good(page)
        page.locator("#result_list tbody th a").first.click()
        assert_good(page)
        page.goto(f"{path}add/")
        assert_good(page)
