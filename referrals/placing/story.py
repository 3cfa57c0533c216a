"""The referral's page: how it stands in words, what is next, and all that happened, in one line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import chain

from django.urls import reverse
from django.utils import timezone

from referrals.assessments.models import AssessmentState, Conclusion, NeedsAssessment
from referrals.clocked import StepEvent
from referrals.desk.listing import SOON, left_words
from referrals.placing.models import MOVING_REFERRAL, Referral, ReferralState
from referrals.placing.models_waiting import Offer
from referrals.workflow.referral import REFERRAL
from referrals.workflow.words import ASSESSMENT_WORDS, REFERRAL_WORDS

S = ReferralState
Who = StepEvent.Who
ENDS_SOON = dt.timedelta(days=14)  # before what was agreed, when somebody has to ask


@dataclass(frozen=True)
class Told:
    """One thing that happened to the person's case, to whichever of the three rows."""

    at: dt.datetime
    title: str
    words: str
    told: str
    who: str


@dataclass(frozen=True)
class Way:
    """Something that can be done: its words and its address; ``why`` where it is the next step."""

    words: str
    href: str
    why: str = ""


def story(referral: Referral) -> list[Told]:
    """Return the steps of the application, its assessment and the referral, the newest first."""
    assessment = referral.assessment
    lines = chain(
        (
            _told(one, str(one.get_kind_display()).capitalize(), "самият човек")
            for one in assessment.application.events.select_related("user").order_by("pk")
        ),
        (
            _told(one, ASSESSMENT_WORDS.get(one.kind, one.kind))
            for one in assessment.events.select_related("user").order_by("pk")
        ),
        (
            _told(one, REFERRAL_WORDS.get(one.kind, one.kind))
            for one in referral.events.select_related("user").order_by("pk")
        ),
    )
    return sorted(lines, key=lambda line: line.at)[::-1]


def _told(event: StepEvent, title: str, nobody: str = "") -> Told:
    who = event.user.name if event.user else nobody
    if not who:
        who = "самият човек" if event.who == Who.CITIZEN else str(event.get_who_display())
    return Told(event.at, title, event.words, event.told, who)


def standing(referral: Referral, position: int | None, offer: Offer | None) -> str:
    """Say how the referral stands, in a sentence or two."""
    if referral.state == S.CHOSEN:
        return _standing_of_a_choice(referral)
    if referral.state == S.SENT:
        return f"При доставчика от {_day(referral.sent_at)} Чака се отговорът му."
    if referral.state == S.WAITING:
        place = f"№ {position} в листата на чакащите" if position else "В листата на чакащите"
        return f"{place} от {_day(referral.waiting_since)} Няма свободно място."
    if referral.state == S.OFFERED:
        until = f" Отговаря до {offer.until:%d.%m.%Y} г." if offer else ""
        return f"На човека е предложено място.{until}"
    if referral.state == S.ACCEPTED:
        return "Доставчикът прие и има място. Следват оценката му, планът и договорът."
    if referral.state == S.STARTED:
        until = f" до {referral.until:%d.%m.%Y} г." if referral.until else ""
        return f"Човекът ползва услугата от {referral.started_on:%d.%m.%Y} г.{until}"
    return _standing_at_the_end(referral)


def _standing_of_a_choice(referral: Referral) -> str:
    assessment = referral.assessment
    if assessment.state == AssessmentState.DONE:
        return "Избрана е, но още не е изпратена."
    if assessment.is_urgent:
        return "Избрана е. Спешен случай: може да се изпрати преди оценката да е готова."
    return "Избрана е. Изпраща се сама, щом оценката бъде издадена."


def _standing_at_the_end(referral: Referral) -> str:
    if referral.state == S.ENDED:
        days = f"от {referral.started_on:%d.%m.%Y} до {referral.ended_on:%d.%m.%Y} г."
        return f"Човекът ползва услугата {days} Приключи: {referral.get_end_reason_display()}."
    if referral.state == S.DECLINED:
        note = f" {referral.decline_note}" if referral.decline_note else ""
        return f"Доставчикът отказа: {referral.get_decline_reason_display()}.{note}"
    return f"Оттеглено: {referral.get_withdraw_reason_display()}."


def _day(moment: dt.datetime | None) -> str:
    return f"{timezone.localtime(moment):%d.%m.%Y} г." if moment else "–."


