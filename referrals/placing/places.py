"""The place of the service that a referral holds: taken and given back with the step, once.

The workflow calls ``lock`` before a step that moves a referral and ``follow`` within it, so no verb
can forget either; verbs ask ``hold`` where they want to know beforehand, and may call ``release``
earlier than the step does.
"""

from __future__ import annotations

from django.db import transaction

from referrals.placing.models import HOLDS_PLACE, Referral, ReferralState
from services_registry import free_places
from services_registry.free_places import NoFreePlace

__all__ = ["NoFreePlace", "follow", "hold", "lock", "release", "unwait", "wait"]


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


@transaction.atomic
def hold(referral: Referral) -> None:
    """See that ``referral`` has a place, or can have one in its next step. Raises NoFreePlace.

    The place itself is taken by the step. Where none are counted there is always one.
    """
    service = free_places.lock(referral.service_id)
    if Referral.objects.filter(pk=referral.pk, holds_place=True).exists():
        return
    row = free_places.newest_capacity(service)
    if row is not None and not row.free:
        raise NoFreePlace


@transaction.atomic
def release(referral: Referral) -> bool:
    """Give the place of ``referral`` back if it holds one; return whether it did."""
    service = free_places.lock(referral.service_id)
    held = Referral.objects.filter(pk=referral.pk, holds_place=True).update(holds_place=False)
    referral.holds_place = False
    if held:
        free_places.give_back(service)
    return bool(held)


def wait(referral: Referral) -> None:
    """Count one more who waits: the step into the line does."""


def unwait(referral: Referral) -> None:
    """Count one less who waits: the step out of the line does."""
