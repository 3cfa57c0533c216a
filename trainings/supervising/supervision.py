"""Who was at a supervision; never what was said."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from trainings.models import Supervision, SupervisionParticipant, Trainee


@transaction.atomic
def set_participants(supervision: Supervision, people: Iterable[Trainee]) -> None:
    """Make ``people`` those who were at the supervision; whoever stays keeps their row."""
    wanted = {person.pk for person in people}
    there = set(supervision.participants.values_list("trainee_id", flat=True))
    supervision.participants.filter(trainee_id__in=there - wanted).delete()
    SupervisionParticipant.objects.bulk_create(
        SupervisionParticipant(
            municipality_id=supervision.municipality_id, supervision=supervision, trainee_id=pk
        )
        for pk in sorted(wanted - there)
    )
