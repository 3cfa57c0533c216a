"""The head sets how the municipality refers, and writes to ДСП; every page is looked at by axe."""

from __future__ import annotations

import os
import re

import pytest
from playwright.sync_api import Page, expect

from municipalities.starting import begin
from municipalities.tenancy import municipality_scope
from referrals.models import RoutingRow, SocialAssistanceDirectorate, WaitingPriority
from services_registry.models import ServiceKind
from services_registry.reference import load
from tests.factories import ServiceFactory
from tests.referrals.test_assessment_documents import redirected
from tests.support.browser import assert_good

pytestmark = pytest.mark.browser
LISTS = ("routingrow", "socialassistancedirectorate", "waitingrule", "referringpolicy")


def looked_at(page: Page, name: str) -> None:
    """See that the page is good; keep a picture where ``PICTURES`` names a folder."""
    assert_good(page)
    if folder := os.environ.get("PICTURES"):
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=f"{folder}/R-{name}-{width}.png", full_page=True)


def test_the_head_sets_the_rules_and_writes_to_the_directorate(desk_of, head, sliven, screen):
    list(load())
    begin(sliven)
    case = redirected(sliven)
    service = ServiceFactory(municipality=sliven, name="Дневен център „Надежда“")
    with municipality_scope(sliven):
        service.kinds.set(ServiceKind.objects.filter(code="day_care"))
        service.status, service.financing = "published", "state"
        service.save()
        row = RoutingRow.objects.get(code="specialised-state")
        SocialAssistanceDirectorate.objects.create(municipality=sliven, name="ДСП – Сливен")
    page = desk_of(head, "/admin/referrals/routingrow/", screen)
    for name in LISTS:
        for tail in ("", "add/"):
            page.goto(f"/admin/referrals/{name}/{tail}")
            looked_at(page, f"{name}{tail.strip('/')}")
    page.goto(f"/admin/referrals/routingrow/{row.pk}/change/")
    expect(page.get_by_text(service.name)).to_be_visible()
    looked_at(page, "row")
    page.goto("/admin/referrals/waitingrule/add/")
    page.get_by_label("Акт на общината").fill("Решение № 12 от 03.02.2026 г.")
    page.get_by_label("Редът с думи").fill("Първо се приемат хората, които живеят сами.")
    page.get_by_label("В сила от").fill("03.02.2026")
    page.locator("#priorities-group .add-row a").click()
    page.locator("#priorities-group .dynamic-priorities input[name$='-name']").last.fill("сам")
    looked_at(page, "rule")
    page.get_by_role("button", name="Запиши", exact=True).click()
    expect(page.get_by_role("link", name=re.compile("Решение № 12")).first).to_be_visible()
    with municipality_scope(sliven):
        assert WaitingPriority.objects.get().name == "сам"
    page.goto(f"/rabotno-myasto/otsenki/{case.pk}/pismo-dsp/")
    looked_at(page, "letter")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("Изготви с изходящ номер")).click()
    expect(page.get_by_role("heading", name=re.compile("Писмо ИЗХ-"))).to_be_visible()
    page.get_by_label(re.compile("Отпечатано")).check()
    page.get_by_role("button", name="Отбележи като пратено").click()
    expect(page.get_by_text("Записано е, че писмото е пратено.")).to_be_visible()
