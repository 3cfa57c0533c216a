"""Who sees a project and its parts: the two fences around each table."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django_scopes.exceptions import ScopeError

from municipalities.tenancy import municipality_scope
from projects.models import Activity, BudgetLine, FundingSource, Indicator, Partner, Project
from tests.factories_projects import (
    ActivityFactory,
    BudgetLineFactory,
    FundingSourceFactory,
    IndicatorFactory,
    PartnerFactory,
    ProjectFactory,
)

PARTS = {
    FundingSource: FundingSourceFactory,
    Partner: PartnerFactory,
    Activity: ActivityFactory,
    Indicator: IndicatorFactory,
    BudgetLine: BudgetLineFactory,
}


def rows_in(model) -> int:
    """Count with plain SQL, past every manager."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
        return cursor.fetchone()[0]


def a_whole_project(municipality, **facts) -> Project:
    project = ProjectFactory(municipality=municipality, **facts)
    for factory in PARTS.values():
        factory(municipality=municipality, project=project)
    return project


@pytest.mark.parametrize("model", [Project, *PARTS])
def test_a_query_without_a_scope_fails(model, db):
    with pytest.raises(ScopeError):
        list(model.objects.all())


@pytest.mark.parametrize("model", [Project, *PARTS])
def test_plain_sql_sees_nothing_of_a_hidden_project(sliven, elena, model):
    a_whole_project(sliven, is_public=False)
    assert rows_in(model) == 0
    with municipality_scope(elena):
        assert rows_in(model) == 0
    with municipality_scope(sliven):
        assert rows_in(model) == 1


def test_anybody_reads_a_public_project_but_not_its_budget(sliven):
    a_whole_project(sliven)
    seen = {model: rows_in(model) for model in (Project, *PARTS)}
    assert seen.pop(BudgetLine) == 0
    assert set(seen.values()) == {1}


def test_nobody_else_writes_a_public_project(sliven, elena):
    project = a_whole_project(sliven)
    with municipality_scope(elena), connection.cursor() as cursor:
        cursor.execute("UPDATE projects_project SET name = 'чуждо'")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM projects_fundingsource")
        assert cursor.rowcount == 0
    with (
        municipality_scope(elena),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        Partner.objects.create(municipality=sliven, project=project, name="Подхвърлен")


def test_public_managers_leave_out_what_is_hidden(sliven):
    a_whole_project(sliven, is_public=False)
    shown = a_whole_project(sliven)
    with municipality_scope(sliven):
        assert list(Project.public.all()) == [shown]
        for model in PARTS:
            if model is not BudgetLine:
                assert [row.project_id for row in model.public.all()] == [shown.pk], model
