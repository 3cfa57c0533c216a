"""Counting those who come to an event: by group, by several people at once, without names.

Counts are only added: a mistake is taken back by another row, so that two who count never lose
each other's.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from campaigns.models import Audience, CampaignEvent
from campaigns.registering.errors import RegistrationRefused
from campaigns.registering.models import DoorCount, Registration
from municipalities.models import User

NO_GROUP = "Други"
State = Registration.State
_TAKEN_BACK = uuid.UUID("5a3c1f0e-5d0a-4a53-9d36-0f0c8a7f2b11")
LATELY = 200  # own counts of one event among which the last is looked for


@dataclass(frozen=True)
class Group:
    """A row of the door: ``key`` is the group's, „0“ of those without one."""

    key: int
    name: str
    people: int


@dataclass(frozen=True)
class Counted:
    """What was counted at one event; ``named`` came by name, ``total`` is everybody."""

    groups: list[Group]
    named: int

    @property
    def total(self) -> int:
        """Everybody who came."""
        return sum(group.people for group in self.groups) + self.named


def why_not(event: CampaignEvent, now: dt.datetime | None = None) -> str:
    """Return in words why nobody can be counted at ``event``, „“ where one can."""
    if event.cancelled_at:
        return "Събитието е отменено."
    starts_on = timezone.localdate(event.starts_at)
    if timezone.localdate(now) < starts_on:
        return f"Събитието е на {starts_on:%d.%m.%Y} г.: тогава се брои."
    return ""


def counted(event: CampaignEvent) -> Counted:
    """Return what was counted at ``event``, the campaign's own groups first.

    Groups out of use are there only with people. Needs the municipality's scope; three queries.
    """
    rows = event.door_counts.order_by().values_list("audience").annotate(people=Sum("change"))
    people = dict(rows)
    own = set(event.campaign.audiences.values_list("pk", flat=True))
    everybody = sorted(
        Audience.objects.filter(municipality=event.municipality_id),
        key=lambda group: (group.pk not in own, group.order, group.name, group.pk),
    )
    groups = [
        Group(group.pk, group.name, people.get(group.pk, 0))
        for group in everybody
        if group.is_active or people.get(group.pk)
    ]
    groups.append(Group(0, NO_GROUP, people.get(None, 0)))
    named = event.registrations.filter(came_at__isnull=False).count()
    return Counted(groups, named)


def count(
    *,
    event: CampaignEvent,
    audience: Audience | None,
    change: int,
    by: User,
    form_key: uuid.UUID,
) -> DoorCount:
    """Count ``change`` people more of a group (or fewer); the same ``form_key`` counts once.

    Needs the municipality's scope. Raises RegistrationRefused where nobody can be counted, or
    fewer would be left than none.
    """
    if words := why_not(event):
        raise RegistrationRefused(words)
    try:
        with transaction.atomic():
            # Fewer than none could come of two who take back at once: they take turns.
            CampaignEvent.objects.select_for_update(no_key=True).get(pk=event.pk)
            if existing := DoorCount.objects.filter(form_key=form_key).first():
                return existing
            rows = event.door_counts.filter(audience=audience)
            there = rows.aggregate(people=Sum("change"))["people"] or 0
            if there + change < 0:
                raise RegistrationRefused(f"Преброени са {there}: няма толкова за изваждане.")
            return DoorCount.objects.create(
                municipality_id=event.municipality_id,
                event=event,
                audience=audience,
                change=change,
                counted_by=by,
                form_key=form_key,
            )
    except IntegrityError:
        existing = DoorCount.objects.filter(form_key=form_key).first()
        if existing is None:
            raise
        return existing


def last_own(event: CampaignEvent, by: User) -> DoorCount | None:
    """Return the last count of ``by`` that was not taken back, None where there is none."""
    rows = event.door_counts.filter(counted_by=by).select_related("audience")
    lately = list(rows.order_by("-pk")[:LATELY])
    backs = {row.form_key for row in lately}
    undone = {row.pk for row in lately if _back_of(row) in backs}
    of_others = {_back_of(row) for row in lately}
    for row in lately:
        if row.pk not in undone and row.form_key not in of_others:
            return row
    return None


def take_back(*, event: CampaignEvent, row: DoorCount, by: User) -> DoorCount:
    """Take back one's own count; twice is once. Raises RegistrationRefused as ``count`` does."""
    if row.event_id != event.pk or row.counted_by_id != by.pk:
        raise RegistrationRefused("Връща се само собственото броене.")
    return count(
        event=event, audience=row.audience, change=-row.change, by=by, form_key=_back_of(row)
    )


def _back_of(row: DoorCount) -> uuid.UUID:
    """Return the key of the row that takes ``row`` back: always the same, so it is there once."""
    return uuid.uuid5(_TAKEN_BACK, str(row.form_key))


def mark(*, event: CampaignEvent, registration: int, came: bool) -> Registration:
    """Mark by name that somebody came, or that it was a mistake; returns the row.

    Needs the municipality's scope. Raises RegistrationRefused, Registration.DoesNotExist.
    """
    if words := why_not(event):
        raise RegistrationRefused(words)
    with transaction.atomic():
        row = event.registrations.select_for_update().get(pk=registration)
        if row.state != State.CONFIRMED:
            raise RegistrationRefused("Няма потвърдено място: първо му дайте място.")
        if came != (row.came_at is not None):
            row.came_at = timezone.now() if came else None
            row.save(update_fields=["came_at"])
    return row
