"""What every list and form of the admin can do: sums, XLSX, rows found in inlines."""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from openpyxl import load_workbook

from municipalities.admin_actions import bulk_action
from municipalities.audit import AccessEvent
from municipalities.tenancy import municipality_scope
from projects.admin_base import ManagedAdmin, ManagedTabular
from projects.models import Obligation, Project
from tests.factories_projects import (
    BudgetLineFactory,
    ExpenseFactory,
    OfProjectFactory,
    ParticipantFactory,
    ProjectFactory,
    TraineeFactory,
    TrainingFactory,
)
from tests.support.people import rows_of
from tests.support.queries import statements
from trainings.models import Trainee, Training, TrainingParticipant

PROJECTS = "/admin/projects/project/"


class ObligationFactory(OfProjectFactory):
    class Meta:
        model = Obligation

    kind = "technical"
    title = "Отчет"
    due_on = dt.date(2026, 2, 3)


TRAININGS = "/admin/trainings/training/"
TRAINEES = "/admin/trainings/trainee/"


def sheet_of(response) -> list[tuple]:
    assert response.status_code == 200
    page = load_workbook(io.BytesIO(response.content), read_only=False).active
    return list(page.iter_rows(values_only=True))


def test_a_list_is_carried_away_as_it_is_filtered(manager, sliven):
    ProjectFactory(municipality=sliven, name="=Ремонт", amount="1234.50", is_public=False)
    ProjectFactory(municipality=sliven, name="Друг")
    heading, *rows = sheet_of(manager.get(f"{PROJECTS}xlsx/?is_public__exact=0"))
    assert heading[0] == "Име"
    (row,) = [dict(zip(heading, row, strict=True)) for row in rows]
    assert row["Име"] == "=Ремонт"
    assert row["Сума"] == Decimal("1234.5")
    assert row["Валута"] == "лева"
    assert row["Публичен"] == "не"


def test_the_list_leads_to_its_workbook_with_its_filters(manager, sliven):
    ProjectFactory(municipality=sliven)
    text = manager.get(f"{PROJECTS}?is_public__exact=1&q=Проект").content.decode()
    assert "/admin/projects/project/xlsx/?" in text
    assert "is_public__exact=1" in text.split("xlsx/?")[1].split('"')[0]


def test_a_list_of_people_is_not_carried_away_unseen(manager, sliven):
    TraineeFactory.create_batch(3, municipality=sliven)
    manager.get(f"{TRAINEES}xlsx/")
    (event,) = rows_of(sliven, AccessEvent)
    assert (event.action, event.rows, event.subject_kind) == ("exported", 3, "trainings.trainee")


@pytest.mark.parametrize("role", ["specialist", "administrator", "operator"])
def test_only_who_sees_the_list_carries_it_away(request, role, sliven):
    client = request.getfixturevalue(role)
    assert client.get(f"{PROJECTS}xlsx/").status_code in {302, 403}


def test_a_workbook_holds_no_other_municipalitys_rows(elena_manager, sliven):
    ProjectFactory(municipality=sliven)
    assert len(sheet_of(elena_manager.get(f"{PROJECTS}xlsx/"))) == 1


@pytest.mark.parametrize(
    "asked", ["q=%00", "o=999.-x", "p=99", "is_public__exact=9", "x=1", f"id={'9' * 40}", "all="]
)
def test_a_wrong_address_of_a_workbook_is_no_error(manager, sliven, asked):
    ProjectFactory(municipality=sliven)
    assert manager.get(f"{PROJECTS}xlsx/?{asked}").status_code in {200, 302}


# Filters, prefilled forms, what waits


def test_a_list_of_a_project_leads_to_its_other_lists(manager, sliven):
    project = ProjectFactory(municipality=sliven, name="Домът")
    text = manager.get(f"{TRAININGS}?project__id__exact={project.pk}").content.decode()
    assert "Домът" in text
    assert f"{TRAININGS}?project__id__exact={project.pk}" in text
    assert "Списъци на проекта" not in manager.get(TRAININGS).content.decode()


def test_another_municipalitys_project_is_not_named_over_a_list(manager, elena):
    project = ProjectFactory(municipality=elena, name="Чуждият")
    for asked in (project.pk, "x", "", "9" * 30):
        response = manager.get(f"{TRAININGS}?project__id__exact={asked}", follow=True)
        assert "Чуждият" not in response.content.decode()


def test_a_new_row_belongs_to_the_project_of_its_list(manager, sliven):
    project = ProjectFactory(municipality=sliven)
    listed = manager.get(f"{TRAININGS}?project__id__exact={project.pk}").content.decode()
    (add,) = re.findall(r'href="([^"]+/add/\?[^"]*)" class="addlink"', listed)
    text = manager.get(add.replace("&amp;", "&")).content.decode()
    assert f'<option value="{project.pk}" selected>' in text


