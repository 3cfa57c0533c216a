"""A telephone call that the desk owes somebody, as a task of whoever has the referral."""

from __future__ import annotations

import datetime as dt
import uuid

from frontoffice.followups.following import close_follow_up, create_follow_up
from frontoffice.followups.models import FollowUp
from municipalities.models import Membership, Role, User
from municipalities.team import ROLES_AT_DESK
from referrals.placing.models import Referral

# With the kind and the number of what a call is about: asked for twice, it is one task.
_KEYS = uuid.UUID("4f0a8f3e-1d5c-4b0e-9d8a-6f1f7c2f5a11")


def call_task(
    *, referral: Referral, about: str, title: str, note: str, due_on: dt.date
) -> FollowUp | None:
    """Leave a task about ``referral`` to whoever has it; return it, None where nobody works here.

    ``about`` names its cause („offer 12“): the same one again finds the first task. The person is
    locked first, so nothing else may be held yet but what stands before it in the order of locks.
    """
    works = _who_calls(referral)
    if works is None:
        return None
    follow_up, _is_new = create_follow_up(
        membership=works,
        form_key=_key(referral, about),
        title=title,
        note=note,
        due_on=due_on,
        person=referral.person,
    )
    return follow_up


def call_was_made(*, referral: Referral, about: str, by: User | None, outcome: str) -> None:
    """Close the task about ``about``, if there is one, for somebody at the desk who made the call.

    Nothing happens where nobody of the desk did: the task stays with whoever has it.
    """
    if by is None:
        return
    task = FollowUp.objects.filter(form_key=_key(referral, about)).first()
    there = Membership.objects.current().filter(user=by, role__in=ROLES_AT_DESK)
    membership = there.select_related("user").first() if task else None
    if task and membership:
        state = FollowUp.State.DONE
        close_follow_up(task, membership=membership, state=state, outcome=outcome[:300])


def _key(referral: Referral, about: str) -> uuid.UUID:
    return uuid.uuid5(_KEYS, f"{referral.municipality_id} {about}")


def _who_calls(referral: Referral) -> Membership | None:
    """Return who has it, else the assessment, else the application; else a head, else anybody."""
    assessment = referral.assessment
    owners = [referral.owner_id, assessment.owner_id, assessment.application.owner_id]
    there = Membership.objects.current().filter(role__in=ROLES_AT_DESK, user__is_active=True)
    rows = list(there.select_related("user", "office", "municipality").order_by("pk"))
    for owner in filter(None, owners):
        for row in rows:
            if row.user_id == owner:
                return row
    return next((row for row in rows if row.role == Role.HEAD), rows[0] if rows else None)


def phones_of(referral: Referral) -> str:
    """Return the telephones at which the person is reached, for a note to staff."""
    return ", ".join(referral.assessment.application.phone_list) or "не е даден телефон"


def is_mailed(referral: Referral) -> bool:
    """Say whether the person left an address; who sent an alert is not told of another person."""
    application = referral.assessment.application
    return bool(application.email) and not application.is_alert
