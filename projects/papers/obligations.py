"""What has to be done for a project by a day: open, late, done; and who is reminded of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q

from municipalities.models import Membership, Municipality, Role, User
from projects.models import Obligation

REMINDED_BEFORE = (14, 3)  # days
DAY = dt.timedelta(days=1)


@transaction.atomic
def mark_done(pks: Iterable[int], *, on: dt.date) -> int:
    """Write that the obligations ``pks`` of the scope were done ``on``; return how many were open.

    One that is done already keeps its day.
    """
    rows = Obligation.objects.select_for_update().filter(pk__in=pks, done_on__isnull=True)
    return Obligation.objects.filter(pk__in=[row.pk for row in rows.order_by("pk")]).update(
        done_on=on
    )


@transaction.atomic
def reopen(pk: int) -> int:
    """Write that an obligation of the scope is not done after all; return whether it was (0, 1)."""
    return Obligation.objects.filter(pk=pk, done_on__isnull=False).update(done_on=None)


@dataclass(frozen=True)
class Told:
    """What a mail tells: to whom, and which obligations, by their days."""

    to: list[User]
    obligations: list[Obligation]


def managers_of(municipality: Municipality) -> list[User]:
    """Return those who run the projects of ``municipality``, of the open scope."""
    managers = Membership.objects.current().filter(
        municipality=municipality, role=Role.PROJECT_MANAGER
    )
    return list(
        User.objects.filter(pk__in=managers.order_by().values("user"), is_active=True)
        .exclude(email="")
        .order_by("pk")
    )


def to_remind(today: dt.date) -> Q:
    """Return which obligations are reminded of on ``today``.

    Each is reminded of once from the 14th day before it on and once more from the 3rd, whichever
    day the worker runs; one that was moved to a later day begins anew.
    """
    due = Q()
    for days in REMINDED_BEFORE:
        within = Q(due_on__gte=today, due_on__lte=today + days * DAY)
        not_yet = Q(reminded_on__isnull=True) | Q(reminded_on__lt=F("due_on") - days * DAY)
        due |= within & not_yet
    return due & Q(done_on__isnull=True)


def take_reminders(municipality: Municipality, today: dt.date) -> Told | None:
    """Mark what the managers are reminded of on ``today`` and return it; None without any.

    The rows stay locked until the caller's transaction ends, so a mail that cannot be handed over
    leaves them as they were, and a repeated run finds nothing.
    """
    people = managers_of(municipality)
    if not people:
        return None
    rows = Obligation.objects.filter(to_remind(today)).select_related("project")
    found = list(rows.select_for_update(of=("self",), skip_locked=True).order_by("due_on", "pk"))
    if not found:
        return None
    Obligation.objects.filter(pk__in=[row.pk for row in found]).update(reminded_on=today)
    return Told(people, found)
