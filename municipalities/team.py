"""The people of a municipality: their roles are given, changed and ended, never deleted.

Every function works inside the scope of the municipality. Each change is kept by the history of
``Membership`` with who made it and from which page.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from municipalities.models import Membership, Municipality, Office, Role, User
from municipalities.sessions import end_sessions

ROLES_IN_ADMIN = {Role.HEAD, Role.PROJECT_MANAGER, Role.ADMINISTRATOR}
ROLES_AT_DESK = {Role.SPECIALIST, Role.HEAD}
OFFICER_STANDS_APART = (
    "Длъжностното лице по защита на данните следи работата на останалите, затова няма друга роля "
    "в общината (чл. 38, § 6 от Регламент (ЕС) 2016/679)."
)


class TeamError(Exception):
    """A role that cannot be given or changed so; the message says why in Bulgarian."""


# Who is here


def people(*, q: str = "", state: str = "active", role: str = "", within=None) -> QuerySet[User]:
    """Return people with a role in the municipality, with their roles in ``.roles_here``.

    ``state`` is active, ended (no role is left) or all; ``q`` is part of a name or e-mail; ``role``
    a role they have now; ``within`` a condition on memberships (``office_of``). Two queries.
    """
    memberships = Membership.objects.filter(user=OuterRef("pk"))
    if within is not None:
        memberships = memberships.filter(within)
    found = User.objects.filter(Exists(memberships)).annotate(
        works_here=Exists(memberships.current())
    )
    if state == "active":
        found = found.filter(works_here=True)
    elif state == "ended":
        found = found.filter(works_here=False)
    if role:
        found = found.filter(Exists(memberships.current().filter(role=role)))
    for word in q.split()[:5]:
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
    roles = Membership.objects.select_related("office").order_by("ended_at", "pk")
    return found.prefetch_related(Prefetch("memberships", queryset=roles, to_attr="roles_here"))


def office_of(membership: Membership) -> Q:
    """Return the condition on memberships that a head sees: of the office, or of all desks."""
    if membership.office_id:
        return Q(office_id=membership.office_id)
    return Q(role__in=ROLES_AT_DESK)


def has_role(email: str, role: str) -> bool:
    """Say whether the person with this e-mail has the role now."""
    return Membership.objects.current().filter(user__email__iexact=email, role=role).exists()


# Changing it


def grant(
    user: User,
    *,
    municipality: Municipality,
    role: str,
    office: Office | None = None,
    job_title: str = "",
) -> Membership:
    """Give a role, or give back one that ended; a role the person has keeps its row.

    Raises TeamError where the role does not go with another one that the person has.
    """
    with transaction.atomic():
        # The person's row is the lock: two grants at once must see each other's roles.
        User.objects.select_for_update().get(pk=user.pk)
        others = set(
            Membership.objects.current()
            .filter(user=user)
            .exclude(role=role)
            .values_list("role", flat=True)
        )
        _refuse_conflict(role, others)
        membership, _is_new = Membership.objects.update_or_create(
            user=user,
            municipality=municipality,
            role=role,
            defaults={
                "office": office if role in ROLES_AT_DESK else None,
                "job_title": job_title,
                "ended_at": None,
            },
        )
        if role in ROLES_IN_ADMIN and not user.is_staff:
            # Only opens the door; what is behind it depends on the role of the moment, so the
            # flag may stay when the role ends.
            user.is_staff = True
            user.save(update_fields=["is_staff"])
    return membership


def change(
    membership: Membership, *, role: str, office: Office | None, job_title: str
) -> Membership:
    """Change role, office or job title; another role ends the present one and begins its own."""
    if membership.role == role:
        membership.office = office if role in ROLES_AT_DESK else None
        membership.job_title = job_title
        membership.save(update_fields=["office", "job_title"])
        return membership
    with transaction.atomic():
        end(membership)
        return grant(
            membership.user,
            municipality=membership.municipality,
            role=role,
            office=office,
            job_title=job_title,
        )


def end(membership: Membership) -> None:
    """End one role; does nothing to one that has ended."""
    if membership.ended_at is None:
        membership.ended_at = timezone.now()
        membership.save(update_fields=["ended_at"])


def end_all(user: User) -> int:
    """End every role the person has here, and their sessions; return how many roles."""
    with transaction.atomic():
        current = list(Membership.objects.current().filter(user=user).select_for_update())
        for membership in current:
            end(membership)
        end_sessions(user)
    return len(current)


def _refuse_conflict(role: str, others: set[str]) -> None:
    officer = Role.DATA_PROTECTION_OFFICER
    if others and (role == officer or officer in others):
        raise TeamError(OFFICER_STANDS_APART)
