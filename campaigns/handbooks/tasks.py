"""Making an edition, after the answer. Arguments are ids."""

from __future__ import annotations

from procrastinate.contrib.django import app

from campaigns.handbooks import making
from municipalities.models import Municipality


@app.task(name=making.TASK)
def make_handbook(*, municipality: int, edition: int) -> None:
    """Make one edition; asked again for one that is ready it does nothing."""
    making.make(municipality=Municipality.objects.get(pk=municipality), edition_id=edition)
