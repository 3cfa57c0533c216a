"""Rules that need the registry's own tables."""

from django.http import HttpRequest

from services_registry.models import ProviderMembership


def works_for_a_provider(request: HttpRequest) -> bool:
    """A provider's people see and keep that provider's services."""
    return (
        request.user.is_authenticated
        and ProviderMembership.at_sign_in.filter(
            user=request.user, municipality__is_active=True
        ).exists()
    )
