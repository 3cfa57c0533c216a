"""The public list and page of projects."""

import datetime as dt
import re

import pytest

from municipalities.tenancy import municipality_scope
from projects.models import IndicatorValue
from tests.factories import ConsultationFactory
from tests.factories_projects import (
    ActivityFactory,
    FundingSourceFactory,
    IndicatorFactory,
    ParticipantFactory,
    PartnerFactory,
    ProjectFactory,
    TrainingFactory,
)
from trainings.models import Trainee


def names(response) -> list[str]:
    return [project.name for project in response.context["page_obj"]]


@pytest.fixture
def projects(sliven, elena):
    ProjectFactory(municipality=sliven, name="Дом")
    ProjectFactory(municipality=elena, name="Пътища")
    ProjectFactory(municipality=elena, name="Архив")
    ProjectFactory(municipality=elena, name="Тайна", is_public=False)


def test_all_public_projects_by_municipality(client, projects):
    assert names(client.get("/proekti/")) == ["Архив", "Пътища", "Дом"]


def test_of_one_municipality(client, projects):
    response = client.get("/proekti/?obshtina=elena")
    assert names(response) == ["Архив", "Пътища"]
    assert '<option value="elena" selected>Елена</option>' in response.content.decode()


def test_staff_of_one_municipality_read_the_same_list(manager, projects):
    assert names(manager.get("/proekti/")) == ["Архив", "Пътища", "Дом"]


@pytest.mark.parametrize("value", ["nyama", "%00", "1", "'", "9" * 5000, "елена", "%ff"])
def test_a_wrong_municipality_is_said_and_everything_shown(client, projects, value):
    response = client.get(f"/proekti/?obshtina={value}")
    assert response.status_code == 200
    assert names(response) == ["Архив", "Пътища", "Дом"]
    assert "Порталът няма такава община. Показваме всички." in response.content.decode()


@pytest.mark.parametrize(
    ("page", "number"),
    [("2", 2), ("last", 1), ("%00", 1), ("-1", 2), ("0", 2), ("99", 2), ("9" * 5000, 1), ("", 1)],
)
def test_any_page_number_is_answered(client, sliven, page, number):
    ProjectFactory.create_batch(21, municipality=sliven)
    response = client.get(f"/proekti/?page={page}")
    assert response.status_code == 200
    assert response.context["page_obj"].number == number


def test_pages_keep_the_chosen_municipality(client, sliven):
    ProjectFactory.create_batch(21, municipality=sliven)
    assert (
        "/proekti/?obshtina=sliven&amp;page=2"
        in client.get("/proekti/?obshtina=sliven").content.decode()
    )


def test_nothing_yet(client, db):
    assert "Още няма публикувани проекти" in client.get("/proekti/").content.decode()


def test_nothing_yet_in_this_municipality(client, projects, sliven):
    from tests.factories import MunicipalityFactory

    MunicipalityFactory(slug="svoge", name="Своге")
    text = client.get("/proekti/?obshtina=svoge").content.decode()
    assert "Общината още няма публикувани проекти" in text


def test_a_hidden_project_is_answered_like_none(client, sliven, manager):
    hidden = ProjectFactory(municipality=sliven, is_public=False)
    for who in (client, manager):
        assert who.get(f"/proekti/{hidden.slug}/").status_code == 404
        assert who.get("/proekti/nyama/").status_code == 404


def test_a_bare_project_has_no_empty_rows(client, sliven):
    project = ProjectFactory(municipality=sliven)
    text = client.get(project.get_absolute_url()).content.decode()
    terms = re.findall(r"<dt>([^<]+)</dt>", text)
    assert terms == ["Програма", "Стойност на проекта"]
    assert text.count("<h2") == 1  # the municipality's, beside the article
    assert "–</dd>" not in text


def test_the_statement_beside_the_emblem(client, sliven):
    whole = ProjectFactory(municipality=sliven, eu_statement="financed")
    part = ProjectFactory(municipality=sliven, eu_statement="cofinanced")
    assert (
        ">Финансирано от Европейския съюз" in client.get(whole.get_absolute_url()).content.decode()
    )
    assert ">Съфинансирано от Европейския съюз" in (
        client.get(part.get_absolute_url()).content.decode()
    )


