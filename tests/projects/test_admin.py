"""The admin of projects: in Bulgarian, within the municipality, with sums that agree."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from projects.models import Activity, BudgetLine, FundingSource, Programme, Project
from tests.factories_projects import (
    ActivityFactory,
    BudgetLineFactory,
    FundingSourceFactory,
    IndicatorFactory,
    PartnerFactory,
    ProcedureFactory,
    ProgrammeFactory,
    ProjectFactory,
)
from tests.support.people import demo_client, rows_of

LIST = "/admin/projects/project/"
INLINES = ("funding", "partners", "activities", "budget_lines", "indicators")


def change(project) -> str:
    return f"{LIST}{project.pk}/change/"


def filled(client, url: str, **changes) -> dict[str, str]:
    """The form of a page as a browser would send it back, with ``changes``."""
    text = client.get(url).content.decode()
    data = {}
    for tag in re.findall(r"<input[^>]+>", text):
        attrs = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        unchecked = attrs.get("type") == "checkbox" and " checked" not in tag
        if "name" in attrs and attrs.get("type") != "submit" and not unchecked:
            data[attrs["name"]] = attrs.get(
                "value", "on" if attrs.get("type") == "checkbox" else ""
            )
    for attrs, body in re.findall(r"<textarea([^>]*)>\n?(.*?)</textarea>", text, re.S):
        data[re.search(r'name="([^"]+)"', attrs)[1]] = body
    for attrs, body in re.findall(r"<select([^>]*)>(.*?)</select>", text, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        if name := re.search(r'name="([^"]+)"', attrs):
            data[name[1]] = chosen[1] if chosen else ""
    kept = {name: value for name, value in data.items() if "__prefix__" not in name}
    return kept | {name: str(value) for name, value in changes.items()}


def errors(response) -> str:
    assert response.status_code == 200
    return " ".join(re.findall(r'<ul class="errorlist[^>]*>(.*?)</ul>', response.content.decode()))


# What a manager sees


def test_the_start_page_lists_what_a_manager_can_do(manager):
    text = manager.get("/admin/").content.decode()
    assert "Какво искате да направите?" in text
    for name in ("Проекти", "Обучения", "Кампании", "Програми", "Процедури"):
        assert f">{name}</a>" in text
    assert "/admin/projects/programme/add/" not in text


def test_the_list_has_levs_and_euro(demo):
    text = demo_client("manager.sliven@example.bg").get(LIST).content.decode()
    assert "420\xa0304,68\xa0лв." in text
    assert "214\xa0898,37\xa0€" in text
    assert "BG05SFPR002-2.002" in text
    assert "24 месеца" in text
    assert "Елена" not in text.split("<main", 1)[1]


@pytest.mark.parametrize("slug", ["sliven", "dolni-chiflik", "aytos", "svoge", "elena"])
def test_the_page_of_each_announced_project(demo, slug):
    client = demo_client(f"manager.{slug}@example.bg")
    project = rows_of(client.get("/admin/").wsgi_request.municipality, Project)[0]
    text = client.get(change(project)).content.decode()
    for title in ("Програма и договор", "Пари", "Срок", "Финансиране по източник", "Дейности"):
        assert title in text
    assert f"{project.amount_eur:,.2f}".replace(",", "\xa0").replace(".", ",") in text
    # What Django would say in English were a text of ours or its own not translated.
    for english in ("Add another", "Delete?", "Save", "Currently", "Change project", "Today"):
        assert english not in text


def test_a_derived_end_and_shares_are_shown(demo):
    aytos = demo_client("manager.aytos@example.bg")
    project = Project.public.get(municipality__slug="aytos")
    assert "01.04.2025 (изчислен)" in aytos.get(change(project)).content.decode()
    chiflik = demo_client("manager.dolni-chiflik@example.bg")
    project = Project.public.get(municipality__slug="dolni-chiflik")
    text = chiflik.get(change(project)).content.decode()
    assert "95\xa0%" in text
    assert "96\xa0494,58\xa0€" in text


def test_amounts_are_written_the_bulgarian_way_in_the_form(manager, sliven):
    project = ProjectFactory(municipality=sliven, amount="420304.68")
    assert 'value="420\xa0304,68"' in manager.get(change(project)).content.decode()


# Who may


def test_a_foreign_project_is_answered_like_none(elena_manager, sliven):
    project = ProjectFactory(municipality=sliven)
    for ending in ("change", "delete", "history"):
        foreign = elena_manager.get(f"{LIST}{project.pk}/{ending}/")
        missing = elena_manager.get(f"{LIST}{project.pk + 1000}/{ending}/")
        assert foreign.status_code == missing.status_code
        assert foreign.get("Location") == missing.get("Location")
    assert project.name not in elena_manager.get(LIST).content.decode()


def test_a_foreign_project_cannot_be_changed(elena_manager, sliven):
    project = ProjectFactory(municipality=sliven, name="Чужд")
    elena_manager.post(change(project), {"name": "Мой"})
    elena_manager.post(f"{LIST}{project.pk}/delete/", {"post": "yes"})
    assert [row.name for row in rows_of(sliven, Project)] == ["Чужд"]


@pytest.mark.parametrize("role", ["specialist", "head", "administrator", "dpo", "operator"])
def test_only_managers_have_projects(request, role, sliven):
    project = ProjectFactory(municipality=sliven)
    client = request.getfixturevalue(role)
    for url in (LIST, change(project), f"{LIST}add/"):
        assert client.get(url).status_code in {302, 403}


def test_programmes_are_read_by_managers_and_kept_by_the_operator(manager, operator):
    programme = ProgrammeFactory()
    url = f"/admin/projects/programme/{programme.pk}/change/"
    new = {"name": "Ново име", "period": "2028–2034", "code": "", "eu_fund": ""}
    assert manager.get(url).status_code == 200
    assert manager.post(url, new).status_code == 403
    assert operator.post(url, new).status_code == 302
    assert Programme.objects.get().name == "Ново име"
    assert manager.get("/admin/projects/procedure/add/").status_code == 403
    assert operator.get("/admin/projects/procedure/add/").status_code == 200


def test_the_autocomplete_offers_procedures_to_managers_only(manager, specialist):
    ProcedureFactory(code="BG-77")
    url = "/admin/autocomplete/"
    asked = {"app_label": "projects", "model_name": "project", "field_name": "procedure"}
    assert "BG-77" in manager.get(url, asked | {"term": "77"}).json()["results"][0]["text"]
    assert specialist.get(url, asked | {"term": "77"}).status_code in {302, 403}


# Saving


@pytest.fixture
def project(sliven) -> Project:
    return ProjectFactory(municipality=sliven, amount="1000.00")


def new_row(prefix: str, **values) -> dict[str, str]:
    return {
        f"{prefix}-TOTAL_FORMS": "1",
        f"{prefix}-0-id": "",
        **{f"{prefix}-0-{name}": str(value) for name, value in values.items()},
    }


def test_a_new_project_is_of_the_managers_municipality(manager, sliven, elena):
    programme = ProgrammeFactory()
    data = filled(
        manager,
        f"{LIST}add/",
        name="Нов проект",
        programme=programme.pk,
        amount="1 234,50 ",
        currency="EUR",
        municipality=elena.pk,
    )
    response = manager.post(f"{LIST}add/", data)
    assert response.status_code == 302, errors(response)
    (row,) = rows_of(sliven, Project)
    assert (row.name, row.slug, row.amount) == ("Нов проект", "nov-proekt", Decimal("1234.50"))
    assert rows_of(elena, Project) == []


def test_saving_unchanged_changes_nothing(demo):
    client = demo_client("manager.dolni-chiflik@example.bg")
    project = Project.public.for_page().get(municipality__slug="dolni-chiflik")
    response = client.post(change(project), filled(client, change(project)))
    assert response.status_code == 302, errors(response)
    again = Project.public.for_page().get(pk=project.pk)
    for name in ("name", "aim", "amount", "starts_note", "duration_months", "note", "slug"):
        assert getattr(again, name) == getattr(project, name)
    for name in ("funding", "activities", "indicators", "partners"):
        assert [row.__dict__ | {"_state": 0} for row in getattr(again, name).all()] == [
            row.__dict__ | {"_state": 0} for row in getattr(project, name).all()
        ]


def test_a_part_added_in_the_page_is_of_the_municipality(manager, sliven, project):
    added = new_row("activities", number="1", title="Ремонт", parent="", description="")
    response = manager.post(change(project), filled(manager, change(project)) | added)
    assert response.status_code == 302, errors(response)
    (row,) = rows_of(sliven, Activity)
    assert (row.number, row.municipality, row.position) == ("1", sliven, 1)


def test_sources_cannot_be_more_than_the_amount(manager, sliven, project):
    added = new_row("funding", source="eu", amount="1000,01", note="")
    response = manager.post(change(project), filled(manager, change(project)) | added)
    assert errors(response) == (
        "<li>Източниците (1\xa0000,01\xa0лв.) са повече"
        " от сумата на проекта (1\xa0000,00\xa0лв.).</li>"
    )
    assert rows_of(sliven, FundingSource) == []


def test_sources_may_be_the_amount_that_is_being_saved(manager, sliven, project):
    added = new_row("funding", source="eu", amount="2000", note="")
    data = filled(manager, change(project), amount="2 000,00") | added
    assert manager.post(change(project), data).status_code == 302
    data = filled(manager, change(project), amount="1999,99")
    assert "Източниците (2\xa0000,00\xa0лв.) са повече" in errors(
        manager.post(change(project), data)
    )


def test_money_moves_between_sources_in_one_go(manager, sliven, project):
    of = {"municipality": sliven, "project": project}
    FundingSourceFactory(**of, source="eu", amount="900")
    FundingSourceFactory(**of, source="national", amount="100")
    changed = {"funding-0-amount": "850", "funding-1-amount": "150"}
    response = manager.post(change(project), filled(manager, change(project), **changed))
    assert response.status_code == 302, errors(response)
    assert {row.amount for row in rows_of(sliven, FundingSource)} == {Decimal(850), Decimal(150)}


def test_budget_lines_cannot_be_more_than_the_amount(manager, sliven, project):
    BudgetLineFactory(municipality=sliven, project=project, amount="600")
    data = filled(manager, change(project), **{"budget_lines-0-amount": "1000,01"})
    assert "Бюджетните пера (1\xa0000,01\xa0лв.) са повече" in errors(
        manager.post(change(project), data)
    )
    assert rows_of(sliven, BudgetLine)[0].amount == 600


def test_a_source_twice_is_refused_in_words(manager, project, sliven):
    FundingSourceFactory(municipality=sliven, project=project, source="eu")
    data = filled(manager, change(project)) | {
        "funding-TOTAL_FORMS": "2",
        "funding-1-id": "",
        "funding-1-source": "eu",
        "funding-1-amount": "1",
        "funding-1-note": "",
    }
    assert errors(manager.post(change(project), data))


def test_a_number_twice_is_refused_in_words(manager, project, sliven):
    of = {"municipality": sliven, "project": project}
    ActivityFactory(**of, number="1")
    ActivityFactory(**of, number="2")
    data = filled(manager, change(project), **{"activities-1-number": "1"})
    assert "Номерът 1 е на повече от една дейност." in errors(manager.post(change(project), data))


def test_two_activities_cannot_become_parts_of_each_other(manager, project, sliven):
    of = {"municipality": sliven, "project": project}
    first, second = ActivityFactory(**of), ActivityFactory(**of)
    data = filled(
        manager,
        change(project),
        **{"activities-0-parent": second.pk, "activities-1-parent": first.pk},
    )
    assert "не може да има свои поддейности" in errors(manager.post(change(project), data))


def test_choices_are_the_activities_of_this_project(manager, project, sliven):
    of = {"municipality": sliven, "project": project}
    mine = ActivityFactory(**of, title="Моя дейност")
    BudgetLineFactory(**of, activity=mine)
    other = ActivityFactory(municipality=sliven, title="Друга дейност")
    url = change(project)
    text = manager.get(url).content.decode()
    assert "Моя дейност" in text
    assert "Друга дейност" not in text
    data = filled(manager, url, **{"budget_lines-0-activity": other.pk})
    assert "не е един от възможните избори" in errors(manager.post(url, data))


def test_a_contract_number_twice_is_refused_in_words(manager, project, sliven):
    ProjectFactory(municipality=sliven, contract_number="Д-1")
    data = filled(manager, change(project), contract_number="Д-1")
    assert "Общината вече има проект с този номер на договор." in errors(
        manager.post(change(project), data)
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "-1"}, "по-голяма или равна на 0"),
        ({"amount": "1.234,5"}, "Въведете число"),
        ({"amount": "1,234"}, "2 знака след десетичната"),
        ({"starts_on": "2.5.2026", "ends_on": "1.5.2026"}, "Краят трябва да е след началото."),
        ({"duration_months": "0"}, "по-голяма или равна на 1"),
        ({"currency": "USD"}, "USD"),
        ({"name": "а\x00б"}, "В текста има знак, който не може да се запише"),
    ],
)
def test_wrong_values_are_refused_in_words(manager, project, changes, words):
    data = filled(manager, change(project), **changes)
    assert words in errors(manager.post(change(project), data))


def test_dates_are_read_as_people_write_them(manager, project, sliven):
    data = filled(manager, change(project), starts_on="1.3.2026", ends_on="01.03.2027 г.")
    response = manager.post(change(project), data)
    assert response.status_code == 302, errors(response)
    (row,) = rows_of(sliven, Project)
    assert (row.starts_on, row.ends_on) == (dt.date(2026, 3, 1), dt.date(2027, 3, 1))


def test_a_project_goes_with_its_parts(manager, project, sliven):
    of = {"municipality": sliven, "project": project}
    BudgetLineFactory(**of, activity=ActivityFactory(**of))
    url = f"{LIST}{project.pk}/delete/"
    assert manager.get(url).status_code == 200
    assert manager.post(url, {"post": "yes"}).status_code == 302
    assert rows_of(sliven, Project) == []


def test_an_activity_with_budget_lines_is_kept(manager, project, sliven):
    of = {"municipality": sliven, "project": project}
    BudgetLineFactory(**of, activity=ActivityFactory(**of))
    data = filled(manager, change(project), **{"activities-0-DELETE": "on"})
    assert errors(manager.post(change(project), data))
    assert len(rows_of(sliven, Activity)) == 1


# Queries


def test_the_list_costs_the_same_for_any_number(manager, queries, sliven):
    procedure = ProcedureFactory(programme=ProgrammeFactory())
    queries.assert_same(
        manager,
        LIST,
        lambda n: ProjectFactory.create_batch(n, municipality=sliven, procedure=procedure),
        name="admin: projects",
        at_most=20,
    )


def test_the_page_costs_the_same_for_any_number_of_parts(manager, queries, sliven):
    project = ProjectFactory(municipality=sliven, procedure=ProcedureFactory())
    of = {"municipality": sliven, "project": project}
    FundingSourceFactory(**of)

    def make(n):
        PartnerFactory.create_batch(n, **of)
        IndicatorFactory.create_batch(n, **of)
        for _ in range(n):
            top = ActivityFactory(**of)
            ActivityFactory(**of, parent=top)
            BudgetLineFactory(**of, activity=top)

    queries.assert_same(manager, change(project), make, name="admin: a project", at_most=20)


@pytest.mark.parametrize("model", ["programme", "procedure"])
def test_the_common_lists_cost_the_same(manager, queries, model):
    def make(n):
        for _ in range(n):
            ProcedureFactory(programme=ProgrammeFactory(name=f"П{Programme.objects.count()}"))

    queries.assert_same(
        manager, f"/admin/projects/{model}/", make, name=f"admin: {model}", at_most=20
    )
