"""Who is reminded this morning, and of how much. Inside the scope of one municipality."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from frontoffice.followups.days import is_working
from frontoffice.followups.following import colleagues
from frontoffice.followups.models import FollowUp
from municipalities.models import User


@dataclass(frozen=True)
class Morning:
    """What somebody is told: whose mail it is, how many follow-ups are of today and how many late.

    Numbers only: a title may name a person, and a mail is read where the portal's doors are not.
    """

    owner: User
    due: int
    late: int


def owners_to_remind(today: dt.date | None = None) -> list[int]:
    """Return the users with something due who were not mailed today; nobody on a day off.

    Who no longer works at a desk is not written to: the head sees what they left behind.
    """
    today = today or timezone.localdate()
    if not is_working(today):
        return []
    mailed = FollowUp.objects.filter(reminded_on=today).values("owner")
    waiting = _due(today).exclude(owner__in=mailed).filter(owner__in=colleagues().values("user"))
    return list(waiting.order_by("owner").values_list("owner", flat=True).distinct())


def take_morning(owner: int, today: dt.date | None = None) -> Morning | None:
    """Mark what ``owner`` is reminded of today and return its numbers; None if there is nothing.

    Whoever asks second, after a repeated run, finds it marked. The rows stay locked until the
    caller's transaction ends, so a mail that cannot be handed over leaves them as they were.
    """
    today = today or timezone.localdate()
    if owner not in owners_to_remind(today):
        return None
    rows = list(_due(today).filter(owner=owner).select_for_update(of=("self",)).order_by("pk"))
    if not rows or any(row.reminded_on == today for row in rows):
        return None
    late = sum(row.due_on < today for row in rows)
    # Past the verbs and their version: nobody who edits one of them should learn of a mail.
    FollowUp.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_on=today)
    return Morning(owner=User.objects.get(pk=owner), due=len(rows) - late, late=late)


def _due(today: dt.date):
    return FollowUp.objects.due(today).filter(reminds=True)
