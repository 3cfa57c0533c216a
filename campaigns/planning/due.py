"""Where a campaign has been and where it goes next: by settlement, from its plan and its events.

A settlement is reached when an event of the campaign in it is over. With an interval
(``repeat_months``) its turn comes again so many months after the last one.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from campaigns.attended import attended
from campaigns.models import Campaign, CampaignEvent, CampaignSettlement
from municipalities.days import add_months
from municipalities.models import Settlement

REACHED, PLANNED, DUE, NOT_YET = "reached", "planned", "due", "not_yet"
# In the order of what asks for something to be done.
WORDS = {
    DUE: "отново на ред",
    NOT_YET: "още не",
    PLANNED: "насрочено",
    REACHED: "достигнато",
}


@dataclass(frozen=True)
class Place:
    """A settlement of a campaign: when it was reached, what is announced, when its turn is."""

    settlement: Settlement
    state: str
    is_in_plan: bool
    last: CampaignEvent | None
    coming: CampaignEvent | None
    due_on: dt.date | None
    times: int = 0
    people: int = 0

    @property
    def words(self) -> str:
        """The state in words."""
        return WORDS[self.state]

    @property
    def last_on(self) -> dt.date | None:
        """The day on which the settlement was last reached."""
        return timezone.localdate(self.last.ends_at) if self.last else None

    @property
    def wants_event(self) -> bool:
        """Whether somebody should announce an event here."""
        return self.state in (DUE, NOT_YET)


@dataclass
class Reach:
    """All settlements of a campaign, those first that ask for an event."""

    campaign: Campaign
    places: list[Place] = field(default_factory=list)

    @property
    def planned(self) -> int:
        """How many the plan has."""
        return sum(place.is_in_plan for place in self.places)

    @property
    def reached(self) -> int:
        """How many were reached at least once, planned or not."""
        return sum(place.last is not None for place in self.places)

    @property
    def reached_of_plan(self) -> int:
        """How many of the plan were reached at least once."""
        return sum(place.is_in_plan and place.last is not None for place in self.places)

    def counts(self) -> list[tuple[str, str, int]]:
        """Return (state, words, how many) of every state."""
        found = Counter(place.state for place in self.places)
        return [(state, words, found[state]) for state, words in WORDS.items()]


def reach_of(campaign: Campaign, moment: dt.datetime | None = None) -> Reach:
    """Return the settlements of ``campaign`` as they stand at ``moment`` (now); four queries.

    Needs the municipality's scope.
    """
    moment = moment or timezone.now()
    planned = {
        row.settlement_id: row.settlement
        for row in CampaignSettlement.objects.filter(campaign=campaign).select_related("settlement")
    }
    events = list(standing(campaign.events).select_related("settlement").order_by("ends_at", "pk"))
    came = attended(events)
    by_place: dict[int, list[CampaignEvent]] = defaultdict(list)
    reached: dict[int, Settlement] = {}
    for event in events:
        if event.settlement is not None:
            by_place[event.settlement.pk].append(event)
            reached[event.settlement.pk] = event.settlement
    places = []
    for pk, settlement in {**reached, **planned}.items():
        mine = by_place[pk]
        held = [event for event in mine if event.ends_at <= moment]
        coming = [event for event in mine if event.ends_at > moment]
        last = held[-1] if held else None
        due_on = turn_of(campaign, timezone.localdate(last.ends_at)) if last else None
        places.append(
            Place(
                settlement,
                state_of(last, coming, due_on, timezone.localdate(moment)),
                pk in planned,
                last,
                min(coming, key=lambda event: event.starts_at) if coming else None,
                due_on,
                len(held),
                sum(came.get(event.pk, 0) for event in held),
            )
        )
    return Reach(campaign, sorted(places, key=_by_need))


def standing(events) -> QuerySet[CampaignEvent]:
    """Return of ``events`` those that were not called off."""
    return events.filter(cancelled_at__isnull=True)


def turn_of(campaign: Campaign, last_on: dt.date) -> dt.date | None:
    """Return the day from which a settlement reached on ``last_on`` is due; None without one."""
    if not campaign.repeat_months:
        return None
    return add_months(last_on, campaign.repeat_months)


def state_of(last, coming, due_on: dt.date | None, today: dt.date) -> str:
    """Return what is to be done about a settlement."""
    is_due = due_on is not None and due_on <= today
    if last and not is_due:
        return REACHED
    if coming:
        return PLANNED
    return DUE if last else NOT_YET


def _by_need(place: Place):
    order = list(WORDS).index(place.state)
    day = place.due_on or dt.date.max
    if place.state == PLANNED and place.coming:
        day = timezone.localdate(place.coming.starts_at)
    if place.state == NOT_YET:
        return order, -(place.settlement.population_2013 or 0), str(place.settlement)
    return order, day, str(place.settlement)


def due_counts(day: dt.date) -> list[tuple[Campaign, int]]:
    """Return the running campaigns with an interval and how many settlements of each ask for an
    event on ``day``, in three queries; those of which none does are left out.

    Needs the municipality's scope.
    """
    running = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    begun = Q(starts_on__isnull=True) | Q(starts_on__lte=day)
    campaigns = list(
        Campaign.objects.filter(running, begun, repeat_months__isnull=False).order_by("name", "pk")
    )
    planned: dict[int, set[int]] = defaultdict(set)
    plan = CampaignSettlement.objects.filter(campaign__in=campaigns).order_by()
    for campaign_id, place in plan.values_list("campaign_id", "settlement_id"):
        planned[campaign_id].add(place)
    now = timezone.now()
    ends: dict[tuple[int, int], tuple] = {}
    events = standing(CampaignEvent.objects.filter(campaign__in=campaigns)).order_by()
    for campaign_id, place, last, newest in (
        events.filter(settlement__isnull=False)
        .values_list("campaign_id", "settlement_id")
        .annotate(last=Max("ends_at", filter=Q(ends_at__lte=now)), newest=Max("ends_at"))
    ):
        ends[campaign_id, place] = (last, newest > now)
        planned[campaign_id].add(place)
    found = []
    for campaign in campaigns:
        count = 0
        for place in planned[campaign.pk]:
            last, is_coming = ends.get((campaign.pk, place), (None, False))
            due_on = turn_of(campaign, timezone.localdate(last)) if last else None
            count += state_of(last, is_coming, due_on, day) in (DUE, NOT_YET)
        if count:
            found.append((campaign, count))
    return found
