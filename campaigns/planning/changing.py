"""What happens to an event after it was announced: moved, called off, taken up again.

Whoever must know – the people who registered for it – says so with ``register_listener``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils import timezone

from campaigns.models import CampaignEvent

# What a calendar shows of an event; a change of it is a new SEQUENCE (RFC 5545, 3.8.7.4).
IN_CALENDAR = frozenset(
    {"title", "about", "starts_at", "ends_at", "settlement", "place", "cancelled_at"}
)
Listener = Callable[[CampaignEvent, frozenset[str]], None]

_listeners: list[Listener] = []


class EventRefused(Exception):
    """What was asked of an event cannot be done; the message says why."""


def register_listener(listener: Listener) -> None:
    """Have ``listener`` told of each change: the event, the names of the columns that changed.

    It is told inside the transaction, with the municipality's scope open. „cancelled_at“ is among
    the names when the event was called off or taken up again.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def changed(event: CampaignEvent, names: Iterable[str]) -> None:
    """Tell that the columns ``names`` of ``event``, already saved, are others than before."""
    columns = frozenset(names)
    if not columns:
        return
    if columns & IN_CALENDAR:
        event.sequence += 1
        event.save(update_fields=["sequence", "updated_at"])
    for listener in _listeners:
        listener(event, columns)


@transaction.atomic
def cancel(*, event: CampaignEvent, why: str) -> None:
    """Call ``event`` off; it stays where it was announced and says so.

    Raises EventRefused for one that is over or already called off.
    """
    row = CampaignEvent.objects.select_for_update().get(pk=event.pk)
    if row.cancelled_at:
        raise EventRefused("Събитието вече е отменено.")
    if row.ends_at <= timezone.now():
        raise EventRefused("Събитието е минало и не може да се отмени.")
    row.cancelled_at, row.cancelled_why = timezone.now(), why
    row.save()
    changed(row, {"cancelled_at", "cancelled_why"})


@transaction.atomic
def restore(*, event: CampaignEvent) -> None:
    """Take up again an event that was called off and is not over; raises EventRefused else."""
    row = CampaignEvent.objects.select_for_update().get(pk=event.pk)
    if not row.cancelled_at:
        raise EventRefused("Събитието не е отменено.")
    if row.ends_at <= timezone.now():
        raise EventRefused("Денят на събитието е минал.")
    row.cancelled_at, row.cancelled_why = None, ""
    row.save()
    changed(row, {"cancelled_at", "cancelled_why"})
