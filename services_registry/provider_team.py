"""The people of providers: invited as the municipality's own are, to one provider each time."""

from __future__ import annotations

from django.db import transaction

from municipalities.invitations import InvitationError
from municipalities.models import Invitation, User
from municipalities.sessions import end_sessions
from services_registry.models import Provider, ProviderMembership

KIND = "provider"


def words(invitation: Invitation) -> str:
    """Say what a provider's person is invited to."""
    provider = Provider.objects.filter(pk=invitation.target_id).first()
    whose = provider.name if provider else "доставчик"
    return f"човек на доставчика „{whose}“ в община {invitation.municipality.name}"


def accept(invitation: Invitation, user: User) -> None:
    """Let ``user`` work for the provider; once, however often it is asked."""
    provider = Provider.objects.filter(pk=invitation.target_id).first()
    if provider is None:
        raise InvitationError("Доставчикът вече не е в регистъра на общината.")
    ProviderMembership.objects.get_or_create(
        user=user, provider=provider, defaults={"municipality": invitation.municipality}
    )


def has(invitation: Invitation) -> bool:
    """Say whether the person with the e-mail works for the provider already."""
    return ProviderMembership.objects.filter(
        provider=invitation.target_id, user__email__iexact=invitation.email
    ).exists()


def end(membership: ProviderMembership) -> None:
    """End the person's work for the provider and sign them out everywhere."""
    with transaction.atomic():
        membership.delete()
        end_sessions(membership.user)
