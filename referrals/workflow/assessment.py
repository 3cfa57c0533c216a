"""The machine of the preliminary assessment: from the first question to a numbered document."""

from __future__ import annotations

from django.utils import timezone

from referrals.assessments.models import (
    OPEN_ASSESSMENT,
    AssessmentEvent,
    AssessmentState,
    Conclusion,
    NeedsAssessment,
)
from referrals.placing.models import Referral, ReferralQuerySet, ReferralState
from referrals.policy import ReferringPolicy, policy_of
from referrals.workflow.machine import DESK, Demand, Machine, Step, Who

S = AssessmentState
HEAD = frozenset({Who.HEAD})


def _application(assessment: NeedsAssessment) -> str:
    application = assessment.application
    if application.is_alert:
        return "По сигнал не се прави оценка: нужно е желание на самия човек."
    if application.confirmed_at is None:
        return "Първо потвърдете с човека, че това е желанието му."
    if application.person_id is None:
        return "Първо свържете заявлението с лице."
    return ""


def _filled(assessment: NeedsAssessment) -> str:
    return "" if assessment.is_complete else "Има въпроси, на които още не е отговорено."


def _concluded(assessment: NeedsAssessment) -> str:
    if not assessment.outcome:
        return "Изберете заключение."
    away = (Conclusion.DIRECTORATE, Conclusion.OTHER)
    if assessment.outcome in away and not assessment.authority:
        return "Напишете към кой орган се пренасочва."
    if assessment.outcome == Conclusion.REFERRED and not assessment.kinds.exists():
        return "Отбележете от какъв вид услуга има нужда човекът."
    return ""


def _heard(assessment: NeedsAssessment) -> str:
    return "" if assessment.participation else "Напишете как е участвал човекът."


def going_on(assessment: NeedsAssessment) -> ReferralQuerySet:
    """Return what the person was referred to by an earlier assessment of the same application.

    A new assessment does not interrupt it: a service that is used, or waited for, goes on.
    """
    rows = Referral.objects.open().exclude(state=ReferralState.CHOSEN)
    of_it = rows.filter(assessment__application_id=assessment.application_id)
    return of_it.exclude(assessment_id=assessment.pk)


def _chosen(assessment: NeedsAssessment) -> str:
    chosen = assessment.referrals.open().exists()
    if assessment.outcome == Conclusion.REFERRED and not (chosen or going_on(assessment).exists()):
        return "Изберете поне една услуга."
    if assessment.outcome != Conclusion.REFERRED and chosen:
        return "Има избрана услуга, а заключението не е насочване. Махнете я или го сменете."
    return ""


def needs_review(assessment: NeedsAssessment, policy: ReferringPolicy) -> bool:
    """Say whether the municipality asks for the head's eyes before this one is a document."""
    if policy.review == ReferringPolicy.Review.ALWAYS:
        return True
    is_refusal = assessment.outcome != Conclusion.REFERRED
    return policy.review == ReferringPolicy.Review.REFUSALS and is_refusal


def _reviewed(assessment: NeedsAssessment) -> str:
    """By somebody else than who prepared it, where the municipality asks for it."""
    if not needs_review(assessment, policy_of(assessment.municipality)):
        return ""
    if assessment.reviewed_by_id is None:
        return "По правилата на общината оценката първо се преглежда от ръководителя."
    if assessment.reviewed_by_id == assessment.prepared_by_id:
        return "Оценката се преглежда от друг човек, не от този, който я е изготвил."
    return ""


def _numbered(assessment: NeedsAssessment) -> str:
    there = assessment.number and assessment.issued_on and assessment.documents.exists()
    return "" if there else "Документът още не е изготвен."


def _urgent(assessment: NeedsAssessment) -> str:
    if not assessment.urgent_reason:
        return "Напишете защо случаят е спешен."
    if assessment.follow_up_on is None:
        return "Напишете до кога ще се довърши оценката."
    return ""


def _unsent(assessment: NeedsAssessment) -> str:
    if assessment.referrals.open().exclude(state="chosen").exists():
        return "Има насочване по нея. Първо го оттеглете."
    return ""


def _followed(assessment: NeedsAssessment) -> str:
    there = assessment.replaced_by.filter(state=S.DONE).exists()
    return "" if there else "Новата оценка още не е изготвена."


APPLICATION = Demand("потвърдено желание на известно лице", _application)
FILLED = Demand("отговорени задължителни въпроси", _filled)
HEARD = Demand("участие на човека", _heard)
CONCLUDED = Demand("заключение", _concluded)
CHOSEN = Demand("избрана услуга, ако се насочва", _chosen)
REVIEWED = Demand("преглед от друг, ако общината го иска", _reviewed)
NUMBERED = Demand("документ с номер и дата", _numbered)
URGENT = Demand("причина и дата за довършване", _urgent)
UNSENT = Demand("нищо не е изпратено по нея", _unsent)
FOLLOWED = Demand("изготвена нова оценка", _followed)
READY = (FILLED, HEARD, CONCLUDED, CHOSEN)


def _entered(assessment: NeedsAssessment, state: str) -> None:
    if state in OPEN_ASSESSMENT:
        assessment.closed_at = None
    elif assessment.closed_at is None:
        assessment.closed_at = timezone.now()


STEPS: dict[str, Step] = {
    "begin": Step("започва", (), S.DRAFT, "begun", DESK, (APPLICATION,)),
    "fill": Step("попълва се", (S.DRAFT,), None, "filled", DESK),
    "mark_urgent": Step("отбелязва се като спешна", (S.DRAFT,), None, "urgent", DESK, (URGENT,)),
    "unmark_urgent": Step("вече не е спешна", (S.DRAFT,), None, "not_urgent", DESK, (UNSENT,)),
    "pause": Step("срокът спира", OPEN_ASSESSMENT, None, "paused", DESK),
    "resume": Step("срокът продължава", OPEN_ASSESSMENT, None, "resumed", DESK),
    "hand": Step("предава се", OPEN_ASSESSMENT, None, "handed", DESK),
    "note": Step("бележка", tuple(S), None, "note", DESK),
    "submit": Step("дава се за преглед", (S.DRAFT,), S.REVIEW, "submitted", DESK, READY),
    "give_back": Step("връща се за поправка", (S.REVIEW,), S.DRAFT, "returned", HEAD),
    "approve": Step(
        "преглежда се и се издава",
        (S.REVIEW,),
        S.DONE,
        "done",
        HEAD,
        (*READY, REVIEWED, NUMBERED),
    ),
    "finish": Step("издава се", (S.DRAFT,), S.DONE, "done", DESK, (*READY, REVIEWED, NUMBERED)),
    "reissue": Step("нов екземпляр", (S.DONE,), None, "reissued", DESK),
    "cancel": Step("прекратява се", OPEN_ASSESSMENT, S.CANCELLED, "cancelled", DESK, (UNSENT,)),
    "replace": Step("заменя се с нова", (S.DONE,), S.REPLACED, "replaced", DESK, (FOLLOWED,)),
}

ASSESSMENT = Machine(
    name="assessment",
    title="Предварителна оценка",
    model=NeedsAssessment,
    states=AssessmentState,
    events=AssessmentEvent,
    parent="assessment",
    thing="Оценката",
    steps=STEPS,
    entered=_entered,
)
