"""Links by which a provider without an account answers: made for one mail, found by who holds it.

See ``municipalities.signed_links`` for what a token is.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from municipalities import signed_links
from municipalities.invitations import hash_of
from municipalities.models import Municipality, User
from municipalities.tasks import later
from referrals.placing.models import OPEN_REFERRAL, Referral, ReferralState
from referrals.placing.models_waiting import ProviderLink
from referrals.policy import policy_of
from referrals.workflow.machine import StepRefused
from referrals.workflow.referral import REFERRAL

PURPOSE = "referrals.provider"
# What a provider may be asked about by a link: sent, and not at its end.
ASKED_STATES = tuple(state for state in OPEN_REFERRAL if state != ReferralState.CHOSEN)


@transaction.atomic
def new_link(*, referral: Referral, by: User | None, email: str) -> ProviderLink:
    """Have a link mailed to ``email``; any earlier one stops working. ``by`` None: the portal.

    Raises StepRefused where there is no address, or the referral is not with the provider.
    """
    from referrals.provider.tasks import send_provider_link  # the task asks for links here

    if not email:
        raise StepRefused("Доставчикът няма записана е-поща.")
    now = REFERRAL.lock(referral)
    if now.state not in ASKED_STATES:
        raise StepRefused(f"Насочването е „{now.get_state_display()}“ и не чака отговор.")
    revoke(now)
    holds = dt.timedelta(days=policy_of(now.municipality).link_days)
    link = ProviderLink.objects.create(
        municipality_id=now.municipality_id,
        referral=now,
        email=email,
        expires_at=timezone.now() + holds,
        created_by=by,
    )
    later(send_provider_link, municipality=link.municipality_id, link=link.pk)
    return link


def revoke(referral: Referral) -> int:
    """Stop the links of ``referral`` that still work; return how many there were."""
    return referral.links.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())


def token_for(link: ProviderLink, municipality: Municipality) -> str:
    """Return a new token of ``link``, of which the hash is kept: an earlier one stops working."""
    token = signed_links.new_token(municipality, PURPOSE)
    link.token_hash = hash_of(token)
    return token


def address_of(municipality: Municipality, token: str) -> str:
    """Return the path that goes into the mail."""
    return reverse("provider_link", args=[municipality.slug, token])


def municipality_of(slug: str, token: str) -> Municipality | None:
    """Return whose link it is, None where the portal did not make it for this municipality."""
    return signed_links.municipality_of(slug, token, PURPOSE)


def find_usable(token: str) -> ProviderLink | None:
    """Return the link of ``token`` with its referral, inside the scope, if it still works.

    None where it has expired, a newer one was made, or the referral is at its end.
    """
    rows = ProviderLink.objects.select_related(
        "referral__assessment", "referral__person__settlement", "referral__service__municipality",
        "referral__provider", "referral__municipality",
    )  # fmt: skip
    return rows.filter(
        token_hash=hash_of(token),
        expires_at__gt=timezone.now(),
        revoked_at__isnull=True,
        referral__state__in=ASKED_STATES,
    ).first()
