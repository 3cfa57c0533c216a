"""Which settlements a campaign means to reach, and many events for them at once."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from campaigns.models import Campaign, CampaignEvent, CampaignSettlement
from municipalities.hours import is_holiday
from municipalities.models import Settlement

MOST_EVENTS = 300  # made at once
BY_NAME, BY_WAY = "ime", "pat"


@transaction.atomic
def choose(*, campaign: Campaign, shown: Collection[int], chosen: Collection[int]) -> tuple:
    """Make the plan of ``campaign`` have ``chosen`` of the settlements ``shown``, others untouched.

    Settlements of another municipality are passed over. Return how many came in and how many left.
    """
    own = set(
        Settlement.objects.filter(municipality=campaign.municipality_id, pk__in=shown).values_list(
            "pk", flat=True
        )
    )
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    plan = CampaignSettlement.objects.filter(campaign=campaign)
    there = set(plan.values_list("settlement_id", flat=True))
    wanted = own & set(chosen)
    new = sorted(wanted - there)
    CampaignSettlement.objects.bulk_create(
        CampaignSettlement(
            municipality_id=campaign.municipality_id, campaign=campaign, settlement_id=pk
        )
        for pk in new
    )
    gone = (own - wanted) & there
    plan.filter(settlement__in=gone).delete()
    return len(new), len(gone)


@dataclass(frozen=True)
class Series:
    """Events of one kind in many settlements, one after another.

    ``step`` days are between two days with events, each of which has ``per_day`` of them with
    ``gap`` minutes on the way. With ``skips_days_off`` no day is a weekend or a holiday.
    """

    title: str
    kind: str
    first_day: dt.date
    starts: dt.time
    ends: dt.time
    step: int = 1
    per_day: int = 1
    gap: int = 0
    skips_days_off: bool = True
    place: str = ""
    is_public: bool = True

    @property
    def length(self) -> dt.timedelta:
        """How long one event takes."""
        day = self.first_day
        return dt.datetime.combine(day, self.ends) - dt.datetime.combine(day, self.starts)

    @property
    def last_end(self) -> dt.timedelta:
        """When the last event of a day is over, from its midnight."""
        start = dt.timedelta(hours=self.starts.hour, minutes=self.starts.minute)
        return (
            start + self.length * self.per_day + dt.timedelta(minutes=self.gap) * (self.per_day - 1)
        )


def working_day(day: dt.date) -> dt.date:
    """Return ``day``, or the first day after it that is neither a weekend nor a holiday."""
    while day.isoweekday() > 5 or is_holiday(day):
        day += dt.timedelta(days=1)
    return day


def events_of(
    campaign: Campaign, settlements: Iterable[Settlement], series: Series
) -> list[CampaignEvent]:
    """Return the events of ``series``, not saved, in the order of ``settlements``."""
    made: list[CampaignEvent] = []
    day = working_day(series.first_day) if series.skips_days_off else series.first_day
    step, turn = dt.timedelta(days=max(series.step, 1)), 0
    for settlement in settlements:
        if turn == series.per_day:
            day, turn = day + step, 0
            day = working_day(day) if series.skips_days_off else day
        begins = dt.datetime.combine(day, series.starts)
        begins += (series.length + dt.timedelta(minutes=series.gap)) * turn
        made.append(
            CampaignEvent(
                municipality_id=campaign.municipality_id,
                campaign=campaign,
                title=series.title,
                kind=series.kind,
                starts_at=timezone.make_aware(begins),
                ends_at=timezone.make_aware(begins + series.length),
                settlement=settlement,
                place=series.place,
                is_public=series.is_public,
            )
        )
        turn += 1
    return made


@transaction.atomic
def make_events(
    *, campaign: Campaign, settlements: Sequence[Settlement], series: Series
) -> tuple[int, int]:
    """Save the events of ``series`` and put their settlements in the plan.

    An event that the campaign has in the same settlement from the same moment is not made again, so
    a form that was sent twice makes each once. Return how many were made and how many were there.
    """
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    events = events_of(campaign, settlements, series)
    there = set(
        CampaignEvent.objects.filter(campaign=campaign, settlement__in=settlements)
        .order_by()
        .values_list("settlement_id", "starts_at")
    )
    new = [event for event in events if (event.settlement_id, event.starts_at) not in there]
    CampaignEvent.objects.bulk_create(new)
    plan = CampaignSettlement.objects.filter(campaign=campaign)
    planned = set(plan.values_list("settlement_id", flat=True))
    missing = {event.settlement.pk for event in new if event.settlement} - planned
    CampaignSettlement.objects.bulk_create(
        CampaignSettlement(
            municipality_id=campaign.municipality_id, campaign=campaign, settlement_id=pk
        )
        for pk in sorted(missing)
    )
    return len(new), len(events) - len(new)


def in_order(settlements: Iterable[Settlement], how: str, centre: str) -> list[Settlement]:
    """Return ``settlements`` by name or, with BY_WAY, each followed by the nearest of the rest.

    The way begins from the settlement with the code ``centre``; those without a point come last.
    """
    named = sorted(settlements, key=lambda row: (row.name, row.ekatte))
    if how != BY_WAY:
        return named
    left = [row for row in named if row.latitude is not None and row.longitude is not None]
    lost = [row for row in named if row.latitude is None or row.longitude is None]
    start = Settlement.objects.filter(ekatte=centre, latitude__isnull=False).first()
    if not left:
        return lost
    at = start or left[0]
    way: list[Settlement] = []
    while left:
        nearest = min(left, key=lambda row: (distance(at, row), row.name, row.ekatte))
        left.remove(nearest)
        way.append(nearest)
        at = nearest
    return way + lost


def distance(one: Settlement, other: Settlement) -> float:
    """Return how far two settlements with points are, in degrees of latitude; for comparing."""
    north, east = float(one.latitude or 0), float(one.longitude or 0)
    squeeze = math.cos(math.radians(north))
    return math.hypot(
        float(other.latitude or 0) - north, (float(other.longitude or 0) - east) * squeeze
    )
