"""The machine of the referral: from the choice of a service to its end."""

from __future__ import annotations

from django.utils import timezone

from referrals.assessments.models import AssessmentState
from referrals.placing import places
from referrals.placing.models import (
    OPEN_REFERRAL,
    Referral,
    ReferralEvent,
    ReferralState,
)
from referrals.routing.models import Authority
from referrals.workflow.machine import DESK, Demand, Machine, Step, Who
from services_registry.models import Service

S = ReferralState
PROVIDER = frozenset({Who.PROVIDER})
CLOCK = frozenset({Who.CLOCK})
CITIZEN = frozenset({Who.CITIZEN})
# A choice that was not sent may be taken back whole, so nothing else is written about it.
SENT_ONCE = tuple(state for state in S if state != S.CHOSEN)
SENT_AND_OPEN = tuple(state for state in OPEN_REFERRAL if state != S.CHOSEN)


def _certified(referral: Referral) -> str:
    """The assessment is the document; only an urgent case goes before it."""
    assessment = referral.assessment
    if assessment.state == AssessmentState.DONE:
        return "" if assessment.documents.exists() else "Оценката няма документ."
    urgent = assessment.is_urgent and assessment.urgent_reason and assessment.follow_up_on
    if assessment.is_open and urgent:
        return ""
    return "Насочва се с изготвена оценка. Без нея: само в спешен случай с причина и дата."


def _routed(referral: Referral) -> str:
    if referral.routed_to == Authority.MUNICIPALITY:
        return ""
    if referral.routed_to == Authority.UNCLEAR:
        return "" if referral.routing_note else "Напишете на какво основание насочва общината."
    if referral.routed_to == Authority.NOBODY:
        return "За тази услуга не се насочва: човекът отива направо при доставчика."
    return f"За тази услуга насочва {referral.get_routed_to_display()}, не общината."


def _published(referral: Referral) -> str:
    service = referral.service
    is_open = service.status == Service.Status.PUBLISHED and service.is_public
    return "" if is_open else "Услугата не е публикувана и не приема хора."


def _choice(referral: Referral) -> str:
    return "" if referral.chosen_by else "Напишете кой избра услугата."


def _declined(referral: Referral) -> str:
    return "" if referral.decline_reason else "Посочете причина за отказа."


def _withdrawn(referral: Referral) -> str:
    return "" if referral.withdraw_reason else "Посочете защо се оттегля."


def _offered(referral: Referral) -> str:
    there = referral.offers.filter(state="open").exists()
    return "" if there else "Няма направено предложение."


def _started(referral: Referral) -> str:
    if referral.started_on is None:
        return "Напишете от кога човекът ползва услугата."
    if referral.contract_on is None and not referral.assessment.is_urgent:
        return "Напишете датата на договора."
    return ""


def _ended(referral: Referral) -> str:
    if referral.ended_on is None:
        return "Напишете кога е приключило."
    if referral.started_on and referral.ended_on < referral.started_on:
        return "Краят е преди началото."
    return "" if referral.end_reason else "Посочете защо приключи."


def _prolonged(referral: Referral) -> str:
    if referral.until is None:
        return "Напишете до кога се продължава."
    is_before = referral.started_on and referral.until < referral.started_on
    return "Новият срок е преди началото." if is_before else ""


def _dated(referral: Referral) -> str:
    """Of a service that is used, the start and the contract are not taken out again."""
    return _started(referral) if referral.state == S.STARTED else ""


CERTIFIED = Demand("документ на оценката, или спешен случай с причина и дата", _certified)
ROUTED = Demand("насочва общината, по правило или с основание", _routed)
PUBLISHED = Demand("публикувана услуга", _published)
CHOICE = Demand("кой избра услугата", _choice)
DECLINED = Demand("причина за отказа", _declined)
WITHDRAWN = Demand("причина за оттеглянето", _withdrawn)
OFFERED = Demand("предложение със срок", _offered)
STARTED = Demand("начало и договор (без договор: спешен случай)", _started)
ENDED = Demand("край и причина", _ended)
PROLONGED = Demand("нов срок", _prolonged)
DATED = Demand("след началото договорът остава записан", _dated)


