"""The verbs upon a preliminary assessment, from its first question to its document.

Each is one transaction, moves through ``workflow.assessment.ASSESSMENT`` and leaves a step on
record: ``words`` for staff, without anything of the answers; ``told`` for the citizen. All need the
scope of the municipality; who may call which is said by ``referrals.permissions`` and asked by the
views. With ``version`` each raises ``RowChanged`` where somebody else saved meanwhile; each raises
``StepRefused`` where the step cannot be made. Locks are taken in the order person, application,
assessment, services, counter of numbers.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from copy import copy
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from frontoffice.followups.following import NotAColleague, colleagues
from frontoffice.kept import lock_kept
from municipalities import numbering
from municipalities.models import User
from municipalities.uploads import discard
from referrals import clock
from referrals.applications import handling
from referrals.applications.models import Application, Outcome
from referrals.assessments import contents as held
from referrals.assessments.contents import Contents
from referrals.assessments.models import (
    SERIES,
    AssessmentEvent,
    AssessmentState,
    Conclusion,
    NeedsAssessment,
)
from referrals.assessments.models_form import AssessmentForm
from referrals.placing.models import Referral, ReferralState
from referrals.policy import policy_of
from referrals.workflow.assessment import APPLICATION, ASSESSMENT, NUMBERED, needs_review
from referrals.workflow.machine import Actor, RowChanged, StepRefused
from services_registry.models import Service

NORM = "preliminary-assessment"
FACTS = (
    "held_on",
    "participation",
    "intensity",
    "term",
    "is_complex",
    "outcome",
    "authority",
)
STILL_THERE = "По това заявление вече се прави оценка."
NO_FORM = "Няма форма за оценка в сила. Ръководителят или администраторът я въвежда в управлението."


@transaction.atomic
def begin(
    *,
    application: Application,
    actor: Actor,
    form_key: uuid.UUID,
    replaces: NeedsAssessment | None = None,
) -> NeedsAssessment:
    """Begin an assessment of a confirmed application of a known person; return it.

    An open application ends with it as its outcome, and its clock goes on here. ``replaces`` is a
    done assessment of the same application in whose place this one comes when it is done: what was
    answered there is where it begins, and its clock starts today. The same ``form_key`` again finds
    the first one. Whoever begins it has it.
    """
    if existing := NeedsAssessment.objects.filter(form_key=form_key).first():
        return existing
    person = lock_kept(application.person)
    now = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    # Again, now that whoever began it at the same time is done.
    if existing := NeedsAssessment.objects.filter(form_key=form_key).first():
        return existing
    if NeedsAssessment.objects.open().filter(application=now).exists():
        raise StepRefused(STILL_THERE)
    done = NeedsAssessment.objects.filter(application=now, state=AssessmentState.DONE).first()
    if done and replaces is None:
        raise StepRefused(f"По заявлението вече има оценка {done.number}. Заменете нея с нова.")
    form = AssessmentForm.objects.in_force().first()
    if form is None:
        raise StepRefused(NO_FORM)
    row = NeedsAssessment(
        municipality_id=now.municipality_id,
        application=now,
        person=person,
        form=form,
        owner=_user(actor),
        prepared_by=_user(actor),
        form_key=form_key,
    )
    if lacks := APPLICATION.missing(row):
        raise StepRefused(lacks)
    told = "Започнахме предварителната оценка на нуждите ви."
    if now.is_open:
        row.application = now = handling.close(
            application=now, by=_user(actor), outcome=Outcome.ASSESSMENT
        )
        told = ""  # the end of the application says it
    elif now.outcome != Outcome.ASSESSMENT:
        raise StepRefused("Заявлението е приключило по друг начин. Първо го отворете отново.")
    _set(row, clock.carried(now))
    words = ""
    if replaces is not None:
        words, told = _begin_instead(row, replaces), "Започнахме нова оценка на нуждите ви."
    else:
        held.write(row, Contents())
    try:
        with transaction.atomic():
            ASSESSMENT.begin("begin", row, by=actor, words=words, told=told)
    except IntegrityError as error:
        raise StepRefused(STILL_THERE) from error
    return row


def _begin_instead(row: NeedsAssessment, old: NeedsAssessment) -> str:
    """Let ``row`` begin with what was answered in ``old``; return the words of the step."""
    if old.application_id != row.application_id or old.state != AssessmentState.DONE:
        raise StepRefused("Заменя се само изготвена оценка по същото заявление.")
    row.replaces = old
    _set(row, {**clock.started(NORM, timezone.localdate()), "paused_days": 0})
    held.write(row, held.carried_over(old, row.form))
    return f"Вместо {old.number}."


@sensitive_variables("contents")
@transaction.atomic
def save(
    *,
    assessment: NeedsAssessment,
    actor: Actor,
    contents: Contents,
    version: int | None = None,
    kinds: Iterable[Any] | None = None,
    **facts: Any,
) -> NeedsAssessment:
    """Keep what is written so far. ``facts`` are of ``FACTS``; ``kinds`` are kinds of чл. 15."""
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise TypeError(f"Not facts of an assessment: {sorted(unknown)}")
    locked = _lock(assessment, version)
    held.write(locked, contents)
    changed = ASSESSMENT.make(
        locked,
        "fill",
        by=actor,
        data=locked.data,
        is_complete=locked.is_complete,
        **facts,
    )
    if kinds is not None:
        changed.kinds.set(kinds)
    return changed


@transaction.atomic
def submit(
    *, assessment: NeedsAssessment, actor: Actor, version: int | None = None
) -> NeedsAssessment:
    """Give it to the head to read; whoever gives it is who prepared it."""
    return ASSESSMENT.make(
        assessment,
        "submit",
        by=actor,
        version=version,
        prepared_by=_user(actor),
        reviewed_by=None,
    )


@transaction.atomic
def give_back(
    *, assessment: NeedsAssessment, actor: Actor, reason: str, version: int | None = None
) -> NeedsAssessment:
    """The head gives it back to be corrected, and says why."""
    if not reason.strip():
        raise StepRefused("Напишете какво да се поправи.")
    return ASSESSMENT.make(assessment, "give_back", by=actor, words=reason, version=version)


def missing_for(
    assessment: NeedsAssessment, step: str, *, reviewer: User | None = None
) -> list[str]:
    """Return in Bulgarian all that ``step`` lacks, but the number and document it makes itself."""
    if step == "approve":
        assessment = copy(assessment)
        assessment.reviewed_by = reviewer
    demands = ASSESSMENT.steps[step].demands
    found = [one.missing(assessment) for one in demands if one is not NUMBERED]
    return [words for words in found if words]


def asks_review(assessment: NeedsAssessment) -> bool:
    """Say whether the head has to see it before it is a document, as it stands now."""
    return needs_review(assessment, policy_of(assessment.municipality))


@transaction.atomic
def finish(
    *, assessment: NeedsAssessment, actor: Actor, version: int | None = None
) -> NeedsAssessment:
    """Make it a document: number, date, file; then send the services that were chosen.

    From a draft it is finished, from a review approved by whoever read it. What it lacks is
    refused before a number is taken. With what it replaces that one ends. Where one of the services
    cannot be sent nothing of this happens: StepRefused says which.
    """
    from referrals.assessments.documents import make_document

    _lock_before(assessment)
    locked = _lock(assessment, version)
    step = "approve" if locked.state == AssessmentState.REVIEW else "finish"
    if not ASSESSMENT.may(locked, step, actor):
        return ASSESSMENT.make(locked, step, by=actor)  # says why not
    _set(locked, _signed(step, actor))
    if lacks := missing_for(locked, step, reviewer=locked.reviewed_by):
        raise StepRefused(" ".join(lacks))
    chosen = _chosen(locked)
    year, sequence = numbering.take(locked.municipality, SERIES)
    number = numbering.written(SERIES, year, sequence)
    made: dict[str, Any] = {
        "number": number,
        "number_year": year,
        "number_seq": sequence,
        "issued_on": timezone.localdate(),
        "prepared_by": locked.prepared_by,
        "reviewed_by": locked.reviewed_by,
        **clock.resumed(locked, timezone.localdate()),
    }
    _set(locked, made)
    document = make_document(assessment=locked, actor=actor)
    try:
        return _issued(locked, step, actor, made, chosen)
    except BaseException:
        discard(document.path)  # the row goes with the transaction
        raise


def _issued(
    locked: NeedsAssessment, step: str, actor: Actor, made: dict[str, Any], chosen: list[Referral]
) -> NeedsAssessment:
    """Make the step that ends it, end what it replaces, send what was chosen."""
    from referrals.placing.referring import send

    words = f"{locked.number}. {locked.get_outcome_display().capitalize()}."
    done = ASSESSMENT.make(locked, step, by=actor, words=words, told=_told_end(locked), **made)
    if done.replaces_id:
        _replace(done, actor)
    for referral in chosen:
        referral.assessment = done
        try:
            send(referral=referral, actor=actor)
        except StepRefused as refused:
            raise StepRefused(f"{referral.service.name}: {refused}") from refused
    return done


def _signed(step: str, actor: Actor) -> dict[str, Any]:
    """Who prepared it is who finishes it without a review; who approves has read it."""
    if step == "approve":
        return {"reviewed_by": _user(actor)}
    return {"prepared_by": _user(actor), "reviewed_by": None}


def _chosen(assessment: NeedsAssessment) -> list[Referral]:
    """Return the services chosen by it, each held: nobody else writes of its places meanwhile."""
    rows = Referral.objects.filter(assessment=assessment, state=ReferralState.CHOSEN)
    services = list(rows.order_by().values_list("service_id", flat=True))
    held_rows = Service.objects.filter(pk__in=services).order_by("pk")
    list(held_rows.select_for_update(of=("self",)).values_list("pk"))
    return list(rows.select_related("service").order_by("ordinal"))


def _replace(done: NeedsAssessment, actor: Actor) -> None:
    old = done.replaces
    if old is not None and old.state == AssessmentState.DONE:
        ASSESSMENT.make(old, "replace", by=actor, words=f"С {done.number}.")


def _told_end(assessment: NeedsAssessment) -> str:
    """Return what the citizen reads of the end. No norm and no reason is in it."""
    number = f"Предварителната оценка е готова, №\u00a0{assessment.number}."
    authority = assessment.authority
    ends: dict[str, str] = {
        Conclusion.REFERRED: "Насочваме ви към услугата, която избрахте. "
        "Доставчикът ѝ ще отговори дали може да ви приеме.",
        Conclusion.DIRECTORATE: f"За тази подкрепа насочва друг орган: {authority}. "
        "Изпращаме му оценката.",
        Conclusion.OTHER: f"По въпроса ви решава друг орган: {authority}.",
        Conclusion.NO_NEED: "Не се установи нужда от специализирана услуга. "
        "Причините са в документа. Можете да го получите при нас.",
        Conclusion.WITHDRAWN: "Записахме, че вече не желаете услуга.",
    }
    return f"{number} {ends[assessment.outcome]}"


@transaction.atomic
def cancel(
    *, assessment: NeedsAssessment, actor: Actor, reason: str, version: int | None = None
) -> NeedsAssessment:
    """End it without a document because the person no longer wishes it; ``reason`` is for staff.

    Services that were only chosen go with it; one that was sent has to be withdrawn first.
    """
    from referrals.placing.referring import take_back

    if not reason.strip():
        raise StepRefused("Напишете защо се прекратява.")
    _lock_before(assessment)
    locked = _lock(assessment, version)
    if ASSESSMENT.may(locked, "cancel", actor):
        for referral in _chosen(locked):
            take_back(referral=referral, actor=actor)
        locked = _lock(locked)
    return ASSESSMENT.make(
        locked,
        "cancel",
        by=actor,
        words=reason,
        told="Предварителната оценка е прекратена. Ако още имате нужда от подкрепа, "
        "обърнете се към нас по всяко време.",
        outcome=Conclusion.WITHDRAWN,
        **clock.resumed(locked, timezone.localdate()),
    )


@transaction.atomic
def mark_urgent(
    *,
    assessment: NeedsAssessment,
    actor: Actor,
    reason: str,
    follow_up_on: dt.date,
    version: int | None = None,
) -> NeedsAssessment:
    """Let the person be referred before the assessment is done: why, and until when it will be."""
    if follow_up_on < timezone.localdate():
        raise StepRefused("Денят за довършване не може да е минал.")
    words = f"Довършва се до {follow_up_on:%d.%m.%Y} г."
    return ASSESSMENT.make(
        assessment,
        "mark_urgent",
        by=actor,
        words=words,
        told="Разглеждаме случая ви като спешен.",
        version=version,
        is_urgent=True,
        urgent_reason=reason.strip(),
        follow_up_on=follow_up_on,
    )


@transaction.atomic
def unmark_urgent(
    *, assessment: NeedsAssessment, actor: Actor, version: int | None = None
) -> NeedsAssessment:
    """It goes on as every other; refused once somebody was referred by it."""
    return ASSESSMENT.make(
        assessment,
        "unmark_urgent",
        by=actor,
        version=version,
        is_urgent=False,
        urgent_reason="",
        follow_up_on=None,
    )


@transaction.atomic
def pause(
    *, assessment: NeedsAssessment, actor: Actor, reason: str, version: int | None = None
) -> NeedsAssessment:
    """Stop the clock, and say why."""
    locked = _lock(assessment, version)
    if locked.paused_on:
        raise StepRefused("Срокът вече е спрян.")
    if not reason.strip():
        raise StepRefused("Напишете защо спира срокът.")
    return ASSESSMENT.make(
        locked,
        "pause",
        by=actor,
        words=reason,
        told="Срокът за оценката е спрян. Ще ви кажем, когато продължи.",
        paused_on=timezone.localdate(),
        pause_reason=reason.strip(),
    )


@transaction.atomic
def resume(
    *, assessment: NeedsAssessment, actor: Actor, note: str = "", version: int | None = None
) -> NeedsAssessment:
    """Let the clock go on from today; its day moves by as much as it stood."""
    locked = _lock(assessment, version)
    if locked.paused_on is None:
        raise StepRefused("Срокът не е спрян.")
    return ASSESSMENT.make(
        locked,
        "resume",
        by=actor,
        words=note,
        told="Срокът за оценката отново тече.",
        pause_reason="",
        **clock.resumed(locked, timezone.localdate()),
    )


@transaction.atomic
def hand(
    *,
    assessment: NeedsAssessment,
    actor: Actor,
    to: User,
    note: str = "",
    version: int | None = None,
) -> NeedsAssessment:
    """Give it to ``to``; raises NotAColleague. Where they have it already nothing happens."""
    if not colleagues().filter(user=to).exists():
        raise NotAColleague
    locked = _lock(assessment, version)
    if locked.owner_id == to.pk and locked.is_open:
        return locked
    had = f"Беше у {locked.owner.name}." if locked.owner else ""
    words = " ".join(part for part in (f"Дадено на {to.name}.", had, note) if part)
    return ASSESSMENT.make(locked, "hand", by=actor, words=words, owner=to)


@transaction.atomic
def note(*, assessment: NeedsAssessment, actor: Actor, text: str) -> NeedsAssessment:
    """Keep a word among staff; the same words twice in a moment are kept once."""
    locked = _lock(assessment)
    since = timezone.now() - handling.SAID_AGAIN
    alike = AssessmentEvent.objects.filter(assessment=locked, kind="note", user=actor.user)
    if alike.filter(at__gt=since, words=text[:1000]).exists():
        return locked
    return ASSESSMENT.make(locked, "note", by=actor, words=text)


@transaction.atomic
def reissue(*, assessment: NeedsAssessment, actor: Actor, reason: str) -> NeedsAssessment:
    """Make the next edition of the document of a done assessment: its services changed."""
    from referrals.assessments.documents import make_document

    locked = _lock(assessment)
    if not ASSESSMENT.may(locked, "reissue", actor):
        return ASSESSMENT.make(locked, "reissue", by=actor)  # says why not
    edition = make_document(assessment=locked, actor=actor, reason=reason).edition
    return ASSESSMENT.make(locked, "reissue", by=actor, words=f"Екземпляр {edition}: {reason}")


def _lock(assessment: NeedsAssessment, version: int | None = None) -> NeedsAssessment:
    locked = ASSESSMENT.lock(assessment)
    if version is not None and locked.version != version:
        raise RowChanged(locked)
    return locked


def _lock_before(assessment: NeedsAssessment) -> None:
    """Hold what stands before the assessment in the order of locks: its person, its application."""
    lock_kept(assessment.person)
    list(
        Application.objects.select_for_update(of=("self",))
        .filter(pk=assessment.application_id)
        .values_list("pk")
    )


def _set(row: NeedsAssessment, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        setattr(row, name, value)


def _user(actor: Actor) -> User:
    if actor.user is None:
        raise StepRefused("Това се прави от служител.")
    return actor.user
