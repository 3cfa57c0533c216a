"""What the database and the models refuse."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from municipalities.tenancy import municipality_scope
from projects.models import Activity, activity_tree
from tests.factories_projects import (
    ActivityFactory,
    BudgetLineFactory,
    FundingSourceFactory,
    IndicatorFactory,
    ProcedureFactory,
    ProgrammeFactory,
    ProjectFactory,
    make_now,
)


def refused(constraint: str):
    return pytest.raises(IntegrityError, match=constraint)


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"amount": Decimal("-0.01")}, "project_amount_not_negative"),
        ({"currency": "USD"}, "project_currency_known"),
        (
            {"starts_on": dt.date(2026, 5, 1), "ends_on": dt.date(2026, 5, 1)},
            "project_ends_after_start",
        ),
        ({"duration_months": 0}, "project_months_sensible"),
        ({"duration_months": 121}, "project_months_sensible"),
    ],
)
def test_a_project_the_database_refuses(sliven, facts, constraint):
    with refused(constraint):
        ProjectFactory(municipality=sliven, **facts)


def test_a_contract_number_is_one_project_of_the_municipality(sliven, elena):
    ProjectFactory(municipality=sliven, contract_number="Д-1")
    ProjectFactory(municipality=elena, contract_number="Д-1")
    ProjectFactory(municipality=sliven, contract_number="")
    ProjectFactory(municipality=sliven, contract_number="")
    with refused("project_contract_once"):
        ProjectFactory(municipality=sliven, contract_number="Д-1")


@pytest.mark.parametrize(
    ("make", "constraint"),
    [
        (lambda of: FundingSourceFactory(**of, amount=-1), "funding_amount_not_negative"),
        (lambda of: BudgetLineFactory(**of, amount=-1), "budget_line_amount_not_negative"),
        (lambda of: IndicatorFactory(**of, target=-1), "indicator_target_not_negative"),
        (
            lambda of: [FundingSourceFactory(**of, source="eu") for _ in "12"],
            "funding_source_once",
        ),
        (lambda of: [BudgetLineFactory(**of, code="1") for _ in "12"], "budget_line_code_once"),
        (lambda of: [IndicatorFactory(**of, name="А") for _ in "12"], "indicator_once"),
        (lambda of: [ActivityFactory(**of, number="1") for _ in "12"], "activity_number_once"),
    ],
)
def test_parts_the_database_refuses(sliven, make, constraint):
    of = {"municipality": sliven, "project": ProjectFactory(municipality=sliven)}
    with refused(constraint):
        make(of)


def test_activities_without_a_number_are_not_the_same(sliven):
    of = {"municipality": sliven, "project": ProjectFactory(municipality=sliven)}
    ActivityFactory(**of)
    ActivityFactory(**of)


def test_an_activity_is_not_a_part_of_itself(sliven):
    activity = ActivityFactory(municipality=sliven)
    with refused("activity_not_its_own_part"), municipality_scope(sliven):
        Activity.objects.filter(pk=activity.pk).update(parent=activity)


@pytest.mark.parametrize("factory", [FundingSourceFactory, ActivityFactory, BudgetLineFactory])
def test_a_part_cannot_belong_to_a_project_of_another_municipality(sliven, elena, factory):
    project = ProjectFactory(municipality=sliven)
    with refused("same_municipality_project"):
        make_now(factory, municipality=elena, project=project)


def test_a_procedure_is_of_the_chosen_programme(sliven):
    project = ProjectFactory(municipality=sliven)
    project.procedure = ProcedureFactory(programme=ProgrammeFactory(name="Друга програма"))
    with pytest.raises(ValidationError) as error:
        project.clean()
    assert error.value.message_dict == {
        "procedure": ["Процедурата е по друга програма: Друга програма 2021–2027."]
    }


def test_a_date_is_either_whole_or_in_words(sliven):
    project = ProjectFactory(municipality=sliven, starts_on=dt.date(2026, 7, 3))
    project.starts_note = "3 юли"
    with pytest.raises(ValidationError, match="Датата е известна"):
        project.clean()


def test_activities_have_two_levels_in_one_project(sliven):
    of = {"municipality": sliven, "project": ProjectFactory(municipality=sliven)}
    top = ActivityFactory(**of)
    part = ActivityFactory(**of, parent=top)
    with pytest.raises(ValidationError, match="не може да има свои"):
        Activity(**of, title="Трето ниво", parent=part).clean()
    elsewhere = ActivityFactory(municipality=sliven)
    with pytest.raises(ValidationError, match="друг проект"):
        Activity(**of, title="Чужда", parent=elsewhere).clean()


def test_the_tree_keeps_the_order_and_loses_nobody(sliven):
    of = {"municipality": sliven, "project": ProjectFactory(municipality=sliven)}
    first = ActivityFactory(**of, position=1)
    second = ActivityFactory(**of, position=2)
    late_part = ActivityFactory(**of, position=3, parent=first)
    orphan = Activity(**of, pk=-1, title="Без родител", parent_id=-2)
    tree = activity_tree([first, second, late_part, orphan])
    assert tree == [(first, [late_part]), (second, []), (orphan, [])]
