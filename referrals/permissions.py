"""Who may do what with applications; in addition to municipalities'."""

from __future__ import annotations

from django.http import HttpRequest

from municipalities.models import Role
from municipalities.permissions import can_use_desk, role_of
from referrals.applications.models import Application
from referrals.clocked import Clocked


def can_see_applications(request: HttpRequest) -> bool:
    """Specialists and heads see the applications of their municipality; nobody else sees any."""
    return can_use_desk(request)


def can_see_application(request: HttpRequest, application: Application) -> bool:
    """The desk sees every application of its municipality, each look on record."""
    return can_see_applications(request)


def can_work_on(request: HttpRequest, application: Application) -> bool:
    """Whoever has an application works on it; the head on any; on one that nobody has, anyone."""
    if role_of(request) == Role.HEAD:
        return True
    free = application.owner_id is None or application.owner_id == request.user.pk
    return can_use_desk(request) and free


def can_assign_applications(request: HttpRequest) -> bool:
    """The head gives applications to anybody; a specialist takes free ones and hands over own."""
    return role_of(request) == Role.HEAD


def can_keep_kinds(request: HttpRequest) -> bool:
    """The administrator and the head keep the kinds, norms and letterhead of the municipality."""
    return role_of(request) in {Role.ADMINISTRATOR, Role.HEAD}


def can_assess(request: HttpRequest) -> bool:
    """Specialists and heads prepare assessments and refer; nobody else sees any."""
    return can_use_desk(request)


def can_work_on_case(request: HttpRequest, row: Clocked) -> bool:
    """Whoever has an assessment or referral works on it; the head on any; on a free one, anyone."""
    if role_of(request) == Role.HEAD:
        return True
    return can_use_desk(request) and row.owner_id in (None, request.user.pk)


def can_review(request: HttpRequest) -> bool:
    """The head is the second pair of eyes, and sees what is late and why."""
    return role_of(request) == Role.HEAD


def can_keep_referring(request: HttpRequest) -> bool:
    """The administrator and the head keep forms, routing, waiting rules and the policy."""
    return can_keep_kinds(request)
