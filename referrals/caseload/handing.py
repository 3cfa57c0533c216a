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


@transaction.atomic
def hand_many(*, cases: Iterable[CaseLine], actor: Actor, to: User, note: str = "") -> int:
    """Give all of ``cases`` to ``to``; return how many changed hands. Closed ones stay.

    Assessments before referrals and each by its id, the order in which rows are locked everywhere.
    Raises NotAColleague.
    """
    moved = 0
    for case in sorted(cases, key=lambda one: (one.is_referral, one.row.pk)):
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