def _entered(referral: Referral, state: str) -> None:
    now = timezone.now()
    is_open = state in OPEN_REFERRAL
    referral.closed_at = None if is_open else referral.closed_at or now
    if state == S.SENT:
        referral.sent_at = now
    if state == S.WAITING:
        referral.waiting_since = referral.waiting_since or now


STEPS: dict[str, Step] = {
    "choose": Step("избира се услуга", (), S.CHOSEN, "chosen", DESK, (CHOICE,)),
    "send": Step("изпраща се", (S.CHOSEN,), S.SENT, "sent", DESK, (CERTIFIED, ROUTED, PUBLISHED)),
    "accept": Step("приема", (S.SENT, S.WAITING), S.ACCEPTED, "accepted", PROVIDER),
    "put_in_line": Step("в листата на чакащите", (S.SENT,), S.WAITING, "waiting", PROVIDER),
    "decline": Step(
        "отказва",
        (S.SENT, S.WAITING, S.ACCEPTED),
        S.DECLINED,
        "declined",
        PROVIDER,
        (DECLINED,),
    ),
    "offer": Step("предлага се място", (S.WAITING,), S.OFFERED, "offered", CLOCK, (OFFERED,)),
    "take_offer": Step(
        "предложението се приема", (S.OFFERED,), S.ACCEPTED, "offer_taken", CITIZEN | DESK
    ),
    "pass_offer": Step("чака друго място", (S.OFFERED,), S.WAITING, "offer_passed", CITIZEN | DESK),
    "lapse": Step("предложението изтича", (S.OFFERED,), S.WAITING, "offer_lapsed", CLOCK),
    "dates": Step(
        "дати на оценка, план, договор",
        (S.ACCEPTED, S.STARTED),
        None,
        "dates",
        PROVIDER | DESK,
        (DATED,),
    ),
    "start": Step(
        "започва услугата", (S.ACCEPTED,), S.STARTED, "started", PROVIDER | DESK, (STARTED,)
    ),
    "prolong": Step("продължава се", (S.STARTED,), None, "prolonged", DESK, (PROLONGED,)),
    "end": Step("приключва", (S.STARTED,), S.ENDED, "ended", PROVIDER | DESK, (ENDED,)),
    "withdraw": Step(
        "оттегля се",
        (S.SENT, S.WAITING, S.OFFERED, S.ACCEPTED),
        S.WITHDRAWN,
        "withdrawn",
        CITIZEN | DESK,
        (WITHDRAWN,),
    ),
    "set_priority": Step("предимство по акт", (S.SENT, S.WAITING), None, "priority", DESK),
    "pause": Step("срокът спира", (S.SENT, S.ACCEPTED), None, "paused", DESK),
    "resume": Step("срокът продължава", (S.SENT, S.ACCEPTED), None, "resumed", DESK),
    "hand": Step("предава се", SENT_AND_OPEN, None, "handed", DESK),
    "note": Step("бележка", SENT_ONCE, None, "note", DESK),
    "say": Step("съобщение от доставчика", SENT_ONCE, None, "said", PROVIDER),
    "ask_outcome": Step("пита се за резултата", (S.STARTED, S.ENDED), None, "asked", CLOCK | DESK),
    "answer_outcome": Step(
        "човекът отговаря", (S.STARTED, S.ENDED), None, "answered", CITIZEN | DESK
    ),
}

REFERRAL = Machine(
    name="referral",
    title="Насочване",
    model=Referral,
    states=ReferralState,
    events=ReferralEvent,
    parent="referral",
    thing="Насочването",
    steps=STEPS,
    entered=_entered,
    ahead=places.lock,
    follow=places.follow,
)
