"""A municipality is the tenant: scoped managers in Python, row-level security in PostgreSQL.

Two fences stand around every row with personal or internal data. ``MunicipalModel`` gives it a
manager that raises ``ScopeError`` outside a scope; the policies of ``municipalities.rls`` make
the table look empty to a connection that has not been told whose work it does. Both are opened
together, and only here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager, scope
from django_scopes.manager import DisabledQuerySet

MUNICIPALITY_SETTING = "frontoffice.municipality"
USER_SETTING = "frontoffice.user"
INVITATION_SETTING = "frontoffice.invitation"

# Questions that django-scopes lets through outside a scope. Row security would answer them "no",
# which is worse than an error: nobody would notice.
for _question in ("exists", "contains", "explain"):
    setattr(DisabledQuerySet, _question, DisabledQuerySet.error)


class MunicipalModel(models.Model):
    """A row that belongs to one municipality and is invisible outside its scope."""

    municipality = models.ForeignKey(
        "municipalities.Municipality",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("община"),
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        abstract = True


def set_local(name: str, value: object) -> str:
    """Set a PostgreSQL setting until the end of the transaction; return the value it had before.

    Needs an open transaction: outside one the setting would be gone with the statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH old AS MATERIALIZED (SELECT coalesce(current_setting(%s, true), '') AS value)"
            " SELECT old.value, set_config(%s, %s, true) FROM old",
            [name, name, "" if value is None else str(value)],
        )
        return cursor.fetchone()[0]


@contextmanager
def municipality_scope(municipality) -> Iterator[None]:
    """Do the work inside as ``municipality``: opens a transaction and both fences.

    Nested scopes restore the outer one. A failure rolls back to where the scope began, and with
    it the setting, so nothing is restored by hand on that path.
    """
    with transaction.atomic(), scope(municipality=municipality):
        before = set_local(MUNICIPALITY_SETTING, municipality.pk)
        yield
        set_local(MUNICIPALITY_SETTING, before)
