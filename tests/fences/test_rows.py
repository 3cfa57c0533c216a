"""Rows of a municipality, asked for in every way the code could get wrong.

Сливен works; Елена has a row of everything, none of it for citizens. Neither the scoped managers
nor raw SQL may show or change a row of hers, and a probe that is shown one must notice.
"""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django_scopes import ScopeError, scope

from campaigns.models import DoorCount
from frontoffice.models import Consultation, ConsultationVersion
from municipalities.audit import AccessEvent
from municipalities.models import Membership, Office
from municipalities.tenancy import (
    MUNICIPALITY_SETTING,
    USER_SETTING,
    municipality_scope,
    set_local,
)
from projects.models import BudgetChange
from referrals.models import (
    ApplicationEvent,
    AssessmentEvent,
    NeedsVersion,
    PrivacyNotice,
    ReferralEvent,
)
from services_registry.models import Provider, ProviderMembership, Service
from tests import factories
from tests.fences.test_policies import owned_tables
from tests.support.rows import history_models, plant, tenant_models

WORD = "КАНАРЧЕ"
TENANTS = tenant_models()
# Rows of these are there for everybody, whatever else is not published.
ALWAYS_PUBLIC = {
    Provider: "providers are public as the register of the Agency (АКСУ) is",
    PrivacyNotice: "a notice is for whoever is about to apply",
}
UNCHANGED = {
    BudgetChange,
    AccessEvent,
    ApplicationEvent,
    AssessmentEvent,
    ConsultationVersion,
    DoorCount,
    NeedsVersion,
    ReferralEvent,
}
HIDDEN = [model for model in TENANTS if model not in ALWAYS_PUBLIC]


def label(model) -> str:
    return model._meta.label


@pytest.fixture
def elenas(sliven, elena):
    """A row of every tenant model for Елена, none of it published."""
    return plant(elena, WORD, public=False)


def count(table: str, where: str = "true") -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}" WHERE {where}')
        return cursor.fetchone()[0]


@pytest.fixture
def as_sliven(sliven):
    """The connection works for Сливен, as after signing in; the managers too."""
    with municipality_scope(sliven):
        yield


def test_there_is_a_row_of_every_tenant_model(elenas):
    assert set(elenas) == set(TENANTS), "teach tests/support/rows.py the new model"


# The first fence: managers


@pytest.mark.parametrize("model", [*TENANTS, *history_models()], ids=label)
def test_a_query_without_a_scope_raises(db, model):
    for question in (
        lambda: list(model.objects.all()),
        lambda: model.objects.count(),
        lambda: model.objects.exists(),
        lambda: model.objects.exclude(pk=1).exists(),
        lambda: model.objects.contains(model(pk=1)),
        lambda: model.objects.filter(pk=1).exists(),
        lambda: model.objects.get(pk=1),
        lambda: model.objects.filter(pk=1).update(pk=2),
        lambda: model.objects.all().delete(),
    ):
        with pytest.raises(ScopeError):
            question()


def test_a_scope_shows_its_own_rows_only(elenas, sliven, elena):
    with municipality_scope(sliven):
        assert [label(model) for model in TENANTS if model.objects.exists()] == []
    with municipality_scope(elena):
        for model in TENANTS:
            assert elenas[model] in model.objects.all()


def test_a_scope_of_the_managers_alone_shows_nothing(elenas, elena):
    """Somebody opens the scope of django-scopes by hand and forgets the database."""
    with scope(municipality=elena):
        assert not Consultation.objects.exists()


def test_a_setting_of_the_database_alone_shows_nothing_through_the_managers(elenas, elena):
    set_local(MUNICIPALITY_SETTING, elena.pk)
    with pytest.raises(ScopeError):
        Consultation.objects.exists()


def test_a_nested_scope_gives_the_outer_one_back(elenas, sliven, elena):
    with municipality_scope(elena):
        with municipality_scope(sliven):
            assert not Consultation.objects.exists()
        assert Consultation.objects.exists()
        with pytest.raises(ZeroDivisionError), municipality_scope(sliven):
            raise ZeroDivisionError
        assert Consultation.objects.exists()
    assert count("frontoffice_consultation") == 0


# The second fence: the database, whatever the code does


def table_of(model) -> str:
    return model._meta.db_table


def seen() -> dict[str, int]:
    """Return the tables that show rows to this connection, of all that a municipality owns."""
    rows = {what: count(table) for table, what in owned_tables().items()}
    open_to_all = {label(model) for model in ALWAYS_PUBLIC}
    return {what: n for what, n in rows.items() if n and what not in open_to_all}


def test_raw_sql_without_the_setting_sees_nothing(elenas):
    assert seen() == {}


def test_raw_sql_with_anothers_setting_sees_nothing(elenas, as_sliven):
    assert seen() == {}


@pytest.mark.parametrize("value", ["", "0", "-1", "999999999"])
def test_a_setting_that_is_nobody_sees_nothing(elenas, value):
    set_local(MUNICIPALITY_SETTING, value)
    assert count("frontoffice_consultation") == 0


