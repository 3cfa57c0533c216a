"""What happens to an event after it was announced: moved, called off, taken up again, made larger.

Whoever registered for it is written to, and what calendars took is told to be another.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from campaigns.models import CampaignEvent
from campaigns.registering import places, telling

WHEN_AND_WHERE = frozenset({"starts_at", "ends_at", "settlement", "place"})
# What a calendar shows of an event; a change of it is a new SEQUENCE (RFC 5545, 3.8.7.4).
IN_CALENDAR = WHEN_AND_WHERE | {"title", "about", "cancelled_at"}


class EventRefused(Exception):
    """What was asked of an event cannot be done; the message says why."""


def changed(event: CampaignEvent, names: Iterable[str]) -> None:
    """Tell that the columns ``names`` of ``event``, already saved, are others than before.

    „cancelled_at“ is among them when the event was called off or taken up again. Needs the
    municipality's scope, in the transaction that changed it.
    """
    columns = frozenset(names)
    if columns & IN_CALENDAR:
        event.sequence += 1
        event.save(update_fields=["sequence", "updated_at"])
    if event.ends_at <= timezone.now():
        return
    if event.cancelled_at and "cancelled_at" in columns:
        telling.tell_called_off(event)
    elif not event.cancelled_at and columns & (WHEN_AND_WHERE | {"cancelled_at"}):
        telling.tell_moved(event)
    if "capacity" in columns:
        places.promote_waiting(event)


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
    changed(row, {"cancelled_at"})


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
    changed(row, {"cancelled_at"})
