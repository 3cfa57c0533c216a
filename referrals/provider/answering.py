"""The verbs of a provider upon a referral: accept, put in line, decline, dates, start, end, say.

Each is one transaction, moves through the workflow and leaves a step on record: ``words`` for
staff, ``told`` for the citizen. ``actor`` is somebody of the provider, ``machine.BY_LINK``, or the
desk where it writes down what the provider said. All need the scope of the municipality. Each
raises ``StepRefused`` where the step cannot be made and, given a ``version``, ``RowChanged`` where
somebody else saved meanwhile.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from referrals import clock
from referrals.placing import places
from referrals.placing.models import DeclineReason, EndReason, Referral, ReferralState
from referrals.workflow.machine import Actor, RowChanged, StepRefused, Who
from referrals.workflow.referral import REFERRAL
from services_registry.free_places import NoFreePlace, newest_capacity

S = ReferralState
ASSESSMENT_NORM = "provider-assessment"
START_NORM = "start-service"
SAID_AGAIN = dt.timedelta(minutes=2)  # the same words within it are the same form sent twice
DATES = {
    "provider_assessment_on": "индивидуална оценка",
    "support_plan_on": "индивидуален план",
    "contract_on": "договор",
}
NO_PLACE = "Няма свободно място: последното вече е заето."
# What the citizen reads of each reason; the provider's own words are for the desk.
_WHY_DECLINED = {
    DeclineReason.NO_PLACE: "няма свободно място",
    DeclineReason.NOT_TARGET: "услугата е за други хора",
    DeclineReason.NEEDS_OTHER: "според доставчика е нужна друга услуга",
    DeclineReason.NO_CONTACT: "доставчикът не успя да се свърже с вас",
    DeclineReason.UNWILLING: "казали сте на доставчика, че не желаете услугата",
    DeclineReason.PAPERS: "липсват документи",
    DeclineReason.OTHER: "причината ще ви обясни служителят",
}


class NoPlace(StepRefused):
    """There is no free place to accept somebody to."""


def clock_when_accepted(referral: Referral) -> dict[str, Any]:
    """Return the fields of the clock by which the provider prepares its own assessment."""
    return {**clock.stopped(), **clock.started(ASSESSMENT_NORM, referral.requested_on)}


@transaction.atomic
def accept(*, referral: Referral, actor: Actor, version: int | None = None) -> Referral:
    """Take the person and a free place for them; the clock of the provider's assessment starts.

    Raises NoPlace where there is none.
    """
    now = _locked(referral, version)
    if now.state == S.WAITING:
        _refuse_out_of_turn(now)
    told = f"„{now.service.name}“ ви приема. Доставчикът ще се свърже с вас за оценка и договор."
    if now.provider.phone:
        told += f" Телефонът им е {now.provider.phone}."
    try:
        return REFERRAL.make(
            now,
            "accept",
            by=actor,
            words=_by(actor),
            told=told,
            answered_at=now.answered_at or timezone.now(),
            **clock_when_accepted(now),
        )
    except NoFreePlace as full:
        raise NoPlace(NO_PLACE) from full


@transaction.atomic
def put_in_line(
    *, referral: Referral, actor: Actor, note: str = "", version: int | None = None
) -> Referral:
    """Have the person wait for a place, by their wish's day or by the municipality's act.

    Raises StepRefused while places are written as free: they are taken, or corrected first.
    """
    now = _locked(referral, version)
    row = newest_capacity(now.service)
    if row is not None and row.free and REFERRAL.may(now, "put_in_line"):
        raise StepRefused(
            f"По записаното има свободни места: {row.free}. Приемете човека или първо поправете "
            "местата на услугата."
        )
    return REFERRAL.make(
        now,
        "put_in_line",
        by=actor,
        words=f"{_by(actor)} {note}".strip(),
        told=f"В „{now.service.name}“ сега няма свободно място. Записани сте в листата на "
        "чакащите и ще ви съобщим, когато дойде редът ви.",
        answered_at=now.answered_at or timezone.now(),
        **clock.stopped(),
    )


@transaction.atomic
def decline(
    *, referral: Referral, actor: Actor, reason: str, note: str = "", version: int | None = None
) -> Referral:
    """Refuse the person for a coded ``reason``; a place that was held goes to the next."""
    if reason not in DeclineReason.values:
        raise StepRefused("Посочете причина за отказа.")
    now = _locked(referral, version)
    coded = DeclineReason(reason)
    return REFERRAL.make(
        now,
        "decline",
        by=actor,
        words=f"{_by(actor)} {str(coded.label).capitalize()}. {note}".strip(),
        told=f"„{now.service.name}“ не може да ви приеме: {_WHY_DECLINED[coded]}. Служител на "
        "общината ще ви потърси за следващата стъпка.",
        answered_at=now.answered_at or timezone.now(),
        decline_reason=reason,
        decline_note=note,
    )


@transaction.atomic
def dates(
    *, referral: Referral, actor: Actor, version: int | None = None, **days: dt.date | None
) -> Referral:
    """Write when the provider assessed, planned and signed the contract; the clock follows.

    ``days`` are some of ``DATES``. Where nothing differs nothing happens.
    """
    now = _locked(referral, version)
    changed = {name: day for name, day in days.items() if getattr(now, name) != day}
    if unknown := set(changed) - set(DATES):
        raise ValueError(unknown)
    if not changed:
        return now
    for name, day in changed.items():
        _check_day(now, day, DATES[name])
    return REFERRAL.make(
        now,
        "dates",
        by=actor,
        words=_said(changed),
        told=_told_of(changed),
        **{**changed, **_clock_after(now, changed)},
    )


@transaction.atomic
def start(
    *,
    referral: Referral,
    actor: Actor,
    on: dt.date,
    until: dt.date | None = None,
    contract_on: dt.date | None = None,
    version: int | None = None,
) -> Referral:
    """Write from when the person uses the service, and until when if it is agreed."""
    now = _locked(referral, version)
    _check_day(now, on, "начало")
    _check_day(now, contract_on, "договор")
    if until and until < on:
        raise StepRefused("Краят е преди началото.")
    started = REFERRAL.make(
        now,
        "start",
        by=actor,
        words=f"От {on:%d.%m.%Y} г." + (f" До {until:%d.%m.%Y} г." if until else ""),
        told=f"Ползвате „{now.service.name}“ от {on:%d.%m.%Y} г.",
        started_on=on,
        until=until,
        contract_on=contract_on or now.contract_on,
        **clock.stopped(),
    )
    _plan_question(started)
    return started


@transaction.atomic
def end(
    *,
    referral: Referral,
    actor: Actor,
    on: dt.date,
    reason: str,
    note: str = "",
    version: int | None = None,
) -> Referral:
    """Write when and why the person stopped using the service; the place goes to the next."""
    if reason not in EndReason.values:
        raise StepRefused("Посочете защо приключи.")
    now = _locked(referral, version)
    _check_day(now, on, "край")
    return REFERRAL.make(
        now,
        "end",
        by=actor,
        words=f"На {on:%d.%m.%Y} г.: {EndReason(reason).label}. {note}".strip(),
        told=f"Ползването на „{now.service.name}“ приключи на {on:%d.%m.%Y} г.",
        ended_on=on,
        end_reason=reason,
    )


@transaction.atomic
def say(*, referral: Referral, actor: Actor, text: str) -> Referral:
    """Leave a word of the provider's for the desk; twice in a moment it is kept once."""
    now = REFERRAL.lock(referral)
    since = timezone.now() - SAID_AGAIN
    if now.events.filter(kind="said", user=actor.user, words=text[:1000], at__gt=since).exists():
        return now
    return REFERRAL.make(now, "say", by=actor, words=text)


