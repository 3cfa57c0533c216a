"""The calendar of follow-ups: what calendar programs read of them, and that is little."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone

from frontoffice.followups.models import FollowUp
from municipalities import calendars
from municipalities.mails import whole

LASTS = dt.timedelta(minutes=30)
DAY = dt.timedelta(days=1)


def calendar(follow_ups: Iterable[FollowUp]) -> bytes:
    """Return the calendar; an entry has its number and a link, and nothing of what or who."""
    return calendars.calendar(
        name="Последващи задачи", product="Follow-ups", entries=map(_entry, follow_ups)
    )


def _entry(follow_up: FollowUp) -> calendars.Entry:
    begins, ends = _when(follow_up)
    return calendars.Entry(
        uid=calendars.uid_of("follow-up", follow_up.pk),
        changed=follow_up.updated_at,
        sequence=follow_up.version,
        begins=begins,
        ends=ends,
        summary=f"Последваща задача № {follow_up.pk}",
        url=whole(reverse("follow_up", args=[follow_up.pk])),
        is_private=True,
        is_free=True,
    )


def _when(follow_up: FollowUp) -> tuple[dt.date, dt.date]:
    """Return the whole day, or half an hour of it."""
    day = follow_up.due_on
    if follow_up.due_at is None:
        return day, day + DAY
    begins = timezone.make_aware(dt.datetime.combine(day, follow_up.due_at))
    return begins, begins + LASTS
