"""The public list and page of projects."""

import re

import pytest

from tests.factories_projects import (
    ActivityFactory,
    FundingSourceFactory,
    IndicatorFactory,
    PartnerFactory,
    ProjectFactory,
)


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
        client, of["project"].get_absolute_url(), make, name="/proekti/<slug>/", at_most=8
    )


def test_the_municipality_shows_its_projects(client, projects):
    text = client.get("/obshtini/elena/").content.decode()
    assert "Архив" in text
    assert "Тайна" not in text
    assert "Дом</a>" not in text
