"""The waiting list of a service: who is next, the offer of a place that became free, its answer.

Every verb locks the service first, then the referral, so two workers at once give one offer. A
place that somebody passes on goes to the next who was not asked about it; the next offer is made at
the very moment at which the one before it was closed, and by that the round of a place is known.
Whoever passed is asked anew when another place becomes free, or after ``ASKED_AGAIN_AFTER`` where
the same one still stands empty.

All need the scope of the municipality; who may call which is asked by the views.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from municipalities.norms.deadlines import after_working_days, changes_from
from municipalities.tasks import later
from referrals import clock
from referrals.placing.calling import call_was_made
from referrals.placing.models import Referral, ReferralState, WithdrawReason
from referrals.placing.models_waiting import Offer, WaitingRule
from referrals.placing.order import own_first
from referrals.policy import policy_of
from referrals.workflow.machine import CLOCK, Actor, StepRefused
from referrals.workflow.referral import REFERRAL
from services_registry import free_places
from services_registry.models import Service

ASKED_AGAIN_AFTER = dt.timedelta(days=30)
GONE = "Това предложение вече не чака отговор."
# Set while a place goes down the line, so that its becoming free starts no second round.
_is_going_down: ContextVar[bool] = ContextVar("is_going_down", default=False)


# The line


def rule_for(service: Service, day: dt.date | None = None) -> WaitingRule | None:
    """Return the act by which ``service`` is waited for on ``day``; None: in order of request."""
    rules = WaitingRule.objects.on(day or timezone.localdate())
    return own_first(rules.filter(Q(service=service) | Q(service__isnull=True))).first()


def line(service: Service) -> QuerySet[Referral]:
    """Return the referrals that wait for ``service``, the next one first."""
    return Referral.objects.filter(service=service).in_line()


def positions(referrals: Iterable[Referral]) -> dict[int, int]:
    """Return at which place each of ``referrals`` that waits stands, from 1, in one query."""
    waiting = {one.pk: one.service_id for one in referrals if one.state == ReferralState.WAITING}
    if not waiting:
        return {}
    lines = Referral.objects.filter(service__in=set(waiting.values())).in_line()
    standing: dict[int, int] = {}
    seen: dict[int, int] = defaultdict(int)
    for pk, service in lines.values_list("pk", "service_id"):
        seen[service] += 1
        if pk in waiting:
            standing[pk] = seen[service]
    return standing


def position(referral: Referral) -> int | None:
    """Return at which place ``referral`` stands in line, from 1; None where it does not wait."""
    return positions([referral]).get(referral.pk)


# Offering


def place_freed(service: Service) -> bool:
    """Offer a place that became free to the next in line; say whether somebody was there.

    It is what ``services_registry.free_places`` asks, the service's row locked: the place is held
    before anybody who was not waiting can have it.
    """
    return not _is_going_down.get() and offer_next(service) is not None


@transaction.atomic
def offer_next(
    service: Service, *, is_new: bool = True, passed_on: Offer | None = None
) -> Offer | None:
    """Offer a free place of ``service`` to the next in line; None where there is none of the two.

    ``is_new``: a place that nobody was asked about; else who passed on one lately is left out.
    ``passed_on`` is the offer of this place that ended just now: whoever was asked about it before
    is left out. The place is held for the person until the day the municipality's rules give them.
    """
    locked = free_places.lock(service.pk)
    if locked.status != Service.Status.PUBLISHED:
        return None
    counted = free_places.newest_capacity(locked)
    if counted is None or not counted.free:
        return None
    rows = line(locked)
    if passed_on is not None:
        rows = rows.exclude(pk__in=_asked_about(passed_on))
    elif not is_new:
        rows = _not_asked_lately(rows)
    for pk in rows.values_list("pk", flat=True):
        referral = REFERRAL.lock(Referral(pk=pk))
        if referral.state == ReferralState.WAITING:  # nobody withdrew meanwhile
            return _offer(referral, passed_on.closed_at if passed_on else None)
    return None


def _not_asked_lately(rows: QuerySet[Referral]) -> QuerySet[Referral]:
    asked = Offer.objects.filter(
        referral=OuterRef("pk"), closed_at__gt=timezone.now() - ASKED_AGAIN_AFTER
    )
    return rows.exclude(Exists(asked))


def _asked_about(offer: Offer) -> set[int]:
    """Return the referrals to which the place of ``offer`` was offered in its round."""
    ended = Offer.objects.filter(
        referral__service=offer.referral.service_id, closed_at__isnull=False
    )
    before = {
        at: (made, one) for at, made, one in ended.values_list("closed_at", "made_at", "referral")
    }
    asked, made_at = {offer.referral_id}, offer.made_at
    while made_at in before:
        made_at, referral = before.pop(made_at)
        asked.add(referral)
    return asked


def _offer(referral: Referral, at: dt.datetime | None) -> Offer:
    from referrals.placing import tasks  # the tasks call these verbs

    today = timezone.localdate()
    until = after_working_days(
        today, policy_of(referral.municipality).offer_days, changes_from(today)
    )
    offer = Offer.objects.create(
        municipality_id=referral.municipality_id,
        referral=referral,
        until=until,
        made_at=at or timezone.now(),
    )
    REFERRAL.make(
        referral,
        "offer",
        by=CLOCK,
        words=f"Отговор до {until:%d.%m.%Y} г.",
        told=f"В „{referral.service.name}“ се освободи място за вас. Кажете до "
        f"{until:%d.%m.%Y} г. дали го приемате.",
        clock_from=today,
        norm={},
        due_on=until,
    )
    later(tasks.tell_offer, municipality=referral.municipality_id, offer=offer.pk)
    return offer


# Answering


@transaction.atomic
def take_offer(*, referral: Referral, actor: Actor, offer: int | None = None) -> Referral:
    """Accept the place that is offered; the provider is told.

    ``offer`` is the one that was on the page. Raises StepRefused where it does not wait for an
    answer any more.
    """
    from referrals.provider.answering import clock_when_accepted  # whose verbs free places
    from referrals.provider.telling import tell_provider

    now, open_offer = _locked(referral, offer)
    _close(open_offer, Offer.State.ACCEPTED, by=actor)
    taken = REFERRAL.make(
        now,
        "take_offer",
        by=actor,
        told=f"Приехте мястото в „{now.service.name}“. Доставчикът ще се свърже с вас.",
        **clock_when_accepted(now),
    )
    tell_provider(taken)
    return taken


@transaction.atomic
def pass_offer(*, referral: Referral, actor: Actor, offer: int | None = None) -> Referral:
    """Let the place go to the next and wait for another one; raises StepRefused."""
    now, open_offer = _locked(referral, offer)
    return _go_down(
        now,
        open_offer,
        Offer.State.PASSED,
        step="pass_offer",
        by=actor,
        told=f"Предпочетохте да изчакате друго място в „{now.service.name}“. Оставате в листата "
        "на чакащите.",
    )


@transaction.atomic
def refuse_offer(
    *, referral: Referral, actor: Actor, offer: int | None = None, note: str = ""
) -> Referral:
    """Withdraw from the service while a place of it is offered; it goes to the next.

    Raises StepRefused.
    """
    from referrals.placing.referring import withdraw  # which frees places, of which this is told

    now, open_offer = _locked(referral, offer)
    _close(open_offer, Offer.State.REFUSED, by=actor)
    with _going_down():
        gone = withdraw(referral=now, actor=actor, reason=WithdrawReason.WISH, note=note)
    offer_next(gone.service, passed_on=open_offer)
    return gone


@transaction.atomic
def lapse(offer: Offer) -> bool:
    """End an offer whose day has passed and offer the place to the next; False where none has."""
    now, open_offer = _lock_both(offer.referral)
    if open_offer is None or open_offer.pk != offer.pk or _runs(open_offer):
        return False
    _go_down(
        now,
        open_offer,
        Offer.State.LAPSED,
        step="lapse",
        by=CLOCK,
        words=f"Без отговор до {open_offer.until:%d.%m.%Y} г.",
        told=f"Не получихме отговор за мястото в „{now.service.name}“ и го предложихме на "
        "следващия. Оставате в листата на чакащите.",
    )
    return True


def _go_down(
    now: Referral, offer: Offer, end: str, *, step: str, by: Actor, **said: Any
) -> Referral:
    """Close ``offer``, put the referral back in line and offer the place to the next."""
    _close(offer, end, by=by)
    with _going_down():  # the step gives the place back
        waiting = REFERRAL.make(
            now, step, by=by, passed_over=now.passed_over + 1, **clock.stopped(), **said
        )
    offer_next(waiting.service, passed_on=offer)
    return waiting


def _locked(referral: Referral, offer: int | None) -> tuple[Referral, Offer]:
    """Lock the service, then the referral; return it with the offer that waits for an answer."""
    now, found = _lock_both(referral)
    if found is None or offer not in (None, found.pk):
        raise StepRefused(GONE)
    if not _runs(found):
        raise StepRefused(f"Срокът за отговор изтече на {found.until:%d.%m.%Y} г.")
    return now, found


def _lock_both(referral: Referral) -> tuple[Referral, Offer | None]:
    free_places.lock(referral.service_id)
    now = REFERRAL.lock(referral)
    if now.state != ReferralState.OFFERED:
        return now, None
    return now, now.offers.filter(state=Offer.State.OPEN).first()


def _runs(offer: Offer) -> bool:
    return offer.until >= timezone.localdate()


def _close(offer: Offer, state: str, *, by: Actor) -> None:
    """End ``offer``; the task to telephone about it is done where the desk heard the answer."""
    offer.state, offer.closed_at = state, timezone.now()
    offer.save(update_fields=["state", "closed_at"])
    call_was_made(
        referral=offer.referral,
        about=f"offer {offer.pk}",
        by=by.user,
        outcome=str(offer.get_state_display()),
    )


@contextmanager
def _going_down() -> Iterator[None]:
    token = _is_going_down.set(True)
    try:
        yield
    finally:
        _is_going_down.reset(token)
