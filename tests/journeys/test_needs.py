"""An analysis of needs in the browser: assembled, written, kept as a version, taken as files."""

from __future__ import annotations

import io
import os
import re

import pytest
from docx import Document
from playwright.sync_api import expect
from pypdf import PdfReader

from municipalities.tenancy import municipality_scope
from referrals.models import NeedsSection
from referrals.needs import counting, writing
from tests.factories import ConsultationFactory, SettlementFactory
from tests.support.browser import DESKTOP, NARROW, Keyboard, assert_good

pytestmark = pytest.mark.browser


def test_an_analysis_is_assembled_edited_and_exported(desk_of, head, sliven):
    SettlementFactory(municipality=sliven, name="Кермен", population_2013=2200)
    for _ in range(6):
        ConsultationFactory(municipality=sliven, specialist=head.user)
    page = desk_of(head, "/rabotno-myasto/")
    page.locator("summary", has_text=head.user.name).click()
    page.get_by_role("link", name="Анализи на потребностите").click()
    page.get_by_role("link", name="Нов анализ").first.click()
    assert_good(page)
    Keyboard(page).press("Control+Enter")
    contents = page.get_by_role("navigation", name="Съдържание")
    for section in counting.SECTIONS.values():
        expect(contents.get_by_role("link", name=section.title)).to_be_visible()
    assert_good(page)
    # Written, and looked at before it is saved; what is typed is kept meanwhile.
    page.get_by_role("link", name=re.compile(f"Напиши текст.*{writing.PROBLEMS}")).click()
    page.get_by_label("Текст").fill("Няма **личен асистент**.\n\n- в Кермен")
    expect(page.locator("[data-draft-state]")).to_have_text(re.compile("записано"))
    page.get_by_role("button", name="Покажи как изглежда").click()
    expect(page.locator("strong", has_text="личен асистент")).to_be_visible()
    assert_good(page)
    Keyboard(page).press("Control+Enter")
    expect(page.get_by_text(f"Частта „{writing.PROBLEMS}“ е записана.")).to_be_visible()
    page.get_by_role("button", name=re.compile(f"Нагоре.*{writing.PROBLEMS}")).click()
    page.set_viewport_size(NARROW)
    assert_good(page)
    _look(page, "needs")
    page.set_viewport_size(DESKTOP)
    # Kept, and taken as files.
    page.get_by_role("link", name="Запази версия").click()
    page.get_by_label("Какво е ново").fill("Първа за съвета")
    page.get_by_role("button", name="Запази версията").click()
    expect(page.get_by_text(re.compile("Версия № 1 от"))).to_be_visible()
    assert_good(page)
    address = page.url
    pdf = page.request.get(f"{address}dokument/pdf/").body()
    text = "".join(part.extract_text() for part in PdfReader(io.BytesIO(pdf)).pages)
    assert "Няма личен асистент." in text
    paper = Document(io.BytesIO(page.request.get(f"{address}dokument/docx/").body()))
    assert "Няма личен асистент." in [row.text for row in paper.paragraphs]
    assert page.request.get(f"{address}dokument/xlsx/").body()[:2] == b"PK"
    with municipality_scope(sliven):
        order = list(NeedsSection.objects.values_list("title", flat=True))
    assert order.index(writing.PROBLEMS) == len(order) - 3


def _look(page, name: str) -> None:
    """Leave pictures of the page where somebody asked for them."""
    if folder := os.environ.get("LOOK_AT"):
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