def _locked(referral: Referral, version: int | None) -> Referral:
    """Return the row as it is stored, its service's places and itself held; raises RowChanged."""
    places.lock(referral)
    now = REFERRAL.lock(referral)
    if version is not None and now.version != version:
        raise RowChanged(now)
    return now


def _refuse_out_of_turn(referral: Referral) -> None:
    from referrals.placing.waiting import line  # it tells providers through this package

    first = line(referral.service).values_list("pk", flat=True).first()
    if first not in (None, referral.pk):
        raise StepRefused(
            "Преди този човек чакат други. Запишете свободното място и то ще бъде предложено "
            "по реда на чакащите."
        )


def _check_day(referral: Referral, day: dt.date | None, what: str) -> None:
    if day is None:
        return
    if day > timezone.localdate():
        raise StepRefused(f"Този ден още не е дошъл ({what}).")
    if day < referral.requested_on:
        raise StepRefused(
            f"Тогава желанието още не беше заявено ({what}). Заявено е на "
            f"{referral.requested_on:%d.%m.%Y} г."
        )


def _clock_after(referral: Referral, changed: dict[str, dt.date | None]) -> dict[str, Any]:
    """Return the clock that runs once ``changed`` is written; nothing where it is the same one."""
    if referral.state != S.ACCEPTED:
        return {}
    new = {name: changed.get(name, getattr(referral, name)) for name in DATES}
    old = {name: getattr(referral, name) for name in DATES}
    if _stage(new) == _stage(old):
        return {}
    if signed := new["contract_on"]:
        return {**clock.stopped(), **clock.started(START_NORM, signed)}
    if _stage(new) == "planned":
        return clock.stopped()
    return clock_when_accepted(referral)


def _stage(days: dict[str, dt.date | None]) -> str:
    if days["contract_on"]:
        return f"signed {days['contract_on']}"
    return "planned" if days["provider_assessment_on"] and days["support_plan_on"] else "assessing"


def _said(changed: dict[str, dt.date | None]) -> str:
    said = (
        f"{DATES[name]} на {day:%d.%m.%Y} г." if day else f"{DATES[name]}: без дата."
        for name, day in changed.items()
    )
    return " ".join(said).capitalize()


def _told_of(changed: dict[str, dt.date | None]) -> str:
    known = [f"{DATES[name]} на {day:%d.%m.%Y} г." for name, day in changed.items() if day]
    return f"Доставчикът записа: {', '.join(known)}" if known else ""


def _by(actor: Actor) -> str:
    """Say how the answer came, where it was not written by the provider's own people."""
    if actor.who != Who.PROVIDER:
        return "Записано от общината."
    return "" if actor.user else "Отговорено с връзката от писмото."


def _plan_question(referral: Referral) -> None:
    from referrals.outcomes.asking import plan  # it refers to what was placed

    plan(referral)
