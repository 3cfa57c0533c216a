"""A letter in the browser: typed, looked at as a draft, made, marked as sent."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from municipalities.tenancy import municipality_scope
from referrals.models import Letter
from tests.factories_applications import ApplicationFactory
from tests.support.browser import Keyboard, assert_good

pytestmark = pytest.mark.browser


def test_a_letter_is_looked_at_made_and_sent(desk_of, specialist, sliven, office, screen):
    application = ApplicationFactory(
        municipality=sliven, office=office, email="penka@example.bg", owner=specialist.user
    )
    page = desk_of(
        specialist, f"/rabotno-myasto/zayavleniya/{application.pk}/pismo/?vid=answer", screen
    )
    assert_good(page)
    body = page.get_by_label("Текст")
    body.fill(body.input_value().replace("[…]", "Има свободно място от понеделник."))
    expect(page.get_by_text(re.compile("записано"))).to_be_visible()
    with page.context.expect_event(
        "response", lambda answer: answer.headers.get("content-type") == "application/pdf"
    ):
        page.get_by_role("button", name=re.compile("Преглед")).click()
    # The page and what was typed are still there, and what is typed next is still kept.
    expect(body).to_have_value(re.compile("свободно място"))
    body.press("End")
    with page.expect_response(lambda answer: "/chernovi/" in answer.url):
        body.press_sequentially(" Елате.")
    Keyboard(page).press("Control+Enter")
    expect(page.get_by_role("heading", name=re.compile("Писмо ИЗХ-"))).to_be_visible()
    assert_good(page)
    page.get_by_label(re.compile("Отпечатано")).check()
    page.get_by_role("button", name="Отбележи като пратено").click()
    expect(page.get_by_text("Записано е, че писмото е пратено.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(r"ИЗХ-.* \(PDF\)"))).to_be_visible()
    assert_good(page)
    with municipality_scope(sliven):
        assert "Елате." in Letter.objects.get().body
