"""Telling a provider of a referral: its people, or by a link where nobody there has an account."""

from __future__ import annotations

from django.db import models

from municipalities.models import User
from municipalities.tasks import later
from referrals.placing.models import Referral
from referrals.provider import links
from referrals.provider.links import new_link
from services_registry.models import Provider, ProviderMembership

__all__ = ["Told", "new_link", "people_of", "tell_provider"]


class Told(models.TextChoices):
    """How a provider is told."""

    PEOPLE = "people", "по е-поща на хората с достъп до портала"
    LINK = "link", "с връзка по е-поща"
    NOBODY = "nobody", "никак: доставчикът няма нито достъп, нито е-поща"


def people_of(provider: Provider) -> list[User]:
    """Return who works for ``provider`` in the portal."""
    rows = ProviderMembership.objects.filter(provider=provider, user__is_active=True)
    return [member.user for member in rows.select_related("user").order_by("pk")]


def reached(provider: Provider) -> Told:
    """Return how ``provider`` can be told; NOBODY is for the desk to do by telephone."""
    if people_of(provider):
        return Told.PEOPLE
    return Told.LINK if provider.email else Told.NOBODY


def tell_provider(referral: Referral) -> Told:
    """Have the provider mailed of ``referral`` as it stands, once the transaction commits.

    Returns how. Needs the municipality's scope.
    """
    from referrals.provider.tasks import send_to_provider  # the task asks for people here

    how = reached(referral.provider)
    if how == Told.LINK and referral.state in links.ASKED_STATES:
        new_link(referral=referral, by=None, email=referral.provider.email)
        return how
    if how == Told.LINK:
        links.revoke(referral)
    if how != Told.NOBODY:
        later(send_to_provider, municipality=referral.municipality_id, referral=referral.pk)
    return how
