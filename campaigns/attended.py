"""How many people came to events: counted at the door, and marked by name as come."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.db.models import CharField, Count, F, IntegerField, Sum, Value
from django.db.models.functions import Coalesce

from campaigns.models import CampaignEvent
from campaigns.registering.models import DoorCount, Registration

Events = Iterable[CampaignEvent] | models.QuerySet[CampaignEvent]
NO_GROUP = ""


def _pks(events: Events):
    """Return what „in“ takes: a subquery of a queryset, else the keys of the rows."""
    if isinstance(events, models.QuerySet):
        return events.order_by().values("pk")
    return [event.pk for event in events]


def _counts(events: Events, *keys: str):
    """Return rows of ``keys`` with ``people``, one of the door and one of the names; one query.

    Needs the municipality's scope.
    """
    group = {"group": Coalesce("audience__name", Value(NO_GROUP), output_field=CharField())}
    asked = {"of_event": F("event_id"), **(group if "group" in keys else {})}
    pks = _pks(events)
    counted = (
        DoorCount.objects.filter(event__in=pks)
        .order_by()
        .values(**{key: asked[key] for key in keys})
        .annotate(people=Sum("change", output_field=IntegerField()))
    )
    named = (
        Registration.objects.filter(event__in=pks, came_at__isnull=False)
        .order_by()
        .values(**{key: asked[key] for key in keys})
        .annotate(people=Count("pk", output_field=IntegerField()))
    )
    return counted.union(named, all=True)


def attended(events: Events) -> dict[int, int]:
    """Return how many people came to each of ``events``, by its key; one query.

    An event to which nobody was counted is not there. Never fewer than none: a miscount that was
    taken back too often is no debt.
    """
    found: dict[int, int] = {}
    for row in _counts(events, "of_event"):
        found[row["of_event"]] = found.get(row["of_event"], 0) + row["people"]
    return {pk: max(0, people) for pk, people in found.items()}


def total(events: Events) -> int:
    """Return how many people came to all of ``events`` together; one query."""
    return sum(attended(events).values())


def by_audience(event: CampaignEvent) -> dict[str, int]:
    """Return how many came by the name of their group; „“ is of those without one."""
    return by_audience_of([event])


def by_audience_of(events: Events) -> dict[str, int]:
    """Return how many came to all of ``events`` by the name of their group; one query."""
    found: dict[str, int] = {}
    for row in _counts(events, "group"):
        found[row["group"]] = found.get(row["group"], 0) + row["people"]
    return {name: people for name, people in sorted(found.items()) if people > 0}
