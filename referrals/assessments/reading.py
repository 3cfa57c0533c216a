"""What the pages of an assessment show besides its answers: the next step, what may be done."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from referrals.assessments import assessing
from referrals.assessments.models import (
    AssessmentEvent,
    AssessmentState,
    Conclusion,
    NeedsAssessment,
)
from referrals.desk.listing import left_words
from referrals.permissions import can_review, can_work_on_case
from referrals.placing.models import Referral
from referrals.workflow.assessment import ASSESSMENT, going_on
from referrals.workflow.machine import Actor, Who

EVENTS = {
    "begun": "Започната",
    "filled": "Попълвана",
    "urgent": "Отбелязана като спешна",
    "not_urgent": "Вече не е спешна",
    "paused": "Срокът е спрян",
    "resumed": "Срокът продължава",
    "handed": "Предадена",
    "note": "Бележка",
    "submitted": "Дадена за преглед",
    "returned": "Върната за поправка",
    "done": "Издадена",
    "reissued": "Нов екземпляр",
    "cancelled": "Прекратена",
    "replaced": "Заменена с нова",
}


@dataclass(frozen=True)
class Way:
    """Something that can be done: its words and its address, and why it is next."""

    words: str
    href: str
    why: str = ""


def address(name: str, *args: object) -> str:
    """Return the address of a page, „“ where the portal has none of that name."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def actor_in(request: HttpRequest) -> Actor:
    """Return as what the signed-in person acts here, by the role they entered with."""
    who = Who.HEAD if can_review(request) else Who.SPECIALIST
    return Actor(who, request.membership.user)


def services_of(assessment: NeedsAssessment) -> list[Referral]:
    """Return the services chosen with an assessment and what became of each, in order.

    What goes on by an earlier assessment of the application comes first.
    """
    rows = Referral.objects.filter(assessment=assessment) | going_on(assessment)
    return list(rows.for_listing().order_by("assessment_id", "ordinal"))


def next_way(assessment: NeedsAssessment, request: HttpRequest) -> Way | None:
    """Return the one thing to do now; None where it is over or somebody else's turn."""
    if assessment.state == AssessmentState.REVIEW:
        if can_review(request):
            return Way("Прегледай", reverse("assessment_check", args=[assessment.pk]),
                       "Дадена е за преглед.")  # fmt: skip
        return None
    if assessment.state != AssessmentState.DRAFT or not can_work_on_case(request, assessment):
        return None
    here = [assessment.pk]
    if not (assessment.is_complete and assessment.participation):
        return Way("Попълни", reverse("assessment_fill", args=here))
    if not assessment.outcome:
        return Way("Заключение", reverse("assessment_conclude", args=here))
    is_referring = assessment.outcome == Conclusion.REFERRED
    choose = address("choose_services", assessment.pk)
    is_chosen = assessment.referrals.open().exists() or going_on(assessment).exists()
    if is_referring and choose and not is_chosen:
        return Way("Избери услуги", choose, "Още не е избрана услуга.")
    return Way("Провери и издай", reverse("assessment_check", args=here))


# (words, the step of the address, the step it makes, whether only whoever works on it does it)
_STEPS = (
    ("Спешен случай", "urgent", "mark_urgent", True),
    ("Вече не е спешен", "not_urgent", "unmark_urgent", True),
    ("Спри срока", "pause", "pause", True),
    ("Продължи срока", "resume", "resume", True),
    ("Върни за поправка", "return", "give_back", False),
    ("Предай на колега", "hand", "hand", True),
    ("Бележка", "note", "note", False),
    ("Прекрати", "cancel", "cancel", True),
)


def ways(assessment: NeedsAssessment, request: HttpRequest, actor: Actor) -> list[Way]:
    """Return what may be done, in the order in which it usually is."""
    may_work, found = can_work_on_case(request, assessment), []
    is_paused, is_urgent = assessment.paused_on is not None, assessment.is_urgent
    hidden = {
        "pause": is_paused,
        "resume": not is_paused,
        "urgent": is_urgent,
        "not_urgent": not is_urgent,
    }
    for words, slug, step, is_for_owner in _STEPS:
        if hidden.get(slug) or (is_for_owner and not may_work):
            continue
        if ASSESSMENT.may(assessment, step, actor):
            found.append(Way(words, reverse("assessment_step", args=[assessment.pk, slug])))
    if assessment.state == AssessmentState.DONE and may_work:
        found.append(Way("Нова оценка", reverse("assessment_replace", args=[assessment.pk])))
        letter = address("assessment_redirect", assessment.pk)
        if assessment.outcome == Conclusion.DIRECTORATE and letter:
            found.append(Way("Писмо до ДСП", letter))
    return found


def story(assessment: NeedsAssessment) -> list[AssessmentEvent]:
    """Return the steps, the latest first; fillings in a row by one person are one."""
    rows: QuerySet[AssessmentEvent] = assessment.events.select_related("user")
    found: list[AssessmentEvent] = []
    for event in rows.order_by("-at", "-pk"):
        event.title = EVENTS.get(event.kind, event.kind)
        last = found[-1] if found else None
        is_same = last and (last.kind, last.user_id) == (event.kind, event.user_id)
        if event.kind == "filled" and is_same:
            continue
        found.append(event)
    return found


def deadline(assessment: NeedsAssessment, soon: int) -> tuple[str, str]:
    """Return how long there is and its clothes (late, due, plain); „“ where no clock runs."""
    if not assessment.due_on or not assessment.is_open or assessment.paused_on:
        return "", ""
    ahead = (assessment.due_on - timezone.localdate()).days
    kind = "late" if ahead < 0 else "due" if ahead <= soon else "plain"
    return left_words(assessment.due_on), kind


@dataclass(frozen=True)
class Lack:
    """Something that is missing before it is a document, and the page where it is put right."""

    words: str
    href: str


_WHERE = (
    ("Има въпроси", "assessment_fill"),
    ("Напишете как е участвал", "assessment_fill"),
    ("Изберете поне една услуга", "choose_services"),
    ("Има избрана услуга", "choose_services"),
    ("По правилата на общината", ""),
    ("Оценката се преглежда от друг", ""),
)


def lacks(assessment: NeedsAssessment, step: str, actor: Actor) -> list[Lack]:
    """Return what ``step`` lacks, each with the page where it is put right."""
    found = []
    for words in assessing.missing_for(assessment, step, reviewer=actor.user):
        page = next((name for start, name in _WHERE if words.startswith(start)), None)
        name = "assessment_conclude" if page is None else page
        found.append(Lack(words, address(name, assessment.pk) if name else ""))
    return found
