"""What those who registered are written, and when; see ``tasks`` for the mails themselves."""

from __future__ import annotations

from django.db import models

from campaigns.models import CampaignEvent
from campaigns.registering.models import Registration
from municipalities.tasks import later

State = Registration.State


class What(models.TextChoices):
    """What a mail is about; none names anybody in its subject."""

    REGISTERED = "registered"
    PLACE_FREED = "place_freed"
    GIVEN_UP = "given_up"
    REMINDER = "reminder"
    MOVED = "moved"
    CALLED_OFF = "called_off"


def tell(registration: Registration, what: What) -> None:
    """Have it mailed once the transaction commits; nothing where there is no address."""
    from campaigns.registering import tasks

    if registration.email:
        later(
            tasks.mail_registration,
            municipality=registration.municipality_id,
            registration=registration.pk,
            what=str(what),
        )


def _tell_all(event: CampaignEvent, what: What) -> int:
    rows = event.registrations.exclude(state=State.CANCELLED).exclude(email="")
    told = list(rows.order_by("pk"))
    for row in told:
        tell(row, what)
    return len(told)


def tell_called_off(event: CampaignEvent) -> int:
    """Write to everybody registered or waiting that ``event`` is called off; return how many.

    Needs the municipality's scope, in the transaction that calls it off.
    """
    return _tell_all(event, What.CALLED_OFF)


def tell_moved(event: CampaignEvent) -> int:
    """Write to everybody registered or waiting when and where ``event`` is now; return how many.

    They are reminded again, a day before the new time. Needs the municipality's scope, in the
    transaction that moves it.
    """
    event.registrations.filter(reminded_at__isnull=False).update(reminded_at=None)
    return _tell_all(event, What.MOVED)
