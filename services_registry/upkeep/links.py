"""The links of reminders: made for one mail, found again by whoever holds it, good for one use.

A token is 256 random bits and their signature with the municipality's slug. The signature says,
before anything is asked of the database, that the portal made this link for this municipality, so
its scope may be opened; what is kept of the token is its SHA-256.
"""

from __future__ import annotations

import datetime as dt
import secrets

from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone

from municipalities.invitations import hash_of
from municipalities.models import Municipality
from services_registry.upkeep.models import ReviewReminder

LINK_HOLDS = dt.timedelta(days=60)  # covers the fortnight before, the day itself, and a holiday
LONGEST_TOKEN = 200


def _signer(slug: str) -> Signer:
    return Signer(sep=".", salt=f"services_registry.review.{slug}")


def new_token(municipality: Municipality) -> str:
    """Return a token for a link of ``municipality``."""
    return _signer(municipality.slug).sign(secrets.token_urlsafe(32))


def address_of(municipality: Municipality, token: str) -> str:
    """Return the path that goes into the mail."""
    return reverse("review", args=[municipality.slug, token])


def municipality_of(slug: str, token: str) -> Municipality | None:
    """Return whose link it is, or None where the portal did not make it for this municipality."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    try:
        _signer(slug).unsign(token)
    except BadSignature:
        return None
    return Municipality.objects.active().filter(slug=slug).first()


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
