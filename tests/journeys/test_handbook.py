"""The manager makes the handbook by clicks; a citizen reads it and takes the book."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
from playwright.sync_api import expect

from services_registry.models import LifeSituation
from tests.factories import ServiceFactory
from tests.factories_projects import ProjectFactory
from tests.support.browser import NARROW, assert_good

pytestmark = pytest.mark.browser


def test_a_handbook_from_its_chapters_to_the_book(desk_of, manager, sliven, new_context, watch):
    at_home = LifeSituation.objects.create(
        slug="samo-vkashti", name="Сам съм вкъщи", summary="Помощ у дома.", order=901
    )
    for name in ("Асистентска подкрепа", "Топъл обяд"):
        ServiceFactory(municipality=sliven, name=name, life_situations=[at_home], steps=["Идвате"])
    project = ProjectFactory(municipality=sliven, name="Заедно", is_public=True)

    page = desk_of(manager, f"/admin/campaigns/handbook/add/?project={project.pk}")
    page.locator("#id_title").fill("Услуги за всеки")
    page.locator("#chapters-group .add-row a").click()
    page.locator("#id_chapters-0-title").fill("Увод")
    page.locator("#id_chapters-0-text").fill("## Как се чете\n\nТърсете **своята** ситуация.")
    page.locator("input[name=_continue]").click()
    assert_good(page)
    page.get_by_role("link", name="Преглед на главите").click()
    expect(page.locator("strong", has_text="своята")).to_be_visible()
    assert_good(page)
    pages = page.get_by_label("Страници на наръчника")
    pages.get_by_role("link", name="Услуги").click()
    expect(page.get_by_text("всички публикувани услуги").first).to_be_visible()
    assert_good(page)
    pages.get_by_role("link", name="Издания").click()
    page.get_by_role("button", name="Направи ново издание").click()
    expect(page.get_by_text("готово, не е публикувано")).to_be_visible()
    page.get_by_role("button", name="Публикувай").click()
    expect(page.get_by_text("вижда се от гражданите").first).to_be_visible()
    assert_good(page)

    context = new_context(
        base_url=page.url.split("/admin/")[0], viewport=NARROW, java_script_enabled=False
    )
    phone = watch.over(context.new_page())
    phone.goto("/narachnitsi/")
    phone.locator("main").get_by_role("link", name="Услуги за всеки").first.click()
    phone.get_by_role("link", name="2. Сам съм вкъщи").click()
    expect(phone.get_by_role("heading", name="Топъл обяд")).to_be_visible()
    phone.locator("main").get_by_role("link", name="Азбучен указател").click()
    phone.locator("main").get_by_role("link", name="Топъл обяд").first.click()
    expect(phone.locator(":target")).to_have_text("Топъл обяд")

    reader_page = desk_of(manager, phone.url, viewport=NARROW)
    for name in ("Съдържание", "Азбучен указател"):
        assert_good(reader_page)
        reader_page.locator("main").get_by_role("link", name=name).last.click()
    assert_good(reader_page)
    href = reader_page.get_by_role("link", name="Цялата книга").get_attribute("href")
    book = pypdf.PdfReader(io.BytesIO(reader_page.request.get(href).body()))
    texts = [page.extract_text() for page in book.pages]
    told = int(re.search(r"Топъл обяд[ .]*(\d+)", texts[1])[1])
    assert "Топъл обяд" in texts[told - 1]
    assert "Увод" in texts[2]
