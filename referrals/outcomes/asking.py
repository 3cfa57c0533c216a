"""Asking the person whether the help reached them and helped: planned, asked, answered, dropped.

It is asked once of a referral: by a link in a mail, or as a task to telephone where the person left
no address. What they say in their own words stays in the question and is in no step and no task.

The verbs need the scope of the municipality and lock the person, the referral, the question.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from frontoffice.followups.models import FollowUp
from frontoffice.kept import lock_kept
from municipalities.norms.deadlines import changes_from, next_working
from municipalities.tasks import later
from referrals.outcomes.models import OutcomeQuestion
from referrals.placing.calling import call_task, call_was_made, is_mailed, phones_of
from referrals.placing.models import EndReason, Referral, ReferralState
from referrals.policy import policy_of
from referrals.workflow.machine import CLOCK, Actor, StepRefused
from referrals.workflow.referral import REFERRAL

State, Via = OutcomeQuestion.State, OutcomeQuestion.Via
Reached, Helped = OutcomeQuestion.Reached, OutcomeQuestion.Helped
PURPOSE = "referrals.outcome"  # of the links
LINK_DAYS = 30  # after that a link no longer opens and the question ends without an answer
USED = (ReferralState.STARTED, ReferralState.ENDED)
ANSWERED_ALREADY = "На този въпрос вече е отговорено."


def plan(referral: Referral) -> OutcomeQuestion | None:
    """Plan the question for when the service has been used for a while; once for each referral.

    Returns None where the service is not used. Called again it returns the first question.
    """
    if referral.started_on is None or referral.state not in USED:
        return None
    with transaction.atomic():
        REFERRAL.lock(referral)  # two at once plan one
        there = OutcomeQuestion.objects.filter(referral=referral).order_by("pk").first()
        if there:
            return there
        days = policy_of(referral.municipality).outcome_after_days
        return OutcomeQuestion.objects.create(
            municipality_id=referral.municipality_id,
            referral=referral,
            due_on=referral.started_on + dt.timedelta(days=days),
        )


@transaction.atomic
def ask(question: OutcomeQuestion) -> bool:
    """Ask a planned question: by mail, or by a task to telephone; False where it is not to be."""
    from referrals.outcomes import tasks  # which call these verbs

    lock_kept(question.referral.person)
    referral, row = _lock(question)
    if row.state != State.PLANNED:
        return False
    if referral.state not in USED or referral.end_reason == EndReason.DIED:
        _write(row, state=State.DROPPED)
        return False
    facts: dict = {"state": State.ASKED, "asked_at": timezone.now()}
    if is_mailed(referral):
        _write(row, via=Via.MAIL, **facts)
        later(tasks.send_question, municipality=row.municipality_id, question=row.pk)
        words, told = "С връзка по е-поща.", "Пратихме ви кратък въпрос дали помощта помага."
    else:
        _write(row, via=Via.CALL, follow_up=_call(row, referral), **facts)
        words, told = "Задача за обаждане.", ""
    REFERRAL.make(referral, "ask_outcome", by=CLOCK, words=words, told=told)
    return True


@transaction.atomic
def answer(
    *, question: OutcomeQuestion, reached: str, helped: str = "", note: str = "", actor: Actor
) -> OutcomeQuestion:
    """Keep what the person answered; a „не“ leaves a task to whoever has the referral.

    ``actor`` is the citizen, by the link, or somebody at the desk who heard it. Whether it helps
    is not kept of what did not reach. Raises StepRefused where it was answered already or
    ``reached`` is no answer.
    """
    if reached not in Reached.values or helped not in ("", *Helped.values):
        raise StepRefused("Отговорете дали помощта стигна до човека.")
    lock_kept(question.referral.person)
    referral, row = _lock(question)
    if row.state == State.ANSWERED:
        raise StepRefused(ANSWERED_ALREADY)
    helped = "" if reached == Reached.NO else helped
    _write(
        row,
        state=State.ANSWERED,
        reached=reached,
        helped=helped,
        note=note,
        answered_at=timezone.now(),
        answered_by=actor.user,
    )
    words = f"Стигна ли помощта: {row.get_reached_display()}."
    if helped:
        words += f" Помага ли: {row.get_helped_display()}."
    REFERRAL.make(
        referral, "answer_outcome", by=actor, words=words, told="Записахме отговора ви. Благодарим."
    )
    call_was_made(referral=referral, about=f"outcome {row.pk}", by=actor.user, outcome=words)
    if reached == Reached.NO or helped == Helped.NO:
        _raise_it(row, referral)
    return row


@transaction.atomic
def drop(*, question: OutcomeQuestion, actor: Actor = CLOCK, note: str = "") -> bool:
    """End a question that nobody answered; False where it has ended already."""
    lock_kept(question.referral.person)
    referral, row = _lock(question)
    if row.state in (State.ANSWERED, State.DROPPED):
        return False
    _write(row, state=State.DROPPED)
    words = f"Въпросът остана без отговор. {note}".strip()
    REFERRAL.record(
        referral, "note", by=actor, words=words, source=referral.state, target=referral.state
    )
    call_was_made(referral=referral, about=f"outcome {row.pk}", by=actor.user, outcome=words)
    return True


def is_open_to_link(question: OutcomeQuestion) -> bool:
    """Say whether the link of ``question`` still opens it."""
    if question.state == State.ANSWERED:
        return True
    lives = dt.timedelta(days=LINK_DAYS)
    asked_at = question.asked_at
    return bool(question.state == State.ASKED and asked_at and timezone.now() < asked_at + lives)


def _lock(question: OutcomeQuestion) -> tuple[Referral, OutcomeQuestion]:
    referral = REFERRAL.lock(question.referral)
    return referral, OutcomeQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)


def _write(row: OutcomeQuestion, **facts) -> None:
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=list(facts))


def _call(row: OutcomeQuestion, referral: Referral) -> FollowUp | None:
    today = timezone.localdate()
    return call_task(
        referral=referral,
        about=f"outcome {row.pk}",
        title="Обадете се: стигна ли помощта и помага ли",
        note=(
            f"Насочване {referral.written}, услугата е от {referral.started_on:%d.%m.%Y} г. "
            f"Телефон: {phones_of(referral)}. Запишете отговора на страницата на насочването."
        ),
        due_on=next_working(today, changes_from(today)),
    )


def _raise_it(row: OutcomeQuestion, referral: Referral) -> None:
    """Leave whoever has the referral a task to find out why the help does not do what it should."""
    what = "не стигна до него" if row.reached == Reached.NO else "не му помага"
    today = timezone.localdate()
    call_task(
        referral=referral,
        about=f"outcome answered no {row.pk}",
        title=f"Човекът каза, че помощта {what}",
        note=(
            f"Насочване {referral.written}. Телефон: {phones_of(referral)}. Какво каза с думи, "
            "пише на страницата на насочването."
        ),
        due_on=next_working(today + dt.timedelta(days=1), changes_from(today)),
    )
