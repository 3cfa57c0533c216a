"""The manager's admin on a phone and on a desk: lists, forms, histories, questions before acts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import sign_in
from tests.support.browser import assert_good

pytestmark = pytest.mark.browser

LISTS = "/admin/projects/expense/"


def test_lists_and_forms_of_the_admin(browse, screen):
    page = browse("/accounts/login/", viewport=screen)
    sign_in(page, "manager.sliven")
    page.goto("/admin/")
    page.get_by_role("region", name="Чака ви").get_by_role("link").first.click()
    expect(page.locator("#result_list")).to_be_visible()
    page.goto(LISTS)
    # The filters open one at a time, and a filtered list leads to the project's other lists.
    page.locator("#changelist-filter summary").nth(1).click()
    page.locator("#changelist-filter summary").first.click()
    assert page.locator("#changelist-filter details[open]").count() == 1
    assert_good(page)
    page.locator("#changelist-filter details[open] a").last.click()
    expect(page.locator("#changelist-filter summary.set")).to_have_count(1)
    lists = page.get_by_role("navigation", name="Списъци на проекта")
    expect(lists.locator("[aria-current]")).to_have_text("Разходи")
    expect(page.get_by_text("Общо в евро")).to_be_visible()
    assert_good(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Изтегли XLSX").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    lists.get_by_role("link", name="Обучения").click()
    expect(lists.locator("[aria-current]")).to_have_text("Обучения")
    # What is asked before many rows are deleted, and what was changed in one.
    page.locator("#result_list tbody .action-select").first.check()
    page.get_by_label("Действие").select_option("delete_selected")
    page.get_by_role("button", name="Изпълни").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("избраните")
    assert_good(page)
    page.goto(LISTS)
    page.locator("#result_list tbody th a").first.click()
    assert_good(page)
    page.get_by_role("link", name="История").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("История на промените")
    assert_good(page)
