"""What tests of the handbook share: editions made at once, life situations of their own."""

from __future__ import annotations

from campaigns.handbooks import content, making, tasks
from campaigns.models import Handbook, HandbookEdition
from municipalities.tenancy import municipality_scope
from services_registry.models import LifeSituation
from tests.factories import UserFactory


def made(handbook: Handbook, *, is_published: bool = True) -> HandbookEdition:
    """Make the next edition as the worker does."""
    owner = handbook.municipality
    with municipality_scope(owner):
        edition = making.begin(handbook=handbook, by=UserFactory())
    tasks.make_handbook(municipality=owner.pk, edition=edition.pk)
    with municipality_scope(owner):
        edition.refresh_from_db()
        if is_published:
            making.publish(edition=edition)
            edition.refresh_from_db()
    return edition


def gathered(handbook: Handbook) -> dict:
    """Return what an edition made now would consist of."""
    with municipality_scope(handbook.municipality):
        return content.gather_at_once(handbook)


def three_situations() -> list[LifeSituation]:
    """Make „Ситуация 0“ to „Ситуация 2“, after all that are shipped."""
    return [
        LifeSituation.objects.create(
            slug=f"zhiteyska-{n}", name=f"Ситуация {n}", summary=f"За {n}", order=900 + n
        )
        for n in range(3)
    ]
