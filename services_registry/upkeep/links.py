"""The links of reminders: made for one mail, found again by whoever holds it, good for one use.

See ``municipalities.signed_links`` for what a token is.
"""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from municipalities import signed_links
from municipalities.invitations import hash_of
from municipalities.models import Municipality
from services_registry.upkeep.models import ReviewReminder

LINK_HOLDS = dt.timedelta(days=60)  # covers the fortnight before, the day itself, and a holiday
PURPOSE = "services_registry.review"


def new_token(municipality: Municipality) -> str:
    """Return a token for a link of ``municipality``."""
    return signed_links.new_token(municipality, PURPOSE)


def address_of(municipality: Municipality, token: str) -> str:
    """Return the path that goes into the mail."""
    return reverse("review", args=[municipality.slug, token])


def municipality_of(slug: str, token: str) -> Municipality | None:
    """Return whose link it is, or None where the portal did not make it for this municipality."""
    return signed_links.municipality_of(slug, token, PURPOSE)


def find_usable(token: str, *, lock: bool = False) -> ReviewReminder | None:
    """Return the reminder of a link inside its municipality's scope, if the link still works.

    None where it was used or has expired, or citizens do not see its service any more. ``lock``
    keeps others from using it until the transaction ends.
    """
    rows = (
        ReviewReminder.objects.select_for_update(of=("self",)) if lock else ReviewReminder.objects
    )
    found = (
        rows.select_related("service__municipality", "service__provider")
        .filter(
            token_hash=hash_of(token),
            sent_at__gt=timezone.now() - LINK_HOLDS,
            confirmation__isnull=True,
        )
        .first()
    )
    return found if found and found.service.is_public else None
