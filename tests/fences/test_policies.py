"""Row-level security stands around every table that belongs to a municipality.

Read from the real database, so that a policy that a migration forgot, lost or weakened is missed
here. Each probe is also shown a table without its fence, and must notice.
"""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import isolate_apps

from frontoffice.models import Consultation
from municipalities.models import Membership, Municipality, OfficeHours, Settlement
from municipalities.tenancy import MUNICIPALITY_SETTING, MunicipalModel
from tests.support.rows import history_models, tenant_models

pytestmark = pytest.mark.django_db

# Tables with a municipality that anybody may read, each with its reason.
EXEMPT = {
    Settlement: "public territory: the national classification, the same for everybody",
}


def points_to_municipality(model: type[models.Model]) -> bool:
    return any(
        field.many_to_one and field.related_model is Municipality
        for field in model._meta.get_fields()
        if field.concrete
    )


def owned_tables(all_models=None) -> dict[str, str]:
    """Return table → model of everything a municipality owns, links of its rows included."""
    found = {}
    for model in all_models or apps.get_models():
        if model in EXEMPT or not points_to_municipality(model):
            continue
        found[model._meta.db_table] = model._meta.label
        for field in model._meta.local_many_to_many:
            found[field.m2m_db_table()] = f"{model._meta.label}.{field.name}"
    return found


def unfenced(tables: dict[str, str]) -> dict[str, str]:
    """Return what is wrong with the row security of ``tables``, by model."""
    faults = {}
    for table, label in tables.items():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relrowsecurity, relforcerowsecurity FROM pg_class"
                " WHERE oid = to_regclass(%s)",
                [connection.ops.quote_name(table)],
            )
            enabled, forced = cursor.fetchone()
            cursor.execute(
                "SELECT polcmd, pg_get_expr(polqual, polrelid),"
                " pg_get_expr(polwithcheck, polrelid), polpermissive FROM pg_policy"
                " WHERE polrelid = to_regclass(%s)",
                [connection.ops.quote_name(table)],
            )
            policies = cursor.fetchall()
        own = [
            policy
            for policy in policies
            if policy[0] == "*"
            and MUNICIPALITY_SETTING in (policy[1] or "")
            and MUNICIPALITY_SETTING in (policy[2] or policy[1] or "")
        ]
        others_that_write = [p for p in policies if p not in own and p[0] != "r"]
        if not enabled:
            faults[label] = "row security is off"
        elif not forced:
            faults[label] = "row security does not bind the table's owner"
        elif not own:
            faults[label] = "no policy asks for the municipality"
        elif others_that_write:
            faults[label] = "a policy lets others write"
    return faults


def test_every_table_of_a_municipality_is_fenced():
    assert unfenced(owned_tables()) == {}


def test_the_exempt_tables_still_need_to_be():
    assert set(EXEMPT) <= {m for m in apps.get_models() if points_to_municipality(m)}
    assert all(reason.strip() for reason in EXEMPT.values())


def test_tenant_models_and_their_links_are_among_the_tables_looked_at():
    tables = owned_tables()
    assert {model._meta.db_table for model in tenant_models()} <= set(tables)
    assert {model._meta.db_table for model in history_models()} <= set(tables)
    assert tables["frontoffice_consultation_services"] == "frontoffice.Consultation.services"


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("ALTER TABLE {} DISABLE ROW LEVEL SECURITY", "row security is off"),
        ("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY", "does not bind the table's owner"),
        ("DROP POLICY own_municipality ON {}", "no policy asks"),
        ("CREATE POLICY more ON {} FOR UPDATE USING (true)", "lets others write"),
        ("CREATE POLICY more ON {} USING (true)", "lets others write"),
    ],
)
@pytest.mark.parametrize("table", ["frontoffice_consultation", "frontoffice_consultation_topics"])
def test_a_damaged_fence_is_found(table, damage, fault):
    with connection.cursor() as cursor:
        cursor.execute(damage.format(table))
    faults = unfenced(owned_tables())
    assert len(faults) == 1
    assert fault in faults.popitem()[1]


@isolate_apps("frontoffice")
def test_a_new_model_without_a_policy_is_found():
    class Planted(models.Model):  # noqa: DJ008  nobody prints it
        municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+")
        settlements = models.ManyToManyField(Settlement, related_name="+")

        class Meta:
            app_label = "frontoffice"

    with connection.schema_editor() as editor:
        editor.create_model(Planted)
    assert unfenced(owned_tables([Planted])) == {
        "frontoffice.Planted": "row security is off",
        "frontoffice.Planted.settlements": "row security is off",
    }


def test_nothing_hangs_on_a_tenants_row_without_being_a_tenants_row():
    """A table that points to a fenced one tells of it, and needs the fence too."""
    loose = []
    for model in apps.get_models():
        if issubclass(model, MunicipalModel) or points_to_municipality(model):
            continue
        for field in model._meta.concrete_fields:
            if field.is_relation and issubclass(field.related_model, MunicipalModel):
                loose.append(f"{model._meta.label}.{field.name}")
    assert not loose


# The role


def privileges(role: str = "current_user") -> dict[str, bool]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolreplication"
            f" FROM pg_roles WHERE rolname = {role}"
        )
        row = cursor.fetchone()
    return dict(zip(("superuser", "bypasses", "makes roles", "replicates"), row, strict=True))


def test_the_role_of_the_application_cannot_bypass_the_policies():
    assert not any(privileges().values())


def test_a_mighty_role_would_be_noticed():
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolsuper LIMIT 1")
        (mighty,) = cursor.fetchone()
    assert privileges(f"'{mighty}'")["superuser"]


def test_the_role_belongs_to_no_mightier_one():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles"
            " WHERE (rolsuper OR rolbypassrls) AND pg_has_role(current_user, oid, 'MEMBER')"
        )
        assert cursor.fetchall() == []


# Children stay with their parents


def loose_children() -> list[str]:
    """Return foreign keys between tenant tables that do not also compare the municipality."""
    found = []
    for model in tenant_models():
        for field in model._meta.concrete_fields:
            target = field.related_model
            if not field.is_relation or not issubclass(target, MunicipalModel):
                continue
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_constraint c,"
                    " unnest(c.conkey) key JOIN pg_attribute a ON a.attnum = key"
                    " WHERE c.contype = 'f' AND a.attrelid = c.conrelid"
                    " AND c.conrelid = to_regclass(%s) AND c.confrelid = to_regclass(%s)"
                    " GROUP BY c.oid",
                    [model._meta.db_table, target._meta.db_table],
                )
                keys = [set(row[0]) for row in cursor.fetchall()]
            if {field.column, "municipality_id"} not in keys:
                found.append(f"{model._meta.label}.{field.name}")
    return found


def test_no_child_can_belong_to_another_municipality_than_its_parent():
    assert loose_children() == []


@pytest.mark.parametrize(
    ("model", "name"), [(Consultation, "office"), (OfficeHours, "office"), (Membership, "office")]
)
def test_a_child_that_could_is_found(model, name):
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT same_municipality_{name}"
        )
    assert loose_children() == [f"{model._meta.label}.{name}"]
