"""What the rules on visibility ask of a project, and the poster."""

import datetime as dt
import io
import re

import pypdf
import pytest

from municipalities.norms.models import LegalNorm
from municipalities.tenancy import municipality_scope
from projects.models import Project
from projects.norms import add_missing
from projects.publicity.check import check, missing, visibility_risks
from projects.publicity.poster import poster
from tests.factories_projects import (
    FundingSourceFactory,
    IndicatorFactory,
    PartnerFactory,
    ProgrammeFactory,
    ProjectFactory,
)

DAY = dt.date(2026, 11, 21)


@pytest.fixture
def scope(sliven):
    with municipality_scope(sliven):
        add_missing(sliven)
        yield


@pytest.fixture
def esf(db):
    return ProgrammeFactory(name="Програма", eu_fund="Европейски социален фонд плюс")


def shown_in_full(sliven, programme, **facts) -> Project:
    """A project of 200 000 € with an investment, of which nothing is missing."""
    said = {
        "programme": programme, "amount": "200000.00", "currency": "EUR",
        "summary": "Център.", "aim": "Да помага.", "starts_on": dt.date(2026, 1, 5),
        "site_url": "https://example.bg/proekt/", "has_investment": True,
        "poster_place": "Входът на общината", "poster_on": dt.date(2026, 1, 6),
        "plaque_place": "Центърът", "plaque_on": dt.date(2026, 3, 1),
    }  # fmt: skip
    project = ProjectFactory(municipality=sliven, **{**said, **facts})
    FundingSourceFactory(municipality=sliven, project=project, source="esf_plus", amount=170000)
    FundingSourceFactory(municipality=sliven, project=project, source="national", amount=30000)
    IndicatorFactory(municipality=sliven, project=project)
    return Project.objects.for_listing().get(pk=project.pk)


def text_of(pdf: bytes) -> tuple[pypdf.PdfReader, str]:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    words = " ".join(page.extract_text() for page in reader.pages).replace("\u200b", "")
    return reader, re.sub(r"\s+", " ", words)


def said_of_pictures(reader: pypdf.PdfReader) -> set[str]:
    """What a screen reader says of the pictures."""
    found, waiting = set(), [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += [part.get_object() for part in one]
        elif isinstance(one, dict):
            found |= {str(one["/Alt"])} if "/Alt" in one else set()
            waiting += [one["/K"]] if "/K" in one else []
    return found


def test_of_a_project_shown_in_full_nothing_is_missing(scope, sliven, esf):
    project = shown_in_full(sliven, esf)
    assert missing(project, DAY) == []
    assert visibility_risks(project, DAY) == []
    assert {item.state for item in check(project, DAY)} == {"ok"}


@pytest.mark.parametrize(
    ("without", "code", "state"),
    [
        ({"is_public": False}, "page", "late"),
        ({"summary": " "}, "summary", "late"),
        ({"aim": ""}, "aim", "late"),
        ({"eu_statement": "financed"}, "statement", "late"),
        ({"site_url": ""}, "site", "due"),
        ({"poster_place": ""}, "poster", "late"),
        ({"poster_on": None}, "poster", "late"),
        ({"poster_on": dt.date(2026, 12, 1)}, "poster", "due"),
        ({"plaque_place": "", "plaque_on": None}, "plaque", "late"),
        ({"plaque_place": "", "starts_on": dt.date(2027, 1, 5)}, "plaque", "due"),
    ],
)
def test_what_is_missing_is_said_once_and_leads_to_its_field(
    scope, sliven, esf, without, code, state
):
    project = shown_in_full(sliven, esf, **without)
    (item,) = missing(project, DAY)
    assert (item.code, item.state) == (code, state)
    (risk,) = visibility_risks(project, DAY)
    assert risk.level == state
    assert risk.url.startswith(f"/admin/projects/project/{project.pk}/change/#id_")


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"has_investment": False}, "не е отбелязано да има ремонт"),
        ({"amount": "100000.00"}, "прагът е 100\xa0000,00\xa0€ (непотвърдена норма)"),
        ({"amount": "195583.00", "currency": "BGN"}, "проектът е 100\xa0000,00\xa0€"),
    ],
)
def test_no_plaque_is_asked_for_below_the_threshold_or_without_investment(
    scope, sliven, esf, facts, why
):
    project = shown_in_full(sliven, esf, plaque_place="", plaque_on=None, **facts)
    (item,) = [item for item in check(project, DAY) if item.code == "plaque"]
    assert item.state == "spared"
    assert why in item.why


def test_a_municipality_that_corrects_the_threshold_is_asked_by_its_own(scope, sliven, esf):
    LegalNorm.objects.filter(code="plaque-threshold").update(value=500_000, is_verified=True)
    project = shown_in_full(sliven, esf, plaque_place="", plaque_on=None)
    (item,) = [item for item in check(project, DAY) if item.code == "plaque"]
    assert item.state == "spared"
    assert "непотвърдена" not in item.why
    assert add_missing(sliven) == 0


def test_of_the_old_period_the_old_regulation_is_cited_and_no_plaque_asked(scope, sliven):
    old = ProgrammeFactory(name="ОП", period="2014–2020", eu_fund="Европейски социален фонд")
    project = shown_in_full(sliven, old, plaque_place="", plaque_on=None)
    assert missing(project, DAY) == []
    assert all("1303/2013" in item.basis for item in check(project, DAY) if item.basis)


def test_of_a_project_without_money_of_the_union_nothing_is_asked(scope, sliven):
    project = ProjectFactory(municipality=sliven)
    FundingSourceFactory(municipality=sliven, project=project, source="national")
    assert check(project, DAY) == []


# The poster


def test_the_poster_is_a_tagged_a3_page_that_says_what_the_page_says(scope, sliven, esf):
    project = shown_in_full(sliven, esf, contract_number="Д-1", amount="391166.00", currency="BGN")
    PartnerFactory(municipality=sliven, project=project, name="Община Осило")
    reader, text = text_of(poster(Project.objects.for_page().get(pk=project.pk)))
    assert len(reader.pages) == 1
    assert [round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox[2:]] == [297, 420]
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    for words in (
        "Община Сливен", project.name, "Да помага.",
        "391 166,00 лв.", "200 000,00 €", "№ Д-1", "Община Осило", project.get_absolute_url(),
    ):  # fmt: skip
        assert words in text
    assert said_of_pictures(reader) >= {
        "Знаме на Европейския съюз",
        "Съфинансирано от Европейския съюз",
    }


@pytest.mark.parametrize("long", ["дума " * 49, "ш" * 250, "#panic[*x*] 😀 " * 15])
def test_the_poster_stays_one_page_whatever_was_typed(scope, sliven, esf, long):
    project = shown_in_full(
        sliven, esf, name=long[:250], aim="Изречение от няколко думи. " * 200, slug="dalag"
    )
    reader, _text = text_of(poster(project))
    assert len(reader.pages) == 1
    assert "Съфинансирано от Европейския съюз" in said_of_pictures(reader)


def test_with_a_face_that_the_rules_allow_the_statement_is_text(scope, sliven, esf, monkeypatch):
    monkeypatch.setattr("projects.publicity.emblem.statement_fonts", lambda: ["DejaVu Sans Mono"])
    project = shown_in_full(sliven, esf, eu_statement="financed", slug="s-shrift")
    assert "Финансирано от Европейския съюз" in text_of(poster(project))[1]
