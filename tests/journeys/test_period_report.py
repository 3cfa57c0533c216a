"""A report for a period: written, looked at as a draft, made, put into the archive, counted."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pypdf
import pytest
from playwright.sync_api import Page, expect

from municipalities.tenancy import municipality_scope
from projects.models import ProjectDocument
from tests.factories_projects import (
    ActivityFactory,
    BudgetLineFactory,
    ExpenseFactory,
    FundingSourceFactory,
    IndicatorFactory,
    ParticipantFactory,
    ProgrammeFactory,
    ProjectFactory,
    TraineeFactory,
    TrainingFactory,
)
from tests.support.browser import NARROW, assert_good

pytestmark = pytest.mark.browser


@pytest.fixture
def project(sliven):
    with municipality_scope(sliven):
        project = ProjectFactory(
            municipality=sliven, name="Информационен център", currency="EUR", amount="120000.00",
            programme=ProgrammeFactory(eu_fund="Европейски социален фонд плюс"),
            starts_on=dt.date(2026, 1, 1), has_investment=True, summary="Център за хората.",
        )  # fmt: skip
        of = {"municipality": sliven, "project": project}
        ActivityFactory(**of, title="Ремонт на помещението", done_on=dt.date(2026, 2, 10))
        FundingSourceFactory(**of, source="esf_plus", amount="120000.00")
        line = BudgetLineFactory(**of, code="1", name="Оборудване", amount="120000.00")
        ExpenseFactory(**of, line=line, net="1234.50", document_on=dt.date(2026, 3, 2))
        IndicatorFactory(**of, name="Обучени хора", unit="лица", counted_by="people-trained")
        ParticipantFactory(
            municipality=sliven,
            training=TrainingFactory(**of, title="Как се насочва"),
            trainee=TraineeFactory(municipality=sliven),
        )
        return project


def got(page: Page, name: str) -> bytes:
    """Fetch what a link of the page leads to, as the browser that is signed in."""
    href = page.get_by_role("link", name=name, exact=True).get_attribute("href")
    answer = page.request.get(f"{page.url.split('/admin/')[0]}{href}")
    assert answer.status == 200
    return answer.body()


def words_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_report_from_its_texts_to_the_archive(desk_of, manager, sliven, project):
    page = desk_of(manager, f"/admin/projects/periodreport/add/?project={project.pk}")
    page.get_by_label("Период от").fill("01.01.2026")
    page.get_by_label("Период до").fill("31.03.2026")
    page.get_by_label("Какво е направено").fill("Помещението е ремонтирано.")
    assert_good(page)
    page.locator("[name=_save]").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("01.01.2026 – 31.03.2026")
    assert_good(page)
    assert "ПРОЕКТ" in words_of(got(page, "Вижте чернова (PDF)"))
    page.get_by_role("button", name="Изготви документа").click()
    expect(page.get_by_text("Документът е изготвен.")).to_be_visible()
    made = words_of(got(page, "Изтеглете PDF"))
    for words in ("Помещението е ремонтирано.", "Как се насочва", "Обучени хора", "1 234,50"):
        assert words in made
    page.get_by_role("button", name="Сложи в архива").click()
    expect(page.get_by_role("link", name="в архива на проекта")).to_be_visible()
    page.set_viewport_size(NARROW)
    assert_good(page)

    book = openpyxl.load_workbook(io.BytesIO(got(page, "Финансов отчет (XLSX)")))
    assert book["Бюджет по пера"]["D2"].value == 1234.5
    with municipality_scope(sliven):
        assert ProjectDocument.objects.get().kind == "report"


def test_what_is_missing_of_visibility_leads_to_its_field(desk_of, manager, project):
    page = desk_of(manager, f"/admin/projects/project/{project.pk}/publichnost/")
    assert_good(page)
    page.get_by_role("link", name="Попълнете за Плакат А3").click()
    page.get_by_label("Плакатът е поставен").fill("Входът на центъра")
    page.locator("#id_poster_on").fill("05.01.2026")
    page.locator("[name=_save]").click()
    page.goto(f"/admin/projects/project/{project.pk}/publichnost/")
    row = page.get_by_role("row").filter(has_text="Плакат А3")
    expect(row).to_contain_text("Входът на центъра, от 05.01.2026 г.")
    page.set_viewport_size(NARROW)
    assert_good(page)
    page.goto(project.get_absolute_url())
    expect(page.get_by_text("Постигнато: 1 от 5")).to_be_visible()
    assert_good(page)
