"""The place of the service that a referral holds: taken and given back with the step, once.

The workflow calls ``lock`` before a step that moves a referral and ``follow`` within it, so no verb
can forget either.
"""

from __future__ import annotations

from referrals.placing.models import HOLDS_PLACE, Referral, ReferralState
from services_registry import free_places


def lock(referral: Referral) -> None:
    """Hold the places of the referral's service: before its own row, always in this order."""
    free_places.lock(referral.service_id)


def follow(referral: Referral, source: str) -> None:
    """Let the places follow a step from ``source`` to the state that ``referral`` has now.

    The row is locked and not saved yet. Raises NoFreePlace where the step needs a place and there
    is none. A place that becomes free is offered on before the row is saved: who passes on it is
    not in line for it.
    """
    service, target = referral.service, referral.state
    if source == ReferralState.WAITING != target:
        free_places.count_waiting(service, -1)
    if target == ReferralState.WAITING != source:
        free_places.count_waiting(service, 1)
    if target in HOLDS_PLACE:
        if source not in HOLDS_PLACE:
            referral.holds_place = free_places.take(service)
    elif referral.holds_place:
        referral.holds_place = False
        free_places.give_back(service)
