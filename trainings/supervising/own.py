"""One's own learning: what waits for somebody, and the card on „Днес“."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Prefetch, Q
from django.utils import timezone

from municipalities.models import Membership, User
from trainings.models import Trainee, Training, TrainingParticipant, TrainingSession
from trainings.supervising.record import record_of

State = TrainingParticipant.State
MOST_COMING = 20
ON_TODAY = 3


def own_trainee(user: User) -> Trainee | None:
    """Return the row of somebody in the municipality of the scope, None without one."""
    return Trainee.objects.filter(user=user).select_related("provider").first()


def coming(trainee: Trainee, most: int = MOST_COMING) -> list[TrainingParticipant]:
    """Return the planned trainings for which somebody is enrolled or waits, the soonest first.

    Each has in ``training.ahead`` its sessions that are not over. In two queries.
    """
    today = timezone.localdate()
    sessions = TrainingSession.objects.filter(day__gte=today).order_by("day", "starts_at", "pk")
    rows = (
        TrainingParticipant.objects.filter(
            trainee=trainee,
            state__in=(State.ENROLLED, State.WAITING),
            training__state=Training.State.PLANNED,
        )
        .filter(
            Q(training__ends_on__gte=today)
            | Q(training__ends_on=None, training__starts_on__gte=today)
            | Q(training__starts_on=None)
        )
        .select_related("training")
        .prefetch_related(Prefetch("training__sessions", sessions, to_attr="ahead"))
        .order_by(F("training__starts_on").asc(nulls_last=True), "pk")
    )
    return list(rows[:most])


def on_today(membership: Membership) -> dict[str, Any]:
    """Return what „Днес“ says of one's own learning: what is missing, and what comes."""
    trainee = own_trainee(membership.user)
    if trainee is None:
        return {"record": None, "coming": []}
    return {
        "record": record_of(trainee, timezone.localdate().year),
        "coming": coming(trainee, ON_TODAY),
    }
