"""What is late: which cases, at what step, whom each of them waits for, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from municipalities.models import User
from referrals import clock
from referrals.assessments.models import AssessmentEvent, AssessmentState
from referrals.caseload import acting
from referrals.caseload.listing import EVERYTHING, NOBODY, CaseLine, workers
from referrals.placing.models import ReferralEvent, ReferralState
from referrals.workflow.words import ASSESSMENT_WORDS, REFERRAL_WORDS

A, R = AssessmentState, ReferralState
# Where a case may stand while it is late, and whom it waits for there.
STEPS: dict[str, tuple[str, str]] = {
    A.DRAFT: ("Оценката се подготвя", "специалистът"),
    A.REVIEW: ("Оценката чака преглед", "ръководителят"),
    R.SENT: ("Доставчикът не е отговорил", "доставчикът"),
    R.OFFERED: ("Човекът не е отговорил на предложено място", "човекът"),
    R.ACCEPTED: ("Прието, услугата не е започнала", "доставчикът"),
    R.WAITING: ("В листата на чакащите", "свободно място"),
}


class LateForm(forms.Form):
    """What the page is narrowed by: a step, somebody of the desk."""

    mark_optional = False
    stapka = forms.ChoiceField(
        label="Стъпка",
        required=False,
        choices=[*EVERYTHING, *((key, words) for key, (words, _who) in STEPS.items())],
    )
    u = forms.ChoiceField(label="У кого", required=False)

    def __init__(self, data: QueryDict):
        super().__init__(data)
        self.fields["u"].choices = [*EVERYTHING, (NOBODY, "У никого"), *workers()]

    def narrowing(self) -> Q:
        """Return the condition of the right filters; wrong ones are left out."""
        chosen, condition = self.cleaned_data, Q()
        if chosen.get("stapka"):
            condition &= Q(state=chosen["stapka"])
        if chosen.get("u") == NOBODY:
            condition &= Q(owner__isnull=True)
        elif chosen.get("u"):
            condition &= Q(owner=chosen["u"])
        return condition


def late_rows(narrowing: Q | None = None) -> tuple[QuerySet, QuerySet]:
    """Return the late assessments and referrals."""
    condition = acting.late() & (narrowing or Q())
    return (
        acting.assessments().open().filter(condition),
        acting.referrals().moving().filter(condition),
    )


@dataclass(frozen=True)
class Group:
    """So many late cases that have something in common; ``key`` is what narrows to them."""

    key: str
    words: str
    count: int


def by_step(rows: tuple[QuerySet, QuerySet]) -> list[Group]:
    """Count by step, the most first; two queries."""
    counted: dict[str, int] = {}
    for found in rows:
        counted |= dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    return _most_first(Group(key, STEPS[key][0], n) for key, n in counted.items())


def by_owner(rows: tuple[QuerySet, QuerySet]) -> list[Group]:
    """Count by whoever has them, the most first; three queries."""
    counted: dict[int | None, int] = {}
    for found in rows:
        for owner, n in found.order_by().values_list("owner").annotate(n=Count("pk")):
            counted[owner] = counted.get(owner, 0) + n
    names = dict(User.objects.filter(pk__in=[pk for pk in counted if pk]).values_list("pk", "name"))
    return _most_first(
        Group(str(pk) if pk else NOBODY, names[pk] if pk else "у никого", n)
        for pk, n in counted.items()
    )


def _most_first(groups) -> list[Group]:
    return sorted(groups, key=lambda group: (-group.count, group.words))


@dataclass(frozen=True)
class Why:
    """Why one case is late: by what it runs, where it stands, who is waited for, what was last."""

    case: CaseLine
    clock: str
    step: str
    waits_for: str
    last: str
    last_at: dt.datetime | None
    pause: str


def explained(cases: list[CaseLine]) -> list[Why]:
    """Explain each of ``cases``; two queries."""
    drafts = [case.row.pk for case in cases if not case.is_referral]
    sent = [case.row.pk for case in cases if case.is_referral]
    last: dict[tuple[bool, int], Any] = {}
    for of_draft in AssessmentEvent.objects.filter(assessment__in=drafts).order_by(
        "assessment_id", "-at", "-pk"
    ).distinct("assessment_id"):  # fmt: skip
        last[False, of_draft.assessment_id] = of_draft
    for of_sent in ReferralEvent.objects.filter(referral__in=sent).order_by(
        "referral_id", "-at", "-pk"
    ).distinct("referral_id"):  # fmt: skip
        last[True, of_sent.referral_id] = of_sent
    return [_why(case, last.get((case.is_referral, case.row.pk))) for case in cases]


def _why(case: CaseLine, step: Any) -> Why:
    row = case.row
    step_words, who = STEPS[row.state]
    if case.is_referral and row.state in (R.SENT, R.ACCEPTED):
        who = row.provider.name
    words = REFERRAL_WORDS if case.is_referral else ASSESSMENT_WORDS
    return Why(
        case=case,
        clock=_clock(case),
        step=step_words,
        waits_for=who,
        last=words.get(step.kind, "") if step else "",
        last_at=step.at if step else None,
        pause=row.pause_reason if row.paused_days and not row.paused_on else "",
    )


def _clock(case: CaseLine) -> str:
    row = case.row
    if not case.is_referral and row.is_urgent and row.follow_up_on == case.day:
        return "спешен случай: денят, до който оценката трябваше да се довърши"
    if case.is_referral and row.state == R.OFFERED:
        return "срокът, в който мястото се пази за човека"
    return clock.explained(row)
