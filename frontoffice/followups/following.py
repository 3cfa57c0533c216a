"""The verbs of follow-ups: promise, correct, close, open again, hand over.

All of them work inside the scope of the municipality; who may call which is said by
``municipalities.permissions`` and asked by the views.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from frontoffice.followups.models import FollowUp, Handover
from frontoffice.kept import lock_kept
from municipalities.models import Membership, Office, User
from municipalities.team import ROLES_AT_DESK

EDITABLE = ("title", "note", "due_on", "due_at", "person", "consultation", "reminds")


class FollowUpChanged(Exception):
    """Somebody else saved the follow-up meanwhile; ``current`` is what they saved."""

    def __init__(self, current: FollowUp) -> None:
        super().__init__("follow-up changed")
        self.current = current


class FollowUpClosed(Exception):
    """The follow-up is done or dropped: it is opened again before anything else is done to it."""


class NotAColleague(Exception):
    """A follow-up cannot be with somebody who does not work at a desk of the municipality."""


def colleagues() -> QuerySet[Membership]:
    """Return who can have a follow-up: the desk's roles of people who can sign in, by name.

    Somebody with two roles is there twice.
    """
    return (
        Membership.objects.current()
        .filter(role__in=ROLES_AT_DESK, user__is_active=True)
        .select_related("user", "office")
        .order_by("user__name", "user_id", "pk")
    )


def create_follow_up(
    *,
    membership: Membership,
    form_key: uuid.UUID,
    title: str,
    due_on: dt.date,
    owner: User | None = None,
    due_at: dt.time | None = None,
    person=None,
    consultation=None,
    note: str = "",
    reminds: bool = True,
) -> tuple[FollowUp, bool]:
    """Save a promise of ``membership``'s user; return it and whether it is new.

    Without ``owner`` it is the user's own; a colleague's is handed over to them at once. The same
    ``form_key`` again returns the first row unchanged. Raises NotAColleague.
    """
    user = membership.user
    office = _office_of(owner) if owner and owner != user else membership.office
    try:
        with transaction.atomic():
            follow_up = FollowUp.objects.create(
                municipality=membership.municipality,
                form_key=form_key,
                title=title,
                note=note,
                due_on=due_on,
                due_at=due_at,
                person=lock_kept(person),
                consultation=consultation,
                reminds=reminds,
                office=office,
                owner=owner or user,
                created_by=user,
            )
            if follow_up.owner_id != user.pk:
                _keep_handover(follow_up, by=user, had_by=user, note="")
    except IntegrityError:
        existing = FollowUp.objects.filter(form_key=form_key).first()
        if existing is None:
            raise
        return existing, False
    return follow_up, True


@transaction.atomic
def update_follow_up(follow_up: FollowUp, *, version: int, **facts: Any) -> FollowUp:
    """Save corrected ``facts``, fields of ``EDITABLE``; return the saved row.

    Raises FollowUpChanged when ``version`` is no longer the stored one, FollowUpClosed.
    """
    unknown = set(facts) - set(EDITABLE)
    if unknown:
        raise TypeError(f"Not facts of a follow-up: {sorted(unknown)}")
    if facts.get("person"):
        facts["person"] = lock_kept(facts["person"])  # before the row, as a merge locks them
    locked = _lock(follow_up)
    if locked.version != version:
        raise FollowUpChanged(locked)
    if not locked.is_open:
        raise FollowUpClosed
    if facts.get("due_on", locked.due_on) != locked.due_on:
        locked.reminded_on = None
    for name, value in facts.items():
        setattr(locked, name, value)
    return _save(locked)


@transaction.atomic
def close_follow_up(
    follow_up: FollowUp, *, membership: Membership, state: str, outcome: str = ""
) -> bool:
    """Close it as done or dropped; return False where it was closed already, and stays so."""
    if state not in (FollowUp.State.DONE, FollowUp.State.DROPPED):
        raise ValueError(f"Not a way to close a follow-up: {state}")
    locked = _lock(follow_up)
    if not locked.is_open:
        return False
    locked.state, locked.outcome = state, outcome
    locked.closed_at, locked.closed_by = timezone.now(), membership.user
    _save(locked)
    return True


@transaction.atomic
def reopen_follow_up(follow_up: FollowUp) -> bool:
    """Open a closed one again, as if it was never closed; return False where it is open.

    How it had ended stays in the history.
    """
    locked = _lock(follow_up)
    if locked.is_open:
        return False
    locked.state, locked.outcome = FollowUp.State.OPEN, ""
    locked.closed_at = locked.closed_by = locked.reminded_on = None
    _save(locked)
    return True


@transaction.atomic
def hand_over(
    follow_up: FollowUp, *, membership: Membership, to: User, note: str = ""
) -> Handover | None:
    """Give an open follow-up to ``to``; return the handover, None where ``to`` has it already.

    It becomes one of the receiver's office, and stands among what is new for them until they open
    it. Raises FollowUpClosed, NotAColleague.
    """
    office = _office_of(to)
    locked = _lock(follow_up)
    if not locked.is_open:
        raise FollowUpClosed
    if locked.owner_id == to.pk:
        return None
    had_by = locked.owner
    locked.owner, locked.office, locked.reminded_on = to, office, None
    _save(locked)
    return _keep_handover(locked, by=membership.user, had_by=had_by, note=note)


@transaction.atomic
def hand_over_many(
    follow_ups: Iterable[FollowUp], *, membership: Membership, to: User, note: str = ""
) -> int:
    """Give all of them to ``to``; return how many changed hands. Closed ones stay as they are.

    Raises NotAColleague.
    """
    moved = 0
    for follow_up in sorted(follow_ups, key=lambda one: one.pk):  # one order of locks for everybody
        try:
            moved += hand_over(follow_up, membership=membership, to=to, note=note) is not None
        except FollowUpClosed:
            continue
    return moved


def mark_seen(follow_up: FollowUp, *, membership: Membership) -> None:
    """Take the follow-up off what is new for ``membership``'s user: they have opened it."""
    Handover.objects.filter(
        follow_up=follow_up, given_to=membership.user, seen_at__isnull=True
    ).update(seen_at=timezone.now())


def _lock(follow_up: FollowUp) -> FollowUp:
    return FollowUp.objects.select_for_update(of=("self",)).get(pk=follow_up.pk)


def _save(locked: FollowUp) -> FollowUp:
    locked.version += 1
    locked.save()
    return locked


def _office_of(owner: User) -> Office | None:
    """Return the office in which a colleague works; raises NotAColleague."""
    works = colleagues().filter(user=owner).first()
    if works is None:
        raise NotAColleague
    return works.office


def _keep_handover(follow_up: FollowUp, *, by: User, had_by: User, note: str) -> Handover:
    return Handover.objects.create(
        municipality_id=follow_up.municipality_id,
        follow_up=follow_up,
        given_by=by,
        had_by=had_by,
        given_to=follow_up.owner,
        note=note,
        # Who takes it over themselves has nothing new to see.
        seen_at=timezone.now() if by == follow_up.owner else None,
    )
