"""A preliminary assessment in the browser: from the application to the numbered document."""

from __future__ import annotations

import os
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from municipalities.starting import begin
from municipalities.tenancy import municipality_scope
from referrals.models import NeedsAssessment
from tests.factories_applications import ApplicationFactory
from tests.factories_people import PersonFactory
from tests.support.browser import DESKTOP, NARROW, assert_good

pytestmark = pytest.mark.browser


def look(page: Page, name: str) -> None:
    """The page is sound at both ends of the screens it must fit."""
    for size in (NARROW, DESKTOP):
        page.set_viewport_size(size)
        if folder := os.environ.get("LOOK_AT"):
            page.screenshot(path=f"{folder}/{name}-{size['width']}.png", full_page=True)
        assert_good(page)


def test_an_assessment_is_filled_interrupted_concluded_read_and_issued(
    desk_of, specialist, head, sliven, office
):
    begin(sliven)
    application = ApplicationFactory(
        municipality=sliven,
        office=office,
        owner=specialist.user,
        person=PersonFactory(municipality=sliven),
        confirmed_at=timezone.now(),
        state="in_work",
    )
    page = desk_of(specialist, f"/rabotno-myasto/zayavleniya/{application.pk}/")
    page.get_by_role("link", name="Започни оценката").click()
    look(page, "begin")
    page.get_by_role("button", name=re.compile("Започни оценката")).click()
    expect(page.get_by_role("heading", name="Здраве и самообслужване")).to_be_visible()
    look(page, "fill")

    # What is typed is there after the page was left without saving.
    page.get_by_label("Какво желае човекът, с негови думи").fill("Да остана вкъщи.")
    expect(page.locator("[data-draft-state]")).to_have_text(re.compile("записано"))
    page.get_by_role("link", name="Заключение").click()
    page.get_by_role("link", name="Попълване").click()
    page.get_by_role("link", name="Продължете го").click()
    expect(page.get_by_label("Какво желае човекът, с негови думи")).to_have_value(
        "Да остана вкъщи."
    )
    page.get_by_label("лично, с пълно участие").check()
    page.get_by_label("с помощ понякога").check()
    page.get_by_role("group", name=re.compile("С кого живее")).get_by_label(
        "сам", exact=True
    ).check()
    page.get_by_role("group", name=re.compile("непосредствена опасност")).get_by_label(
        "Не", exact=True
    ).check()
    page.get_by_role("button", name=re.compile("Запиши и продължи")).click()

    expect(page.get_by_role("heading", name="Заключение")).to_be_visible()
    page.get_by_label(re.compile("не се установява потребност")).check()
    page.get_by_role("button", name=re.compile("Запиши и продължи")).click()
    expect(page.get_by_role("alert")).to_contain_text("Напишете защо не се насочва")
    look(page, "conclude-wrong")
    page.get_by_label(re.compile("^Защо")).fill("Справя се с помощта на дъщеря си.")
    page.get_by_role("button", name=re.compile("Запиши и продължи")).click()
    expect(page.get_by_role("heading", name="Проверка")).to_be_visible()
    look(page, "check")
    # Nobody is referred: by the municipality's rules the head reads it first.
    page.get_by_role("button", name=re.compile("Дай за преглед")).click()
    expect(page.get_by_text("Чака преглед от ръководителя.")).to_be_visible()

    with municipality_scope(sliven):
        made = NeedsAssessment.objects.get()
    reading = desk_of(head, f"/rabotno-myasto/otsenki/{made.pk}/")
    reading.get_by_role("link", name="Прегледай").click()
    look(reading, "review")
    reading.get_by_role("button", name=re.compile("Одобри и издай")).click()
    expect(reading.get_by_role("heading", level=1)).to_have_text(re.compile(r"ПО-\d{4}-000001"))
    expect(reading.get_by_role("link", name=re.compile(r"екземпляр 1 \(PDF\)"))).to_be_visible()
    look(reading, "page")
