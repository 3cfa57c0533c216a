"""The secret address of one's calendar: made, taken away, read.

Of the address only the hash of its token is kept, as of an invitation; who has lost it makes
another one.
"""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from frontoffice.followups import ics
from frontoffice.followups.following import colleagues
from frontoffice.followups.models import CalendarFeed, FollowUp
from municipalities.invitations import hash_of
from municipalities.models import Membership
from municipalities.tenancy import INVITATION_SETTING, municipality_scope, set_local

MOST_ENTRIES = 1000
READ_IS_KEPT = dt.timedelta(hours=1)  # when it was read is kept once in so long


def feed_of(membership: Membership) -> CalendarFeed | None:
    """Return the address of ``membership``'s user in this municipality, if there is one."""
    return CalendarFeed.objects.filter(user=membership.user).first()


def make_address(membership: Membership) -> str:
    """Give the user a new address and return its token, which nobody can read again.

    One that was there before stops working.
    """
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        municipality=membership.municipality,
        user=membership.user,
        defaults={
            "token_hash": hash_of(token),
            "created_at": timezone.now(),
            "read_at": None,
        },
    )
    return token


def remove_address(membership: Membership) -> None:
    """Make the address stop working; does nothing where there is none."""
    CalendarFeed.objects.filter(user=membership.user).delete()


def read_calendar(token: str) -> bytes | None:
    """Return the calendar of the address with this token; None where there is no such address.

    None as well for who no longer works at a desk of the municipality, cannot sign in, or whose
    municipality left the portal. Works without a scope: row security shows the connection the one
    row whose hash it is told.
    """
    with transaction.atomic():
        before = set_local(INVITATION_SETTING, hash_of(token))
        feed = (
            CalendarFeed.by_token.select_related("municipality")
            .filter(token_hash=hash_of(token))
            .first()
        )
        set_local(INVITATION_SETTING, before)
        if feed is None or not feed.municipality.is_active:
            return None
        with municipality_scope(feed.municipality):
            if not colleagues().filter(user=feed.user_id).exists():
                return None
            now = timezone.now()
            CalendarFeed.objects.filter(
                Q(read_at=None) | Q(read_at__lt=now - READ_IS_KEPT), pk=feed.pk
            ).update(read_at=now)
            rows = FollowUp.objects.open().filter(owner=feed.user_id).order_by("due_on", "pk")
            return ics.calendar(rows[:MOST_ENTRIES])
