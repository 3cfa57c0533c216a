"""Factory of people; tenant rows are made inside ``municipality_scope``."""

from __future__ import annotations

import factory

from frontoffice.models import Person
from tests.factories import TenantFactory, UserFactory


class PersonFactory(TenantFactory):
    """A person without an identifier; ``egn="…"`` gives a ЕГН."""

    class Meta:
        model = Person

    given_name = factory.Sequence(lambda n: f"Проба{n}")
    family_name = "Измислена"
    created_by = factory.SubFactory(UserFactory)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        from frontoffice.people import index_of
        from municipalities import secrets

        egn = kwargs.pop("egn", "")
        if egn:
            kwargs |= {
                "identifier_kind": "egn",
                "identifier": secrets.encrypt(egn),
                "identifier_index": index_of("egn", egn, kwargs["municipality"]),
            }
        return super()._create(model_class, *args, **kwargs)
