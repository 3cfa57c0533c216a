"""Model fields of the registry."""

import uuid

from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, UUIDField


class IndexField(SearchVectorField):
    """A search vector that only the indexer writes.

    An instance that was loaded before the last indexing would put the old vector back with its
    `save()`, or none at all if it was created then; here `save()` leaves the stored one be.
    """

    def pre_save(self, model_instance, add):
        """Return nothing for a new row and the stored vector for an old one."""
        return None if add else F(self.attname)

    def deconstruct(self):
        """Pass for the plain field in migrations: the column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.contrib.postgres.search.SearchVectorField", args, kwargs


def public_id() -> UUIDField:
    """Return the field by which open data name a row: it says nothing and never changes."""
    return UUIDField(default=uuid.uuid4, unique=True, editable=False)
