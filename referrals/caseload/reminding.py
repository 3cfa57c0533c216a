"""Who is reminded this morning and of what, and what goes up to the head. Inside one municipality.

A row is told of once a day to whoever has it and once to the heads: ``reminded_on`` and
``escalated_on`` hold the day. Whoever asks second, after a repeated run, finds it marked. Rows stay
locked until the caller's transaction ends, so a mail that cannot be handed over leaves them as they
were.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from frontoffice.followups.following import colleagues
from municipalities.models import Municipality, Role, User
from municipalities.norms.deadlines import changes_from, is_working
from referrals.caseload import acting
from referrals.caseload.listing import CaseLine
from referrals.policy import policy_of

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """What a mail tells: to whom, and which cases, by their days. Never whose they are."""

    to: list[User]
    cases: list[CaseLine]

    @property
    def late(self) -> int:
        return sum(case.is_late for case in self.cases)

    @property
    def soon(self) -> int:
        return len(self.cases) - self.late


def works_on(day: dt.date) -> bool:
    """Say whether offices work on ``day``, with what a decision has moved."""
    return is_working(day, changes_from(day))


def _open() -> tuple[QuerySet, QuerySet]:
    return acting.assessments().open(), acting.referrals().moving()


def _due(municipality: Municipality, today: dt.date) -> list[QuerySet]:
    soon = acting.within(policy_of(municipality).soon_days, today)
    return [rows.filter(soon).exclude(reminded_on=today) for rows in _open()]


def owners_to_remind(municipality: Municipality, today: dt.date | None = None) -> list[int]:
    """Return the users with something due soon or late that they were not told of today.

    Nobody on a day off; who no longer works at a desk is not written to: the head is.
    """
    today = today or timezone.localdate()
    if not works_on(today):
        return []
    working = colleagues().order_by().values("user")
    owners: set[int] = set()
    for rows in _due(municipality, today):
        found = rows.filter(owner__in=working).order_by("owner")
        owners |= set(found.values_list("owner", flat=True).distinct())
    return sorted(owners)


def take_morning(
    municipality: Municipality, owner: int, today: dt.date | None = None
) -> Told | None:
    """Mark what ``owner`` is reminded of today and return it; None if there is nothing."""
    today = today or timezone.localdate()
    if not works_on(today) or not colleagues().filter(user=owner).exists():
        return None
    parts = [rows.filter(owner=owner) for rows in _due(municipality, today)]
    cases = _taken(parts, mark="reminded_on", today=today)
    return Told([User.objects.get(pk=owner)], cases) if cases else None


def take_escalation(municipality: Municipality, today: dt.date | None = None) -> Told | None:
    """Mark what goes up to the heads today and return it; None without any, or without a head.

    That is what is late by the days of the municipality's rule, and whatever is late with nobody
    at work to do it.
    """
    today = today or timezone.localdate()
    heads = colleagues().filter(role=Role.HEAD).order_by("user_id").values("user")
    people = list(User.objects.filter(pk__in=heads).order_by("pk"))
    if not people or not works_on(today):
        return None
    last = today - policy_of(municipality).escalate_days * DAY
    working = colleagues().order_by().values("user")
    nobodys = Q(owner__isnull=True) | ~Q(owner__in=working)
    goes_up = acting.late(today) & (Q(act_by__lte=last) | nobodys)
    parts = [rows.filter(goes_up).exclude(escalated_on=today) for rows in _open()]
    cases = _taken(parts, mark="escalated_on", today=today)
    return Told(people, cases) if cases else None


def _taken(parts: list[QuerySet], *, mark: str, today: dt.date) -> list[CaseLine]:
    """Lock what is found, mark it with ``today`` and return it by day."""
    cases: list[CaseLine] = []
    for is_referral, found in enumerate(parts):
        # What somebody works on this very moment is left for tomorrow: whoever holds one place's
        # referral may be waiting for the next one's, and the two would wait for each other.
        rows = found.select_for_update(of=("self",), skip_locked=True).order_by("pk")
        # Read again under the lock: another run may have marked some meanwhile.
        fresh = [row for row in rows if getattr(row, mark) != today]
        # Past the verbs and their version: nobody who works on one should learn of a mail.
        found.model.objects.filter(pk__in=[row.pk for row in fresh]).update(**{mark: today})
        cases += [CaseLine(row, bool(is_referral), row.act_by) for row in fresh]
    return sorted(cases, key=lambda case: (case.day or dt.date.max, case.key))
