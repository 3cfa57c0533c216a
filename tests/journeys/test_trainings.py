"""A manager plans a training and runs it to certificates; a stranger checks one."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.journeys.conftest import sign_in
from tests.support.browser import NARROW, assert_good
from trainings import certificates

pytestmark = pytest.mark.browser


@pytest.fixture
def codes(monkeypatch) -> list[str]:
    """The codes as they are printed on the papers."""
    made: list[str] = []
    new_code = certificates.new_code
    monkeypatch.setattr(
        certificates, "new_code", lambda owner: made.append(new_code(owner)) or made[-1]
    )
    return made


def plan(page: Page) -> None:
    """Write down a training of two sessions that were held lately."""
    page.goto("/admin/trainings/training/add/")
    page.get_by_label("Тема:").first.fill("Работа с хора с увреждания")
    page.get_by_label("Вид:").select_option(label="надграждащо")
    page.locator("#id_academic_hours").fill("8")
    page.get_by_label("Обучител:").fill("Вера Обучителова")
    today = timezone.localdate()
    for number, hours in ((0, "4"), (1, "3")):
        page.locator("#sessions-group .add-row a").click()
        day = today - dt.timedelta(days=3 - number)
        page.locator(f"#id_sessions-{number}-day").fill(f"{day:%d.%m.%Y}")
        page.locator(f"#id_sessions-{number}-academic_hours").fill(hours)
        page.keyboard.press("Escape")
    page.locator("input[name=_continue]").click()
    expect(page.get_by_text("с 1 по-малко от обучението").first).to_be_visible()
    page.locator("#id_sessions-1-academic_hours").fill("4")
    page.locator("input[name=_continue]").click()
    expect(page.get_by_text("по-малко от обучението")).to_have_count(0)
    assert_good(page)


def test_a_training_from_plan_to_certificates(browse, codes):
    page = browse("/accounts/login/")
    sign_in(page, "manager.sliven")
    plan(page)

    page.get_by_role("link", name="Записване на хора").click()
    page.get_by_label("Откъде").select_option(label="Служителите на общината")
    page.get_by_role("button", name="Намери").click()
    assert_good(page)
    page.get_by_role("button", name="Отбележи всички").click()
    page.get_by_role("button", name="Запиши отбелязаните").click()
    expect(page.get_by_text("Записани: ")).to_be_visible()
    people = page.locator("table.listed tbody tr").count()
    assert people >= 2

    tabs = page.get_by_role("navigation", name="Страници на обучението")
    tabs.get_by_role("link", name="Присъствие").click()
    page.get_by_role("button", name="всички").first.click()
    boxes = page.locator("table.sheet tbody input")
    boxes.first.focus()
    for key in ("ArrowRight", "Space", "ArrowDown"):
        page.keyboard.press(key)
    expect(boxes.nth(3)).to_be_focused()
    page.get_by_role("button", name="Запиши присъствието").click()
    expect(boxes.nth(1)).to_be_checked()
    expect(page.get_by_text("100 % стига")).to_have_count(1)
    assert_good(page)

    tabs.get_by_role("link", name="Ход").click()
    page.get_by_role("button", name="Обучението е проведено").click()
    assert_good(page)
    tabs.get_by_role("link", name="Удостоверения").click()
    page.get_by_role("button", name="Издай 1 удостоверение").click()
    expect(page.get_by_role("link", name="УД-")).to_have_count(1)
    number = page.get_by_role("link", name="УД-").inner_text()
    assert_good(page)

    stranger = browse("/udostoverenie/", viewport=NARROW)
    stranger.get_by_label("Код от удостоверението").fill(codes[0].lower())
    stranger.get_by_role("button", name="Провери").click()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Удостоверението е валидно")
    expect(stranger.get_by_text(number)).to_be_visible()
    assert_good(stranger)

    tabs.get_by_role("link", name="Оценка").click()
    page.get_by_role("button", name="Отвори оценката").click()
    stranger.goto(page.locator(".linkbox a").inner_text())
    for legend in ("Съдържанието", "Как се справи", "Ще ви помогне", "Как беше"):
        stranger.get_by_role("group", name=legend).get_by_label("5").check()
    assert_good(stranger)
    stranger.get_by_role("button", name="Изпрати оценката").click()
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Благодарим за оценката")
    page.reload()
    expect(page.get_by_text(f"Отговори: 1 от {people}")).to_be_visible()
    assert_good(page)
