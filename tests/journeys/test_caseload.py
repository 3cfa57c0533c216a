"""The work list of referring: what is mine, found, late and why, handed over, in numbers.

In real browsers, wide and narrow; every page of the way is looked at by axe.
"""

from __future__ import annotations

import datetime as dt
import os
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from municipalities.tenancy import municipality_scope
from referrals.models import NeedsAssessment
from tests.factories import ServiceFactory
from tests.factories_people import PersonFactory
from tests.factories_referring import AssessmentFactory, ReferralFactory
from tests.referrals.test_measures import case
from tests.support.browser import NARROW, assert_good

pytestmark = pytest.mark.browser

LIST = "/rabotno-myasto/nasochvaniya/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def rows(sliven, specialist, colleague):
    """A desk at work: late, soon, waiting, and enough that ended for numbers."""
    today = timezone.localdate()
    norm = {
        "code": "preliminary-assessment", "value": 7, "unit": "working_days",
        "legal_basis": "чл. 73 от пробния закон", "is_verified": False,
    }  # fmt: skip
    with municipality_scope(sliven):
        service = ServiceFactory(
            municipality=sliven, name="Асистентска подкрепа за възрастни хора", status="published"
        )
        for days in (0, 1, 2, 3, 4, 9):
            case(sliven, service=service, days=days)
        for days in (12, 20, 31, 44, 60):
            ReferralFactory(
                municipality=sliven, service=service, state="waiting", owner=colleague.user,
                waiting_since=timezone.now() - days * DAY,
            )  # fmt: skip
        ReferralFactory(
            municipality=sliven, service=service, state="sent", owner=colleague.user,
            due_on=today + 2 * DAY,
        )  # fmt: skip
        ReferralFactory(
            municipality=sliven, service=service, state="offered", owner=specialist.user,
            due_on=today + 1 * DAY,
        )  # fmt: skip
        return AssessmentFactory(
            municipality=sliven, owner=specialist.user, norm=norm, clock_from=today - 20 * DAY,
            due_on=today - 9 * DAY, paused_days=2, pause_reason="чака решение на ТЕЛК",
            person=PersonFactory(municipality=sliven, given_name="Вяра", family_name="Горанова"),
        )  # fmt: skip


def test_the_head_finds_what_is_late_reads_why_and_hands_it_over(
    desk_of, head, named, colleague, sliven, rows, screen
):
    page = desk_of(head, "/rabotno-myasto/", screen)
    assert_good(page)
    page.goto(f"{LIST}?vid=all")
    assert_good(page)
    seen(page, "list")
    if screen == NARROW:
        page.get_by_text("Търсене и филтри").click()
    page.get_by_label("Номер, име, телефон").fill("горанова")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("^1 случай"))).to_be_visible()
    assert "%D0" not in page.url
    assert_good(page)

    page.get_by_role("link", name="Какво закъснява").click()
    expect(page.get_by_text(re.compile("7 работни дни от .*непотвърдена норма"))).to_be_visible()
    assert_good(page)
    seen(page, "late")
    page.get_by_role("button", name="Предай отбелязаните").click()  # nothing is chosen
    expect(page.get_by_text("Отбележете поне един отворен случай.")).to_be_visible()
    page.get_by_label("Отбележи").check()
    page.get_by_role("button", name="Предай отбелязаните").click()
    assert_good(page)
    seen(page, "hand")
    page.get_by_label("На кого").select_option(label="Боян Втори")
    page.get_by_role("button", name="Предай", exact=True).click()
    expect(page.get_by_text("Предаден е 1 случай на Боян Втори.")).to_be_visible()
    with municipality_scope(sliven):
        assert NeedsAssessment.objects.get(pk=rows.pk).owner_id == colleague.user.pk

    page.get_by_role("main").get_by_role("link", name="Числа", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Насочване в числа")
    page.goto(f"{LIST}chisla/?ot=01.09.2026&do=30.09.2026")
    expect(page.get_by_role("row", name=re.compile("От желанието до услугата"))).to_be_visible()
    assert_good(page)
    seen(page, "numbers")


def seen(page, name: str) -> None:
    if at := os.environ.get("E_SHOTS"):
        width = page.viewport_size["width"]
        page.screenshot(path=f"{at}/E7-{name}-{width}.png", full_page=True)
