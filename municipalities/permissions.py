"""Who may: every rule is a sentence about a request, used by views, admin and templates alike.

Each takes the request (``request.user``, and ``request.membership`` that the tenancy middleware
put there) and answers True or False. Nobody may unless a rule here says so.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from municipalities.models import Role

DESK_ROLES = {Role.SPECIALIST, Role.HEAD}


def role_of(request: HttpRequest) -> str | None:
    """Return the role of the membership the request acts under, None for anyone else."""
    membership = getattr(request, "membership", None)
    return membership.role if membership else None


def can_use_desk(request: HttpRequest) -> bool:
    """Specialists and heads work at the desk of their municipality."""
    return role_of(request) in DESK_ROLES


def can_edit_consultation(request: HttpRequest, consultation) -> bool:
    """A specialist corrects their own consultations, the head those of the whole office."""
    if role_of(request) == Role.HEAD:
        return True
    return can_use_desk(request) and consultation.specialist_id == request.user.pk


def can_edit_follow_up(request: HttpRequest, follow_up) -> bool:
    """A specialist changes, closes and hands over their own follow-ups, the head anybody's."""
    if can_assign_follow_ups(request):
        return True
    return can_use_desk(request) and follow_up.owner_id == request.user.pk


def can_assign_follow_ups(request: HttpRequest) -> bool:
    """The head sees the follow-ups of the whole municipality, and moves and exports them."""
    return role_of(request) == Role.HEAD


def can_lead_desk(request: HttpRequest) -> bool:
    """The head sees numbers by specialist and may export the journal with people's names."""
    return role_of(request) == Role.HEAD


def can_see_people(request: HttpRequest) -> bool:
    """Specialists and heads see the people of their municipality; nobody else sees any."""
    return role_of(request) in DESK_ROLES


def can_set_desk(request: HttpRequest) -> bool:
    """The head and the administrator decide how the desk works: keys, templates, policy."""
    return role_of(request) in {Role.HEAD, Role.ADMINISTRATOR}


def can_open_desk_settings(request: HttpRequest) -> bool:
    """Whoever works at the desk has templates of their own; others set the desk for them."""
    return can_use_desk(request) or can_set_desk(request)


def can_manage_projects(request: HttpRequest) -> bool:
    """The project manager runs projects, trainings and campaigns in the admin."""
    return role_of(request) == Role.PROJECT_MANAGER


def can_count_at_door(request: HttpRequest) -> bool:
    """Whoever runs campaigns or works at the desk counts those who come to an event."""
    return can_manage_projects(request) or can_use_desk(request)


def can_write_needs(request: HttpRequest) -> bool:
    """The head of the front office writes the analysis of needs, or the project's manager."""
    return role_of(request) in {Role.HEAD, Role.PROJECT_MANAGER}


def can_keep_drafts(request: HttpRequest) -> bool:
    """Whoever works at the desk or writes analyses has what they type kept as they type it."""
    return can_use_desk(request) or can_write_needs(request)


def can_administer_municipality(request: HttpRequest) -> bool:
    """The municipal administrator keeps offices, the registry and its classifiers' use."""
    return role_of(request) == Role.ADMINISTRATOR


def can_manage_registry(request: HttpRequest) -> bool:
    """The registry is kept by the municipal administrator and the head of the front office."""
    return role_of(request) in {Role.ADMINISTRATOR, Role.HEAD}


def can_see_registry(request: HttpRequest) -> bool:
    """Whoever works at the desk or keeps the registry reads the whole of it, drafts included."""
    return can_use_desk(request) or can_manage_registry(request)


def can_manage_people(request: HttpRequest) -> bool:
    """The municipal administrator invites people, gives them roles and ends them."""
    return role_of(request) == Role.ADMINISTRATOR


def can_see_team(request: HttpRequest) -> bool:
    """The head reads who works in the office; the administrator, everybody of the municipality."""
    return can_manage_people(request) or role_of(request) == Role.HEAD


def can_manage_provider_people(request: HttpRequest) -> bool:
    """Whoever keeps the registry invites the people of the providers in it."""
    return can_manage_registry(request)


def can_see_access_log(request: HttpRequest) -> bool:
    """The data-protection officer reads who saw and changed what, and exports it."""
    return role_of(request) == Role.DATA_PROTECTION_OFFICER


def can_operate_platform(request: HttpRequest) -> bool:
    """The operator manages municipalities and classifiers, and sees no personal data."""
    return bool(getattr(request.user, "is_operator", False))


def can_enter_admin(request: HttpRequest) -> bool:
    """The admin is for project managers, administrators, heads and the operator."""
    user = request.user
    return bool(user.is_active and user.is_staff) and (
        can_manage_projects(request)
        or can_manage_registry(request)
        or can_operate_platform(request)
    )


def require(rule: Callable[[HttpRequest], bool]):
    """Make a view answer 403 unless ``rule`` holds for the request."""

    def decorator(view):
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not rule(request):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.rule = rule
        return guarded

    return decorator