def test_a_setting_that_is_no_number_is_an_error_and_not_a_way_in(elenas):
    set_local(MUNICIPALITY_SETTING, "1 OR 1=1")
    with pytest.raises(DatabaseError), transaction.atomic():
        count("frontoffice_consultation")


def test_the_probe_sees_the_rows_when_the_fence_is_taken_down(elenas, as_sliven):
    """The control: what the tests above look for is really there, in every table."""
    tables = owned_tables()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
    assert set(seen()) == set(tables.values()) - {label(model) for model in ALWAYS_PUBLIC}


def columns_of(model, owner) -> dict:
    """Return a row of ``owner``'s as column → value, ready to be inserted again."""
    with municipality_scope(owner), connection.cursor() as cursor:
        names = [
            field.column
            for field in model._meta.concrete_fields
            if not (field.primary_key or field.generated)
        ]
        quoted = ", ".join(f'"{name}"' for name in names)
        cursor.execute(f'SELECT {quoted} FROM "{table_of(model)}" LIMIT 1')
        return dict(zip(names, cursor.fetchone(), strict=True))


def refused(statement: str, values=()) -> bool:
    """Say whether row security forbids the statement; what it did is undone."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            transaction.set_rollback(True)
    except DatabaseError as fault:
        if "row-level security" not in str(fault):
            raise
        return True
    return False


def test_a_row_cannot_be_written_for_another(elenas, elena, sliven):
    rows = {model: columns_of(model, elena) for model in TENANTS}
    for owner in (None, sliven):
        set_local(MUNICIPALITY_SETTING, owner.pk if owner else "")
        for model, row in rows.items():
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join(["%s"] * len(row))
            statement = f'INSERT INTO "{table_of(model)}" ({names}) VALUES ({marks})'
            assert refused(statement, list(row.values())), f"{label(model)} as {owner}"


@pytest.mark.parametrize("public", [False, True], ids=["hidden", "published"])
def test_a_row_of_another_cannot_be_changed_or_deleted(sliven, elena, public):
    """Published rows can be read by anybody and written by their owner alone."""
    plant(elena, WORD, public=public)
    with municipality_scope(sliven), connection.cursor() as cursor:
        for table in owned_tables():
            cursor.execute(f'UPDATE "{table}" SET id = id')
            assert cursor.rowcount == 0, table
            cursor.execute(f'DELETE FROM "{table}"')
            assert cursor.rowcount == 0, table


def test_a_row_of_ones_own_cannot_be_given_away(elenas, sliven, elena):
    with municipality_scope(elena):
        for model in TENANTS:
            if model not in UNCHANGED:  # which cannot be changed at all, see below
                statement = f'UPDATE "{table_of(model)}" SET municipality_id = %s'
                assert refused(statement, [sliven.pk]), label(model)


def test_links_of_anothers_row_cannot_be_made_or_cut(elena, sliven):
    service = plant(elena, WORD, public=True)[Service]
    kind = factories.ServiceKindFactory(number=1)
    with municipality_scope(sliven):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            service.kinds.add(kind)
        service.kinds.clear()
    assert service.kinds.count() == 1


def test_a_consultation_cannot_be_tied_to_a_hidden_service_of_another(elenas, sliven):
    consultation = factories.ConsultationFactory(municipality=sliven)
    with (
        municipality_scope(sliven),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        consultation.services.add(elenas[Service].pk)


def test_a_child_cannot_point_to_anothers_parent(elenas, sliven):
    """Foreign keys look past row security, so the constraint compares the municipality too."""
    consultation = factories.ConsultationFactory(municipality=sliven)
    with municipality_scope(sliven), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        consultation.office_id = elenas[Office].pk
        with pytest.raises(IntegrityError, match="same_municipality_office"), transaction.atomic():
            consultation.save()


# Rows read before there is a scope


@pytest.mark.parametrize("model", [Membership, ProviderMembership], ids=label)
def test_a_person_sees_their_own_membership_before_a_scope_and_nobody_elses(elenas, model):
    own = elenas[model]
    factories.MembershipFactory(municipality=own.municipality)
    assert not model.at_sign_in.exists()
    set_local(USER_SETTING, own.user_id)
    assert list(model.at_sign_in.all()) == [own]
    assert model.at_sign_in.update(user_id=own.user_id) == 0
    assert model.at_sign_in.all().delete()[0] == 0


# What is kept cannot be rewritten


@pytest.mark.parametrize("model", [AccessEvent, *history_models()], ids=label)
def test_records_of_what_was_done_can_only_be_added_to(elenas, elena, model):
    with municipality_scope(elena):
        assert count(table_of(model)) >= 1
        for statement in ('UPDATE "{}" SET municipality_id = municipality_id', 'DELETE FROM "{}"'):
            with (
                pytest.raises(DatabaseError, match="Cannot update or delete"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement.format(table_of(model)))