def test_many_to_choose_from_are_a_choice_and_not_links(manager, sliven):
    projects = ProjectFactory.create_batch(12, municipality=sliven)
    kept = TrainingFactory(municipality=sliven, project=projects[3], title="Тукашно")
    TrainingFactory(municipality=sliven, project=projects[4], title="Другото")
    url = f"{TRAININGS}?kind__exact={kept.kind}&project__id__exact={projects[3].pk}"
    text = manager.get(url).content.decode()
    assert "Тукашно" in text
    assert "Другото" not in text
    chosen = text.split('class="chosenfilter"')[1].split("</form>")[0]
    assert f'<option value="{projects[3].pk}" selected>' in chosen
    assert f'name="kind__exact" value="{kept.kind}"' in chosen


# History


def test_the_history_says_what_was_and_what_became(manager, sliven):
    project = ProjectFactory(municipality=sliven, name="Старо име")
    with municipality_scope(sliven):
        project.name = "Ново име"
        project.save()
        BudgetLineFactory(municipality=sliven, project=project, name="Столове", amount=5)
    url = f"{PROJECTS}{project.pk}/history/"
    text = manager.get(url).content.decode()
    assert re.search(r"Име</th><td[^>]*>Старо име</td><td[^>]*>Ново име</td>", text)
    parts = manager.get(f"{url}?chast=projects.budgetline").content.decode()
    assert re.search(r"Перо</th><td[^>]*>–</td><td[^>]*>Столове</td>", parts)
    assert re.search(r"Сума</th><td[^>]*>–</td><td[^>]*>5,00</td>", parts)


def test_reading_the_history_of_people_is_recorded(manager, sliven):
    trainee = TraineeFactory(municipality=sliven)
    assert manager.get(f"{TRAINEES}{trainee.pk}/history/").status_code == 200
    (event,) = rows_of(sliven, AccessEvent)
    assert (event.action, event.subject_id) == ("viewed", trainee.pk)


def test_the_history_of_a_foreign_row_is_answered_like_none(elena_manager, sliven):
    project = ProjectFactory(municipality=sliven)
    for pk in (project.pk, project.pk + 999):
        assert elena_manager.get(f"{PROJECTS}{pk}/history/").status_code == 302


# Rows found in inlines


class FoundInline(ManagedTabular):
    model = TrainingParticipant
    fields = ("trainee", "state")
    autocomplete_fields = ("trainee",)


@pytest.fixture
def found(manager, sliven):
    """Forms of a training's participants, as the admin makes them: ``found(training, data)``."""
    request = manager.get("/admin/").wsgi_request

    def make(training, data=None):
        inline = FoundInline(Training, admin.site)
        with municipality_scope(sliven):
            made = inline.get_formset(request, training)
            return made(data, instance=training, prefix="p", queryset=inline.get_queryset(request))

    return make


def test_rows_of_an_inline_are_found_with_one_query(found, sliven):
    training = TrainingFactory(municipality=sliven)
    ParticipantFactory.create_batch(30, municipality=sliven, training=training)
    with municipality_scope(sliven):
        sent = statements(lambda: [str(form["trainee"]) for form in found(training)])
        assert len(sent) <= 4, sent  # the scope, the count, the rows, the people
        form = found(training).forms[7]
        shown, name = str(form["trainee"]), form.instance.trainee.name
    assert shown.count("<option") == 1
    assert name in shown


def test_only_rows_of_the_municipality_are_found(found, sliven, elena):
    training = TrainingFactory(municipality=sliven)
    mine, foreign = TraineeFactory(municipality=sliven), TraineeFactory(municipality=elena)
    for pk, is_right in ((mine.pk, True), (foreign.pk, False), ("x", False), ("9" * 30, False)):
        data = {"p-TOTAL_FORMS": "1", "p-INITIAL_FORMS": "0", "p-0-trainee": pk}
        with municipality_scope(sliven):
            forms = found(training, data | {"p-0-state": "attended"})
            assert forms.is_valid() == is_right, forms.errors
            assert foreign.name not in str(forms.forms[0]["trainee"])


# Bulk actions


def test_rows_that_no_key_names_are_not_acted_on(manager, sliven):
    ProjectFactory(municipality=sliven)
    for key in ("x", "9" * 40, "\x00"):
        data = {"action": "delete_selected", "_selected_action": key, "index": "0"}
        assert manager.post(PROJECTS, data).status_code == 302
    assert len(rows_of(sliven, Project)) == 1


