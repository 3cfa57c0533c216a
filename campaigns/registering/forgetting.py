"""Names and contacts of those who registered are taken out some days after the event.

What was counted stays: the number, the group, the country, whether they came. The history of a
registration never held any of it (``Registration`` says so where it is tracked).
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from campaigns.models import CampaignEvent
from campaigns.registering.models import Registration

# What says who somebody is, and the secret that opens it.
PERSONAL = ("name", "email", "phone", "organisation", "needs", "secret_hash")


def forget_on(event: CampaignEvent) -> dt.date:
    """Return the day on which the names of ``event`` are taken out."""
    return timezone.localdate(event.ends_at) + dt.timedelta(days=event.forget_after_days)


def forget_due(now: dt.datetime | None = None) -> int:
    """Take the names out of events that are over long enough; return of how many people.

    Needs the municipality's scope. What was forgotten is not touched again.
    """
    now = now or timezone.now()
    events = CampaignEvent.objects.filter(
        ends_at__lt=now, registrations__forgotten_at__isnull=True, registrations__isnull=False
    ).distinct()
    due = [event.pk for event in events if forget_on(event) <= timezone.localdate(now)]
    rows = Registration.objects.filter(event__in=due, forgotten_at__isnull=True)
    return rows.update(forgotten_at=now, **dict.fromkeys(PERSONAL, ""))
