"""The verbs of the desk upon a referral: choose, take back, send, withdraw, change, prolong …

Each is one transaction, moves through the workflow and leaves a step on record: ``words`` for
staff, ``told`` for the citizen. All need the scope of the municipality; who may call which is said
by ``referrals.permissions`` and asked by the views. Each raises ``StepRefused`` where the step
cannot be made and, given a ``version``, ``RowChanged`` where somebody else saved meanwhile.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from frontoffice.followups.following import NotAColleague, colleagues
from frontoffice.kept import lock_kept
from frontoffice.models_people import Person
from municipalities.models import User
from referrals import clock
from referrals.assessments import assessing
from referrals.assessments.models import AssessmentState, Conclusion, NeedsAssessment
from referrals.placing import waiting
from referrals.placing.choosing import is_child
from referrals.placing.models import (
    ChosenBy,
    Referral,
    ReferralState,
    WithdrawReason,
)
from referrals.placing.models_waiting import Offer, WaitingPriority
from referrals.provider import telling
from referrals.routing import deciding
from referrals.routing.models import Authority
from referrals.workflow.assessment import ASSESSMENT
from referrals.workflow.machine import CITIZEN, Actor, RowChanged, StepRefused
from referrals.workflow.referral import REFERRAL
from services_registry import free_places
from services_registry.models import Service

S = ReferralState
ANSWER_NORM = "provider-answer"
SAID_AGAIN = dt.timedelta(minutes=2)  # the same words within it are the same form sent twice


@transaction.atomic
def choose(
    *,
    assessment: NeedsAssessment,
    service: Service,
    actor: Actor,
    chosen_by: str,
    choice_note: str = "",
    summary: str = "",
    intensity: str = "",
    priority: WaitingPriority | None = None,
    routing_note: str = "",
    with_measure: bool = False,
    replaces: Referral | None = None,
    form_key: uuid.UUID,
) -> Referral:
    """Keep that ``service`` was chosen for the person of ``assessment``, and who refers for it.

    The same ``form_key`` again returns the first row. Raises StepRefused where the assessment
    leads to no service (any more), the municipality does not refer for this one, it takes nobody,
    it is chosen already, or a ``priority`` is not of the rule in force.
    """
    lock_kept(assessment.person)
    held = _lock_assessment(assessment)
    same = Referral.objects.filter(form_key=form_key).first()
    if same:
        if (same.assessment_id, same.service_id) == (held.pk, service.pk):
            return same
        raise StepRefused("Тази страница вече е изпратена. Отворете я отново.")
    _check_choosing(held, service, replaces)
    _check_priority(priority, service)
    decision = decision_for(service, held.person, with_measure=with_measure)
    _check_authority(decision.authority, routing_note)
    last = held.referrals.aggregate(last=Max("ordinal"))["last"] or 0
    row = Referral(
        municipality_id=held.municipality_id,
        assessment=held,
        ordinal=last + 1,
        person_id=held.person_id,
        service=service,
        provider_id=service.provider_id,
        replaces=replaces,
        chosen_by=chosen_by if chosen_by in ChosenBy.values else "",
        choice_note=choice_note,
        routed_to=decision.authority,
        routing=decision.kept(),
        routing_note=routing_note if decision.authority == Authority.UNCLEAR else "",
        summary=summary,
        intensity=intensity,
        priority=priority,
        requested_on=held.application.received_on,
        owner=held.owner or actor.user,
        form_key=form_key,
    )
    words = f"{service.name}: {row.get_chosen_by_display().lower()}. {choice_note}".strip()
    try:
        with transaction.atomic():
            REFERRAL.begin("choose", row, by=actor, words=words)
    except IntegrityError as wrong:
        raise StepRefused("Тази услуга вече е избрана.") from wrong
    return row


def decision_for(
    service: Service, person: Person, *, with_measure: bool = False
) -> deciding.Decision:
    """Return who refers ``person`` to ``service`` by the rows in force today."""
    return deciding.decide(service=service, is_child=is_child(person), with_measure=with_measure)


def _check_choosing(
    assessment: NeedsAssessment, service: Service, replaces: Referral | None
) -> None:
    if assessment.state in (AssessmentState.REPLACED, AssessmentState.CANCELLED):
        raise StepRefused(f"Оценката е „{assessment.get_state_display()}“.")
    if assessment.state == AssessmentState.REVIEW and not assessment.is_urgent:
        raise StepRefused("Оценката е за преглед. Първо ръководителят я връща или издава.")
    if assessment.state == AssessmentState.DONE and assessment.outcome != Conclusion.REFERRED:
        raise StepRefused("Оценката не завършва с насочване към услуга. Направете нова.")
    if service.status != Service.Status.PUBLISHED or not service.is_public:
        raise StepRefused("Услугата не е публикувана и не приема хора.")
    same = Referral.objects.open().filter(person_id=assessment.person_id, service=service).first()
    if same:
        is_here = same.assessment_id == assessment.pk
        raise StepRefused(f"Тази услуга вече е избрана{'' if is_here else ', по друга оценка'}.")
    if replaces and replaces.person_id != assessment.person_id:
        raise StepRefused("Насочването, което се заменя, е на друг човек.")


def _check_priority(priority: WaitingPriority | None, service: Service) -> None:
    if priority is None:
        return
    rule = waiting.rule_for(service, timezone.localdate())
    if rule is None or priority.rule_id != rule.pk:
        raise StepRefused("Предимството не е от правилото, което е в сила за тази услуга.")


def _check_authority(authority: str, routing_note: str) -> None:
    """Refuse what the machine would refuse at sending, before anything is written."""
    if authority == Authority.UNCLEAR and not routing_note:
        raise StepRefused("Напишете на какво основание насочва общината.")
    if authority == Authority.NOBODY:
        raise StepRefused("За тази услуга не се насочва: човекът отива направо при доставчика.")
    if authority in (Authority.DIRECTORATE, Authority.COURT):
        raise StepRefused(f"За тази услуга насочва {Authority(authority).label}, не общината.")


@transaction.atomic
def take_back(*, referral: Referral, actor: Actor) -> None:
    """Forget a choice that was not sent; the assessment keeps that there was one."""
    assessment = _lock_assessment(referral.assessment)
    now = Referral.objects.select_for_update(of=("self",)).filter(pk=referral.pk).first()
    if now is None:
        return
    if now.state != S.CHOSEN:
        raise StepRefused(f"Насочването вече е „{now.get_state_display()}“. Може да се оттегли.")
    ASSESSMENT.make(assessment, "note", by=actor, words=f"Махнат избор: {now.service.name}.")
    now.delete()


@transaction.atomic
def send(*, referral: Referral, actor: Actor, version: int | None = None) -> Referral:
    """Send a chosen one to the provider the service has today; the clock of the answer starts.

    The person is told, the provider is mailed. It belongs to whoever has the assessment.
    """
    assessment = _lock_assessment(referral.assessment)
    service = Service.objects.select_related("provider").get(pk=referral.service_id)
    sent = REFERRAL.make(
        referral,
        "send",
        by=actor,
        words=f"Към {service.provider.name}.{_by_telephone(service)}",
        told=f"Насочихме ви към {service.name} ({service.provider.name}). Чакаме отговора им.",
        version=version,
        provider=service.provider,
        owner=assessment.owner or referral.owner or actor.user,
        **clock.started(ANSWER_NORM, timezone.localdate()),
    )
    telling.tell_provider(sent)
    return sent


def _by_telephone(service: Service) -> str:
    """Ask for a call where the provider has nobody in the portal and no address to be mailed to."""
    if telling.reached(service.provider) != telling.Told.NOBODY:
        return ""
    number = f", {service.provider.phone}" if service.provider.phone else ""
    return f" Няма нито достъп, нито е-поща: обадете се{number}."


@transaction.atomic
def issue_and_send(*, referral: Referral, actor: Actor, version: int | None = None) -> Referral:
    """Send one that was chosen after the assessment was done: its document is made anew first."""
    assessment = _lock_assessment(referral.assessment)
    if assessment.state == AssessmentState.DONE:
        made = assessment.documents.order_by("-edition").values_list("made_at", flat=True).first()
        if made is None or made < referral.created_at:
            reason = f"избрана е и {referral.service.name}"
            assessing.reissue(assessment=assessment, actor=actor, reason=reason)
    return send(referral=referral, actor=actor, version=version)


@transaction.atomic
def withdraw(
    *, referral: Referral, actor: Actor, reason: str, note: str = "", version: int | None = None
) -> Referral:
    """End a sent one before the service was used; its place or its turn goes to the next.

    The provider is told.
    """
    if reason not in WithdrawReason.values:
        raise StepRefused("Посочете защо се оттегля.")
    free_places.lock(referral.service_id)
    now = REFERRAL.lock(referral)
    if version is not None and now.version != version:
        raise RowChanged(now)
    if REFERRAL.may(now, "withdraw", actor):  # else refused below
        offered = now.offers.filter(state=Offer.State.OPEN)
        offered.update(state=Offer.State.REFUSED, closed_at=timezone.now())
    own = "Оттеглихте" if actor == CITIZEN else "Оттеглено е"
    gone = REFERRAL.make(
        now,
        "withdraw",
        by=actor,
        words=f"{WithdrawReason(reason).label.capitalize()}. {note}".strip(),
        told=f"{own} насочването към {now.service.name}.",
        withdraw_reason=reason,
        **clock.resumed(now, timezone.localdate()),
    )
    telling.tell_provider(gone)
    return gone


@transaction.atomic
def change(
    *,
    referral: Referral,
    to_service: Service,
    actor: Actor,
    version: int | None = None,
    form_key: uuid.UUID,
    **choice: Any,
) -> Referral:
    """Withdraw a sent one for another service, which is sent with a new edition of the document.

    ``choice`` is what ``choose`` takes. Returns the new referral; the same form twice, the first.
    """
    lock_kept(referral.assessment.person)
    assessment = _lock_assessment(referral.assessment)
    same = Referral.objects.filter(form_key=form_key, replaces=referral).first()
    if same:
        return same
    for pk in sorted({referral.service_id, to_service.pk}):
        free_places.lock(pk)
    new = choose(
        assessment=assessment,
        service=to_service,
        actor=actor,
        replaces=referral,
        form_key=form_key,
        **choice,
    )
    withdraw(
        referral=referral,
        actor=actor,
        reason=WithdrawReason.CHANGED,
        note=f"Вместо нея: {to_service.name}.",
        version=version,
    )
    return issue_and_send(referral=new, actor=actor)


@transaction.atomic
def prolong(
    *,
    referral: Referral,
    actor: Actor,
    until: dt.date,
    reason: str = "",
    version: int | None = None,
) -> Referral:
    """Let a service that is used go on until ``until``, which is after what was agreed."""
    now = REFERRAL.lock(referral)
    floor = max(filter(None, [now.until, now.started_on]), default=None)
    if floor and until <= floor:
        raise StepRefused(f"Новият срок е след {floor:%d.%m.%Y} г.")
    return REFERRAL.make(
        now,
        "prolong",
        by=actor,
        words=f"До {until:%d.%m.%Y} г. {reason}".strip(),
        told=f"{now.service.name}: продължава до {until:%d.%m.%Y} г.",
        version=version,
        until=until,
    )


@transaction.atomic
def set_priority(
    *,
    referral: Referral,
    actor: Actor,
    priority: WaitingPriority | None,
    version: int | None = None,
) -> Referral:
    """Say by what of the municipality's act the person is served first; None: by nothing."""
    now = REFERRAL.lock(referral)
    _check_priority(priority, now.service)
    words = f"{priority.name} ({priority.rule.act})" if priority else "Без предимство."
    return REFERRAL.make(
        now, "set_priority", by=actor, words=words, version=version, priority=priority
    )


