"""Many cases given to a colleague at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from municipalities.models import User
from referrals.assessments import assessing
from referrals.caseload.listing import CaseLine
from referrals.clocked import Clocked
from referrals.placing import referring
from referrals.workflow.machine import Actor, StepRefused
from services_registry import free_places


@transaction.atomic
def hand_many(*, cases: Iterable[CaseLine], actor: Actor, to: User, note: str = "") -> int:
    """Give all of ``cases`` to ``to``; return how many changed hands. Closed ones stay.

    Assessments, services, referrals and each by its id: the order in which rows are locked
    everywhere. Without the services, whoever frees a place would hold one referral and wait for
    another that is held here. Raises NotAColleague.
    """
    moved = 0
    are_locked = False
    ordered = sorted(cases, key=lambda one: (one.is_referral, one.row.pk))
    for case in ordered:
        if case.is_referral and not are_locked:
            _lock_services(ordered)
            are_locked = True
        before = case.row.owner_id
        try:
            with transaction.atomic():
                facts: dict[str, Any] = {"actor": actor, "to": to, "note": note}
                now: Clocked
                if case.is_referral:
                    now = referring.hand(referral=case.row, **facts)
                else:
                    now = assessing.hand(assessment=case.row, **facts)
        except StepRefused:
            continue
        moved += now.owner_id != before
    return moved


def _lock_services(cases: Iterable[CaseLine]) -> None:
    for pk in sorted({case.row.service_id for case in cases if case.is_referral}):
        free_places.lock(pk)