def test_sources_that_are_not_the_whole_have_no_total(client, sliven):
    project = ProjectFactory(municipality=sliven)
    for source, amount in (("eu", 100), ("own", 200)):
        FundingSourceFactory(municipality=sliven, project=project, source=source, amount=amount)
    text = client.get(project.get_absolute_url()).content.decode()
    assert "Финансиране по източник" in text
    assert "<tfoot>" not in text


def test_the_cent_between_the_parts_and_the_whole_is_explained(client, sliven):
    project = ProjectFactory(municipality=sliven, amount="198660.00")
    for source, amount in (("eu", "188727.00"), ("national", "9933.00")):
        FundingSourceFactory(municipality=sliven, project=project, source=source, amount=amount)
    text = client.get(project.get_absolute_url()).content.decode()
    assert "Всяка сума е превърната в евро отделно" in text
    assert "101\xa0573,25\xa0€" in text


def test_the_list_costs_the_same_for_any_number(client, queries, sliven, elena):
    queries.assert_same(
        client,
        "/proekti/",
        lambda n: [ProjectFactory(municipality=sliven if i % 2 else elena) for i in range(n)],
        name="/proekti/",
        at_most=6,
    )


def test_the_page_costs_the_same_for_any_number_of_parts(client, queries, sliven):
    of = {"municipality": sliven, "project": ProjectFactory(municipality=sliven)}
    FundingSourceFactory(**of)

    def make(n):
        for factory in (ActivityFactory, IndicatorFactory, PartnerFactory):
            factory.create_batch(n, **of)

    queries.assert_same(
        client, of["project"].get_absolute_url(), make, name="/proekti/<slug>/", at_most=14
    )


def test_the_municipality_shows_its_projects(client, projects):
    text = client.get("/obshtini/elena/").content.decode()
    assert "Архив" in text
    assert "Тайна" not in text
    assert "Дом</a>" not in text


# Results and the poster


@pytest.fixture
def measured(sliven):
    """A project with a result that is counted, one written by hand, and one of people's cases."""
    with municipality_scope(sliven):
        project = ProjectFactory(municipality=sliven, starts_on=dt.date(2026, 1, 1))
        of = {"municipality": sliven, "project": project}
        IndicatorFactory(**of, name="Обучени", unit="лица", target=5, counted_by="people-trained")
        for title in ("Първо", "Второ"):
            training = TrainingFactory(**of, title=title)
            trainee, _made = Trainee.objects.get_or_create(municipality=sliven, name="Мира Тайна")
            ParticipantFactory(municipality=sliven, training=training, trainee=trainee)
        written = IndicatorFactory(**of, name="Проучване", target=1)
        IndicatorValue.objects.create(
            municipality=sliven, indicator=written, value=1, on="2026-05-01"
        )
        IndicatorFactory(**of, name="Нищо още", target=7)
        return project


def test_what_is_reached_stands_by_what_is_planned_and_nobody_by_name(client, measured):
    text = client.get(measured.get_absolute_url()).content.decode()
    assert "Планирани и постигнати резултати" in text
    assert "Постигнато: 1 от 5\xa0лица" in text  # the same person in two trainings
    assert 'Постигнато: 1 от 1\xa0бр.</span> <span class="nowrap">(към 01.05.2026)' in text
    assert text.count("Постигнато:") == 2  # of the third nothing is known
    assert "Мира" not in text


def test_of_peoples_cases_no_small_number_is_told(client, sliven, measured):
    with municipality_scope(sliven):
        IndicatorFactory(
            municipality=sliven, project=measured, name="Насочени", counted_by="consultations"
        )
        for _ in range(3):
            ConsultationFactory(municipality=sliven)
    text = client.get(measured.get_absolute_url()).content.decode()
    assert "Постигнато: под 5 от 5" in text


def test_the_poster_is_for_everybody(client, measured):
    response = client.get(f"{measured.get_absolute_url()}plakat.pdf")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")
    assert f"{measured.get_absolute_url()}plakat.pdf" in (
        client.get(measured.get_absolute_url()).content.decode()
    )


def test_of_a_hidden_project_only_its_manager_has_the_poster(client, manager, sliven):
    hidden = ProjectFactory(municipality=sliven, is_public=False, aim="Тайна цел")
    for who in (client, manager):
        assert who.get(f"/proekti/{hidden.slug}/plakat.pdf").status_code == 404
    made = manager.get(f"/admin/projects/project/{hidden.pk}/plakat/")
    assert made.content.startswith(b"%PDF")
    assert client.get(f"/admin/projects/project/{hidden.pk}/plakat/").status_code == 302
