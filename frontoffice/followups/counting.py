"""How much waits for somebody: the figures of „Днес“."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from frontoffice.followups.days import end_of_week
from frontoffice.followups.models import FollowUp, Handover
from municipalities.models import Membership


@dataclass(frozen=True)
class Waiting:
    """Open follow-ups of one person.

    ``due`` are of today, ``late`` of days that have passed, ``this_week`` from today to Sunday
    with today's among them, ``handed_to_me`` those a colleague gave and that were not opened yet.
    """

    due: int
    late: int
    handed_to_me: int
    this_week: int


def is_new_for(user_id: int) -> Exists:
    """Return the condition on follow-ups given to this user that they have not opened yet."""
    return Exists(
        Handover.objects.filter(follow_up=OuterRef("pk"), given_to_id=user_id, seen_at__isnull=True)
    )


def for_today(membership: Membership) -> Waiting:
    """Count what waits for ``membership``'s user, in one query."""
    today = timezone.localdate()
    counts = (
        FollowUp.objects.open()
        .of(membership.user)
        .annotate(is_new=is_new_for(membership.user_id))
        .aggregate(
            due=Count("pk", filter=Q(due_on=today)),
            late=Count("pk", filter=Q(due_on__lt=today)),
            handed_to_me=Count("pk", filter=Q(is_new=True)),
            this_week=Count("pk", filter=Q(due_on__range=(today, end_of_week(today)))),
        )
    )
    return Waiting(**counts)
