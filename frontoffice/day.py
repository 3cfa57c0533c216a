"""What „Днес“ shows: what waits for whoever opened it, and the office's day so far."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone

from frontoffice.drafts.keeping import open_drafts
from frontoffice.followups.counting import Waiting, for_today, is_new_for
from frontoffice.joined import Figure, figures_for
from frontoffice.models import Consultation, FollowUp
from municipalities.models import Membership
from services_registry.upkeep.proposals import waiting_of_all
from services_registry.upkeep.reports import open_reports

TASKS_SHOWN = 8


@dataclass(frozen=True)
class Day:
    """The figures of one moment. ``mark`` changes whenever anything the page shows did."""

    today: dt.date
    recorded: int
    mine: int
    waiting: Waiting
    drafts: int
    reports: int
    proposals: int | None
    figures: tuple[Figure, ...]
    mark: str


def day_of(membership: Membership, *, decides_proposals: bool) -> Day:
    """Count the day of ``membership``'s user, in a fixed number of cheap queries.

    ``proposals`` is None for who only reads the registry.
    """
    today = timezone.localdate()
    user = membership.user
    talks = Consultation.objects.on_day(today).aggregate(
        recorded=Count("pk"), mine=Count("pk", filter=Q(specialist=user)), last=Max("updated_at")
    )
    promised = FollowUp.objects.of(user).aggregate(last=Max("updated_at"), all=Count("pk"))
    waiting = for_today(membership)
    drafts = open_drafts(membership).count()
    reports = open_reports()
    proposals = waiting_of_all().count() if decides_proposals else None
    figures = figures_for(membership)
    parts: tuple[Any, ...] = (
        today, *talks.values(), *promised.values(), waiting, drafts, reports, proposals, figures
    )  # fmt: skip
    return Day(
        today=today,
        recorded=talks["recorded"],
        mine=talks["mine"],
        waiting=waiting,
        drafts=drafts,
        reports=reports,
        proposals=proposals,
        figures=figures,
        mark=hashlib.sha256(repr(parts).encode()).hexdigest()[:16],
    )


def next_tasks(membership: Membership) -> list[FollowUp]:
    """Return the soonest open follow-ups of ``membership``'s user, late ones first."""
    mine = FollowUp.objects.open().of(membership.user).for_listing()
    return list(mine.annotate(is_new=is_new_for(membership.user_id))[:TASKS_SHOWN])
