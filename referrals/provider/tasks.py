"""Mails to providers. Arguments are ids; a mail names nobody, and no need."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from municipalities import mails
from municipalities.models import Municipality
from municipalities.tasks import RETRY
from municipalities.tenancy import municipality_scope
from referrals.placing.models import Referral, ReferralState
from referrals.placing.models_waiting import ProviderLink
from referrals.provider import links, telling
from referrals.provider.office import office_of

S = ReferralState
# What a mail says of a state; of the others there is nothing new to a provider.
SUBJECTS = {
    S.SENT: "Ново насочване към ваша услуга",
    S.WAITING: "Насочване към ваша услуга",
    S.OFFERED: "Насочване към ваша услуга",
    S.ACCEPTED: "Човек прие място във ваша услуга",
    S.STARTED: "Насочване към ваша услуга",
    S.WITHDRAWN: "Насочване към ваша услуга е оттеглено",
}


@app.task(name="referrals.send_to_provider", retry=RETRY)
def send_to_provider(*, municipality: int, referral: int) -> None:
    """Mail the provider's people how a referral stands, and where it is in the portal."""
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        found = _referrals().filter(pk=referral).first()
        if found is None or found.state not in SUBJECTS:
            return
        people = telling.people_of(found.provider)
        addresses = [user.email for user in people] or [found.provider.email]
        if not addresses[0]:
            return
        page = reverse("provider_referral", args=[found.pk]) if people else ""
        mails.send(
            SUBJECTS[S(found.state)],
            _text(found, owner, link=page),
            addresses[:1],
            bcc=addresses[1:],
        )


@app.task(name="referrals.send_provider_link", retry=RETRY)
def send_provider_link(*, municipality: int, link: int) -> None:
    """Mail a provider the link by which it answers.

    The token is made here and stays in the mail alone. A repeated run makes another one, so the
    last mail holds the link that works; one that cannot be handed over rolls the hash back.
    """
    owner = Municipality.objects.get(pk=municipality)
    with municipality_scope(owner):
        row = ProviderLink.objects.select_for_update(of=("self",)).filter(pk=link).first()
        if row is None or row.revoked_at or row.expires_at <= timezone.now():
            return
        found = _referrals().get(pk=row.referral_id)
        if found.state not in links.ASKED_STATES:
            return
        token = links.token_for(row, owner)
        row.sent_at = timezone.now()
        row.save(update_fields=["token_hash", "sent_at"])
        text = _text(found, owner, link=links.address_of(owner, token), holds_to=row.expires_at)
        mails.send(SUBJECTS[S(found.state)], text, [row.email])


def _referrals():
    return Referral.objects.select_related("assessment", "service", "provider", "municipality")


def _text(referral: Referral, owner: Municipality, *, link: str, holds_to=None) -> str:
    return render_to_string(
        "referrals/provider/mail.txt",
        {
            "referral": referral,
            "municipality": owner,
            "link": mails.whole(link) if link else "",
            "holds_to": holds_to,
            "office": office_of(owner),
        },
    )