@transaction.atomic
def pause(*, referral: Referral, actor: Actor, reason: str, version: int | None = None) -> Referral:
    """Stop the clock for a reason."""
    now = REFERRAL.lock(referral)
    if now.paused_on:
        raise StepRefused(f"Срокът вече е спрян от {now.paused_on:%d.%m.%Y} г.")
    if now.due_on is None:
        raise StepRefused("Няма срок, който да спре.")
    today = timezone.localdate()
    return REFERRAL.make(
        now,
        "pause",
        by=actor,
        words=reason,
        version=version,
        paused_on=today,
        pause_reason=reason[:300],
    )


@transaction.atomic
def resume(
    *, referral: Referral, actor: Actor, note: str = "", version: int | None = None
) -> Referral:
    """Let a clock that stands go on from today; the deadline moves by as much as it stood."""
    now = REFERRAL.lock(referral)
    if now.paused_on is None:
        raise StepRefused("Срокът не е спрян.")
    return REFERRAL.make(
        now,
        "resume",
        by=actor,
        words=note,
        version=version,
        pause_reason="",
        **clock.resumed(now, timezone.localdate()),
    )


@transaction.atomic
def hand(
    *, referral: Referral, actor: Actor, to: User, note: str = "", version: int | None = None
) -> Referral:
    """Give it to ``to``; raises NotAColleague where they do not work at a desk here."""
    if not colleagues().filter(user=to).exists():
        raise NotAColleague
    now = REFERRAL.lock(referral)
    if now.owner_id == to.pk:
        return now
    had = f" Беше у {now.owner.name}." if now.owner else ""
    return REFERRAL.make(
        now,
        "hand",
        by=actor,
        words=f"На {to.name}.{had} {note}".strip(),
        version=version,
        owner=to,
    )


@transaction.atomic
def note(*, referral: Referral, actor: Actor, text: str) -> Referral:
    """Keep a word among staff; the same words twice in a moment are kept once."""
    now = REFERRAL.lock(referral)
    if made_just_now(now, "note", actor.user, words=text):
        return now
    return REFERRAL.make(now, "note", by=actor, words=text)


def made_just_now(
    referral: Referral,
    event: str | tuple[str, ...],
    by: User | None,
    *,
    words: str | None = None,
) -> bool:
    """Say whether ``by`` made this kind of step a moment ago: a form that was sent twice."""
    kinds = (event,) if isinstance(event, str) else event
    steps = referral.events.filter(kind__in=kinds, user=by, at__gt=timezone.now() - SAID_AGAIN)
    return (steps if words is None else steps.filter(words=words[:1000])).exists()


def _lock_assessment(assessment: NeedsAssessment) -> NeedsAssessment:
    rows = NeedsAssessment.objects.select_related("application", "person", "owner")
    return rows.select_for_update(of=("self",)).get(pk=assessment.pk)