def test_deleting_many_rows_asks_in_bulgarian_and_deletes(manager, sliven):
    row = TraineeFactory(municipality=sliven)
    data = {"action": "delete_selected", "_selected_action": [row.pk]}
    text = manager.post(f"{TRAINEES}?is_active__exact=1", data).content.decode()
    assert "Да се изтрият ли избраните?" in text
    assert f'href="{TRAINEES}?is_active__exact=1"' in text
    assert manager.post(TRAINEES, data | {"post": "yes"}).status_code == 302
    assert rows_of(sliven, Trainee) == []


class DoneForm(forms.Form):
    note = forms.CharField(label="Бележка", max_length=5)


class HidingAdmin(ManagedAdmin):
    @bulk_action("Скрий", ask="Да се скрият ли?", button="Да, скрий", form=DoneForm)
    def hide(self, request, queryset, facts):
        queryset.update(is_public=False, note=facts["note"])
        if queryset.filter(name="Нужен").exists():
            raise ValidationError("Нужният остава.")
        return "Скрити."

    actions = (hide,)


@pytest.fixture
def hide(manager, sliven, monkeypatch):
    """Sends the action to the list of projects."""
    page = admin.site._registry[Project]
    monkeypatch.setattr(page, "actions", (HidingAdmin.hide,), raising=False)

    def send(*rows, **more):
        data = {"action": "hide", "_selected_action": [row.pk for row in rows], **more}
        return manager.post(PROJECTS, data)

    return send


def hidden(sliven) -> set[str]:
    return {row.name for row in rows_of(sliven, Project) if not row.is_public}


def test_a_bulk_action_asks_and_then_does(hide, sliven):
    rows = [ProjectFactory(municipality=sliven, name=name) for name in ("Един", "Друг", "Трети")]
    asked = hide(*rows[:2], index="0")
    assert asked.status_code == 200
    text = asked.content.decode()
    assert "Да се скрият ли?" in text
    assert "2\xa0избрани реда" in text
    assert hidden(sliven) == set()
    wrong = hide(*rows[:2], confirmed="1", note="твърде дълго")
    assert wrong.status_code == 422
    assert hide(*rows[:2], confirmed="1", note="да", counted="2").status_code == 302
    assert hidden(sliven) == {"Един", "Друг"}


def test_a_bulk_action_that_is_refused_keeps_nothing(hide, sliven):
    rows = [ProjectFactory(municipality=sliven, name=name) for name in ("Един", "Нужен")]
    refused = hide(*rows, confirmed="1", note="да")
    assert refused.status_code == 422
    assert "Нужният остава." in refused.content.decode()
    assert hidden(sliven) == set()


def test_all_of_a_list_that_grew_meanwhile_are_asked_about_again(hide, sliven):
    row = ProjectFactory(municipality=sliven)
    ProjectFactory(municipality=sliven)
    again = hide(row, confirmed="1", note="да", counted="1", select_across="1")
    assert again.status_code == 422
    assert hidden(sliven) == set()


# What waits


def test_the_first_page_says_what_waits(manager, sliven, elena):
    long_ago = dt.date(2026, 1, 5)
    project = ProjectFactory(municipality=sliven, name="Домът", currency="EUR", amount=1000)
    line = BudgetLineFactory(municipality=sliven, project=project, amount=50)
    ExpenseFactory(municipality=sliven, project=project, line=line)  # of 100
    TrainingFactory(municipality=sliven, starts_on=long_ago, ends_on=long_ago)
    ObligationFactory(municipality=sliven, project=project, due_on=long_ago)
    ObligationFactory(municipality=elena, due_on=long_ago)
    text = manager.get("/admin/").content.decode()
    waits = text.split('class="needs"')[1].split("</section>")[0].replace("\xa0", " ")
    assert "1 просрочено задължение<" in waits
    assert "1 надхвърлено перо: Домът<" in waits
    assert "1 минало обучение не е отбелязано като проведено<" in waits
    assert "1 разход още не е в искане за плащане<" in waits
    for url in re.findall(r'href="([^"]+\?[^"]+)"', waits):
        assert manager.get(url.replace("&amp;", "&")).status_code == 200


def test_the_first_page_takes_as_many_queries_for_many_rows(manager, queries, sliven):
    project = ProjectFactory(municipality=sliven, currency="EUR", amount=100_000)

    def make(count):
        for _ in range(count):
            ExpenseFactory(municipality=sliven, project=project)
            TrainingFactory(municipality=sliven)
            ObligationFactory(municipality=sliven, project=project)

    queries.assert_same(manager, "/admin/", make, name="admin: what waits", at_most=24)
