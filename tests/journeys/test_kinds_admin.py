"""The administrator adds a question with choices, and a citizen reads the notice.

In a real browser, wide and narrow; every page of the way is looked at by axe.
"""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import sign_in
from tests.support.browser import NARROW, assert_good

pytestmark = pytest.mark.browser
KINDS = "/admin/referrals/applicationkind/"
PAGES = (
    KINDS,
    f"{KINDS}add/",
    "/admin/referrals/privacynotice/",
    "/admin/referrals/privacynotice/add/",
    "/admin/municipalities/legalnorm/",
    "/admin/municipalities/legalnorm/add/",
    "/admin/municipalities/workdaychange/",
    "/admin/municipalities/workdaychange/add/",
)


def picture(page: Page, name: str) -> None:
    """Keep a picture where ``PICTURES`` names a folder."""
    if folder := os.environ.get("PICTURES"):
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=f"{folder}/H6-{name}-{width}.png", full_page=True)


def save(page: Page) -> None:
    """Save, and wait for the answer: the page of a kind is a long one."""
    with page.expect_navigation():
        page.get_by_role("button", name="Запиши", exact=True).click()


@pytest.mark.parametrize("viewport", [None, NARROW], ids=["wide", "narrow"])
def test_what_is_set_of_applying_is_clean(browse, viewport):
    page = browse("/accounts/login/", **({"viewport": viewport} if viewport else {}))
    sign_in(page, "admin.sliven")
    for number, path in enumerate(PAGES):
        page.goto(path)
        assert_good(page)
        picture(page, f"{number}-{path.strip('/').replace('/', '-')}")
    for path in PAGES[:6:2]:
        page.goto(path)
        page.locator("#result_list tbody th a").first.click()
        assert_good(page)
        picture(page, f"one-{path.strip('/').replace('/', '-')}")
    page.goto("/lichni-danni/sliven/")
    assert_good(page)
    picture(page, "notice")


def test_a_question_with_choices_is_added_in_the_admin(browse):
    page = browse("/accounts/login/")
    sign_in(page, "admin.sliven")
    page.goto(KINDS)
    page.get_by_role("link", name="Желание за ползване на социална услуга").click()
    page.locator("#questions-group .add-row a").click()
    added = page.locator("#questions-group .dynamic-questions").last
    added.get_by_label("Въпрос").fill("Откъде научихте за нас?")
    added.locator("select[name$='-form']").select_option(label="един от няколко")
    save(page)
    expect(page.get_by_text("Напишете поне два възможни отговора").last).to_be_visible()
    assert_good(page)
    picture(page, "refused")
    added = page.locator("#questions-group .dynamic-questions").last
    added.get_by_label("Възможни отговори").fill("от съсед\nот лекар\nот интернет")
    save(page)
    expect(page.get_by_text("се приема с непотвърдено основание").last).to_be_visible()
    assert_good(page)
