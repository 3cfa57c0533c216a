"""A manager publishes a leaflet; a citizen finds it from the service and opens it."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from municipalities.typeset import render
from services_registry.models import Service
from tests.journeys.conftest import sign_in
from tests.support import uploads as made
from tests.support.browser import NARROW, assert_good

pytestmark = pytest.mark.browser

TITLE = "Помощ у дома: на кого да се обадите"


def test_a_leaflet_from_the_manager_to_a_citizen(browse, tmp_path):
    service = Service.public.filter(municipality__slug="sliven").order_by("name", "pk").first()
    scan, leaflet = tmp_path / "скан.png", tmp_path / "листовка.pdf"
    scan.write_bytes(made.photograph("PNG"))
    leaflet.write_bytes(render("demo_paper.typ", {}))  # has all that the checks ask for

    page = browse("/accounts/login/")
    sign_in(page, "manager.sliven")
    page.goto("/admin/campaigns/material/add/")
    page.get_by_label("Вид:").select_option(label="листовка")
    page.get_by_label("Заглавие:").fill(TITLE)
    page.locator("#id_summary").fill("Кой помага у дома и колко струва.")
    page.locator("#id_services_from").select_option(label=service.name)
    page.locator("#id_services_add").click()
    page.locator("input[name=_save]").click()
    expect(page.get_by_text("Качете файловете му")).to_be_visible()

    upload = page.get_by_label("Файл", exact=True)
    upload.set_input_files(scan)
    page.get_by_role("button", name="Качи и провери").click()
    expect(page.get_by_text("Това е картина: няма текст за екранен четец")).to_be_visible()
    assert_good(page)
    page.get_by_text("Замени с поправен").click()
    page.get_by_label("Нов файл вместо скан.png").set_input_files(leaflet)
    page.get_by_role("button", name="Замени").click()
    expect(page.get_by_text("недостатък")).to_have_count(0)
    expect(page.get_by_text("Наред:")).to_be_visible()
    assert_good(page)

    page.get_by_role("link", name="данните му").click()
    page.get_by_label("Показва се на гражданите").check()
    page.locator("input[name=_continue]").click()
    expect(page.get_by_role("link", name="Виж в портала")).to_be_visible()

    reader = browse(service.get_absolute_url(), viewport=NARROW)
    reader.get_by_role("link", name=TITLE).click()
    expect(reader.get_by_text("подходящо за екранен четец")).to_be_visible()
    assert_good(reader)
    file = reader.get_by_role("main").get_by_role("link", name="Български")
    href = file.get_attribute("href")
    assert PdfReader(io.BytesIO(reader.request.get(href).body())).metadata.title

    page.goto("/admin/campaigns/material/izteglyaniya/")
    expect(page.get_by_role("row", name=TITLE)).to_contain_text("1")
    assert_good(page)
