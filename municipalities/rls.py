"""Migration operations that put row-level security around a table.

``TenantPolicy`` for a table with its own ``municipality_id``; ``LinkPolicy`` for a table whose
rows are seen exactly when their parent's are (many-to-many tables). Both force the policy on the
table's owner too, so the role that migrates cannot read around it.
Reference: PostgreSQL, "Row Security Policies".
"""

from __future__ import annotations

from django.db.migrations.operations.base import Operation

from municipalities.tenancy import INVITATION_SETTING, MUNICIPALITY_SETTING, USER_SETTING

# A subquery is planned once for the statement, a bare call once a row.
CURRENT_MUNICIPALITY = (
    f"(SELECT nullif(current_setting('{MUNICIPALITY_SETTING}', true), '')::bigint)"
)
CURRENT_USER = f"(SELECT nullif(current_setting('{USER_SETTING}', true), '')::bigint)"
# The SHA-256 of the token in the link that somebody opened. It shows the one invitation to whoever
# holds its link, and nothing to a connection that was told no hash; writing still needs the scope.
CURRENT_INVITATION = f"(SELECT nullif(current_setting('{INVITATION_SETTING}', true), ''))"


class _Policy(Operation):
    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label, state):
        """Policies are not part of Django's model state."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        table, statements = self._statements(to_state.apps, app_label)
        schema_editor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        schema_editor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        for statement in statements:
            schema_editor.execute(statement)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        table, _ = self._statements(from_state.apps, app_label)
        for policy in ("own_municipality", "public_rows"):
            schema_editor.execute(f'DROP POLICY IF EXISTS {policy} ON "{table}"')
        schema_editor.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')


class TenantPolicy(_Policy):
    """Rows of ``model`` belong to the municipality of the connection's setting.

    ``public_when`` is an SQL condition on the row under which anybody may read it (never write).
    """

    def __init__(self, model: str, public_when: str | None = None):
        self.model = model
        self.public_when = public_when

    def deconstruct(self):
        return type(self).__name__, [self.model], {"public_when": self.public_when}

    def describe(self):
        return f"Row-level security on {self.model}"

    def _statements(self, apps, app_label):
        table = apps.get_model(app_label, self.model)._meta.db_table
        own = f"municipality_id = {CURRENT_MUNICIPALITY}"
        statements = [
            f'CREATE POLICY own_municipality ON "{table}" USING ({own}) WITH CHECK ({own})'
        ]
        if self.public_when:
            statements.append(
                f'CREATE POLICY public_rows ON "{table}" FOR SELECT USING ({self.public_when})'
            )
        return table, statements


class _OfField:
    """An operation on one field of a model."""

    def __init__(self, model: str, field: str):
        self.model = model
        self.field = field

    def deconstruct(self):
        return type(self).__name__, [self.model, self.field], {}


class LinkPolicy(_OfField, _Policy):
    """Rows of a many-to-many table are seen and written exactly when the model's row is.

    What they are tied to must be a row that the writer can read.
    """

    def describe(self):
        return f"Row-level security on the links {self.model}.{self.field}"

    def _statements(self, apps, app_label):
        model = apps.get_model(app_label, self.model)
        field = model._meta.get_field(self.field)
        table, parent = field.m2m_db_table(), model._meta.db_table
        column = field.m2m_column_name()
        target, target_column = field.related_model._meta.db_table, field.m2m_reverse_name()
        seen = f'EXISTS (SELECT 1 FROM "{parent}" parent WHERE parent.id = {column})'  # noqa: S608
        own = (
            f'EXISTS (SELECT 1 FROM "{parent}" parent WHERE parent.id = {column}'  # noqa: S608
            f" AND parent.municipality_id = {CURRENT_MUNICIPALITY})"
        )
        # Foreign keys look past row security: without this a row could be tied to a hidden one.
        readable = f'EXISTS (SELECT 1 FROM "{target}" target WHERE target.id = {target_column})'  # noqa: S608
        check = f"{own} AND {readable}"
        return table, [
            f'CREATE POLICY own_municipality ON "{table}" USING ({own}) WITH CHECK ({check})',
            f'CREATE POLICY public_rows ON "{table}" FOR SELECT USING ({seen})',
        ]


class SameMunicipality(_OfField, Operation):
    """A child row cannot belong to another municipality than the parent it points to.

    Adds the composite foreign key (``field``_id, municipality_id) → (id, municipality_id), which
    Django's own foreign keys cannot express.
    """

    reduces_to_sql = True
    reversible = True

    def describe(self):
        return f"{self.model}.{self.field} stays inside the municipality"

    def state_forwards(self, app_label, state):
        """A constraint the model state does not know of."""

    def _names(self, apps, app_label):
        model = apps.get_model(app_label, self.model)
        field = model._meta.get_field(self.field)
        parent = field.related_model._meta.db_table
        return model._meta.db_table, field.column, parent, f"same_municipality_{self.field}"

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        table, column, parent, name = self._names(to_state.apps, app_label)
        schema_editor.execute(
            f'CREATE UNIQUE INDEX IF NOT EXISTS "{parent}_tenant"'
            f' ON "{parent}" (id, municipality_id)'
        )
        schema_editor.execute(
            f'ALTER TABLE "{table}" ADD CONSTRAINT {name} FOREIGN KEY ({column}, municipality_id)'
            f' REFERENCES "{parent}" (id, municipality_id) DEFERRABLE INITIALLY DEFERRED'
        )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        table, _column, _parent, name = self._names(from_state.apps, app_label)
        schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS {name}')
