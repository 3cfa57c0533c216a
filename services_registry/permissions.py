"""Rules that need the registry's own tables."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from services_registry.models import ProviderMembership


def provider_membership(request: HttpRequest) -> ProviderMembership | None:
    """Return for which provider the signed-in person works, asked once a request; None if none."""
    if not hasattr(request, "_provider_membership"):
        found = None
        if request.user.is_authenticated:
            found = (
                ProviderMembership.at_sign_in.filter(
                    user=request.user, municipality__is_active=True
                )
                .select_related("provider", "municipality")
                .order_by("pk")
                .first()
            )
        request._provider_membership = found
    return request._provider_membership


def own_provider(request: HttpRequest) -> ProviderMembership:
    """Return as ``provider_membership`` does; raises PermissionDenied where there is none."""
    found = provider_membership(request)
    if found is None:
        raise PermissionDenied
    return found


def works_for_a_provider(request: HttpRequest) -> bool:
    """A provider's people see and keep that provider's services."""
    return provider_membership(request) is not None