def due(referral: Referral) -> tuple[str, str]:
    """Return how long there is and the clothes of the words; nothing where no clock runs."""
    if referral.due_on is None or referral.paused_on or referral.state not in MOVING_REFERRAL:
        return "", ""
    if referral.is_late:
        return left_words(referral.due_on), "late"
    ahead = (referral.due_on - timezone.localdate()).days
    return left_words(referral.due_on), "due" if ahead <= SOON else "plain"


def next_way(referral: Referral, *, may_work: bool, is_told: bool) -> Way | None:
    """Return the one thing the desk has to do now; None where it is somebody else's turn.

    ``is_told``: the provider has an account or was sent a link.
    """
    if not may_work:
        return None
    if referral.state == S.CHOSEN:
        return _next_of_a_choice(referral)
    if referral.state == S.SENT and not is_told:
        why = "Няма профил и е-поща. Обадете му се."
        return _way(referral, "link", "Прати връзка на доставчика", why)
    if referral.state == S.SENT and referral.is_late:
        return _way(referral, "link", "Прати връзка на доставчика", "Доставчикът не отговори.")
    if referral.state == S.OFFERED:
        return _way(referral, "offer", "Запиши отговора на човека", "Чака се какво ще каже.")
    if referral.state == S.ACCEPTED:
        why = "Щом доставчикът съобщи, че е започнало."
        return _way(referral, "start", "Запиши началото", why)
    soon = timezone.localdate() + ENDS_SOON
    if referral.state == S.STARTED and referral.until and referral.until <= soon:
        why = f"Уговореното е до {referral.until:%d.%m.%Y} г."
        return _way(referral, "prolong", "Продължи", why)
    if referral.state == S.DECLINED and not referral.replaced_by.exists():
        return _way(referral, "change", "Избери друга услуга", "Доставчикът отказа.")
    return None


def _next_of_a_choice(referral: Referral) -> Way:
    assessment = referral.assessment
    if assessment.state == AssessmentState.DONE or assessment.is_urgent:
        return _way(referral, "send", "Изпрати на доставчика", "")
    href = reverse("assessment", args=[assessment.pk])
    return Way("Довърши оценката", href, "С нея се изпраща и насочването.")


# (words, slug of the page, the step it makes, whether only whoever works on it does it)
_WAYS = (
    ("Изпрати", "send", "send", True),
    ("Отговор на предложението", "offer", "take_offer", True),
    ("Дати от доставчика", "dates", "dates", True),
    ("Запиши началото", "start", "start", True),
    ("Продължи", "prolong", "prolong", True),
    ("Приключи", "end", "end", True),
    ("Прати връзка", "link", "hand", True),
    ("Друга услуга", "change", "withdraw", True),
    ("Предимство", "priority", "set_priority", True),
    ("Спри срока", "pause", "pause", True),
    ("Продължи срока", "resume", "resume", True),
    ("Предай на колега", "hand", "hand", True),
    ("Бележка", "note", "note", False),
    ("Оттегли", "withdraw", "withdraw", True),
)


def ways(
    referral: Referral,
    *,
    may_work: bool,
    has_rule: bool,
    without: Way | None,
) -> list[Way]:
    """Return what else may be done, in the order in which it usually is."""
    found = []
    for words, slug, step, is_for_owner in _WAYS:
        if is_for_owner and not may_work:
            continue
        if not REFERRAL.may(referral, step) or not _makes_sense(referral, slug, has_rule):
            continue
        found.append(_way(referral, slug, words, ""))
    if may_work and referral.is_open and _leads_to_services(referral.assessment):
        href = reverse("choose_services", args=[referral.assessment_id])
        found.append(Way("Още една услуга", href))
    return [way for way in found if without is None or way.href != without.href]


def _leads_to_services(assessment: NeedsAssessment) -> bool:
    is_done = assessment.state == AssessmentState.DONE
    return is_done and assessment.outcome == Conclusion.REFERRED


def _makes_sense(referral: Referral, slug: str, has_rule: bool) -> bool:
    if slug == "priority":
        return has_rule or referral.priority_id is not None
    if slug == "pause":
        return referral.paused_on is None and referral.due_on is not None
    if slug == "resume":
        return referral.paused_on is not None
    if slug == "send":
        assessment = referral.assessment
        return assessment.state == AssessmentState.DONE or assessment.is_urgent
    return True


def _way(referral: Referral, slug: str, words: str, why: str) -> Way:
    return Way(words, reverse("referral_step", args=[referral.pk, slug]), why)
