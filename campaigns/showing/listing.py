"""Campaigns for the public list, each with the events that were asked for."""

from __future__ import annotations

from django.db.models import Count, F, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from campaigns.models import Campaign
from campaigns.showing.filters import EventFilter

EVENTS_OF_A_CAMPAIGN = 5


def campaigns_with_events(asked: EventFilter) -> QuerySet[Campaign]:
    """Return the campaigns with their first events in ``shown_events``, in one query more.

    ``event_total`` says how many there are in all. The nearest event leads, of past ones the
    latest; where something was asked of the events, campaigns without such are left out.
    """
    events = asked.events()
    of_one = events.filter(campaign=OuterRef("pk"))
    total = of_one.order_by().values("campaign").annotate(number=Count("pk")).values("number")
    found = (
        asked.campaigns()
        .select_related("municipality", "project")
        .annotate(
            first_at=Subquery(of_one.values("starts_at")[:1]),
            event_total=Coalesce(Subquery(total, output_field=IntegerField()), 0),
        )
        .prefetch_related(
            Prefetch(
                "events",
                queryset=events.select_related("settlement")[:EVENTS_OF_A_CAMPAIGN],
                to_attr="shown_events",
            )
        )
    )
    if asked.is_of_events:
        found = found.filter(first_at__isnull=False)
    first = F("first_at").desc(nulls_last=True) if asked.is_past else F("first_at").asc(
        nulls_last=True
    )  # fmt: skip
    return found.order_by(first, "name", "pk")
