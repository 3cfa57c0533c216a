"""What every template may rely on."""

from django.conf import settings
from django.http import HttpRequest

from municipalities import permissions


def portal(request: HttpRequest) -> dict:
    """Return the variables of the page frame.

    Error pages come here too, from before the tenancy middleware ran, hence the defaults.
    """
    membership = getattr(request, "membership", None)
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "demo_mode": settings.DEMO_MODE,
        "demo_password": settings.DEMO_PASSWORD if settings.DEMO_MODE else "",
        "request_id": getattr(request, "request_id", ""),
        "membership": membership,
        "memberships": getattr(request, "memberships", []),
        "current_municipality": getattr(request, "municipality", None),
        "signed_in": signed_in,
        "may_see_registry": signed_in and permissions.can_see_registry(request),
        "may_manage_registry": signed_in and permissions.can_manage_registry(request),
        "may_use_desk": signed_in and permissions.can_use_desk(request),
        "may_open_desk_settings": signed_in and permissions.can_open_desk_settings(request),
        "may_manage_people": signed_in and permissions.can_manage_people(request),
        "may_see_team": signed_in and permissions.can_see_team(request),
        "may_see_access_log": signed_in and permissions.can_see_access_log(request),
        "may_operate_platform": signed_in and permissions.can_operate_platform(request),
        "may_write_needs": signed_in and permissions.can_write_needs(request),
        "may_see_people": signed_in and permissions.can_see_people(request),
        "may_count_at_door": signed_in and permissions.can_count_at_door(request),
        "may_enter_admin": signed_in and permissions.can_enter_admin(request),
    }
