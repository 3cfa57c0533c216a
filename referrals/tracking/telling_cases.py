"""What a citizen reads after their application: of the assessment, of each service, of an offer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.applications.models import Application
from referrals.assessments.models import (
    AssessmentDocument,
    AssessmentEvent,
    AssessmentState,
    Conclusion,
    NeedsAssessment,
)
from referrals.kinds.models import OnBehalf
from referrals.placing.models import OPEN_REFERRAL, Referral, ReferralEvent, ReferralState
from referrals.placing.models_waiting import Offer
from referrals.placing.waiting import positions
from referrals.workflow.machine import CITIZEN
from referrals.workflow.referral import REFERRAL

MOST_STEPS = 100  # told to a citizen on one page, the latest
S = ReferralState
TITLES: dict[str, Promise] = {
    "begun": gettext_lazy("Предварителна оценка"),
    "urgent": gettext_lazy("Спешен случай"),
    "paused": gettext_lazy("Срокът е спрян"),
    "resumed": gettext_lazy("Срокът продължава"),
    "done": gettext_lazy("Оценката е готова"),
    "reissued": gettext_lazy("Нов екземпляр на оценката"),
    "cancelled": gettext_lazy("Оценката е прекратена"),
    "replaced": gettext_lazy("Нова оценка"),
    "sent": gettext_lazy("Насочени сте"),
    "accepted": gettext_lazy("Доставчикът ви приема"),
    "waiting": gettext_lazy("В листата на чакащите"),
    "declined": gettext_lazy("Доставчикът отказа"),
    "offered": gettext_lazy("Предложено място"),
    "offer_taken": gettext_lazy("Приехте мястото"),
    "offer_passed": gettext_lazy("Чакате друго място"),
    "offer_lapsed": gettext_lazy("Предложението изтече"),
    "dates": gettext_lazy("Срещи с доставчика"),
    "started": gettext_lazy("Услугата започна"),
    "prolonged": gettext_lazy("Услугата е продължена"),
    "ended": gettext_lazy("Услугата приключи"),
    "withdrawn": gettext_lazy("Насочването е оттеглено"),
    "said": gettext_lazy("Съобщение от доставчика"),
    "asked": gettext_lazy("Въпрос към вас"),
    "answered": gettext_lazy("Вашият отговор"),
}
# The state of a referral as a word, and the kind of tag it stands in.
STATES: dict[str, tuple[Promise, str]] = {
    S.SENT: (gettext_lazy("Чакаме доставчика"), ""),
    S.WAITING: (gettext_lazy("В листата на чакащите"), ""),
    S.OFFERED: (gettext_lazy("Има свободно място, чакаме вас"), "due"),
    S.ACCEPTED: (gettext_lazy("Прието, има място"), "ok"),
    S.STARTED: (gettext_lazy("Услугата се ползва"), "ok"),
    S.ENDED: (gettext_lazy("Приключи"), "plain"),
    S.DECLINED: (gettext_lazy("Доставчикът отказа"), "plain"),
    S.WITHDRAWN: (gettext_lazy("Оттеглено"), "plain"),
}
NEXT: dict[str, Promise] = {
    S.SENT: gettext_lazy("Доставчикът разглежда насочването и ще отговори."),
    S.WAITING: gettext_lazy("Ще ви съобщим, щом дойде редът. Не е нужно да правите нищо."),
    S.ACCEPTED: gettext_lazy(
        "Доставчикът ще се свърже с вас за своя оценка, план за подкрепа и договор."
    ),
    S.DECLINED: gettext_lazy("Служител ще ви потърси, за да изберете друга услуга."),
}
# What follows a finished assessment, by how it ended.
ENDS: dict[str, Promise] = {
    Conclusion.DIRECTORATE: gettext_lazy(
        "За нужната услуга насочва дирекция „Социално подпомагане“. Общината ѝ изпраща оценката "
        "с писмо."
    ),
    Conclusion.OTHER: gettext_lazy("Пренасочихме ви към друг орган, който ще ви отговори."),
    Conclusion.NO_NEED: gettext_lazy(
        "Оценката не установи нужда от специализирана услуга. Защо и как може да възразите, пише "
        "в документа."
    ),
    Conclusion.WITHDRAWN: gettext_lazy(
        "Няма следваща стъпка, защото казахте, че не желаете услуга."
    ),
}


@dataclass(frozen=True)
class Placing:
    """One service to which the person was referred, as the page shows it."""

    referral: Referral
    state: str
    state_kind: str
    next_step: str
    place_in_line: str
    offer: Offer | None
    may_refuse: bool


@dataclass(frozen=True)
class Cases:
    """What came of an application. ``state`` is empty where nothing came of it yet."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    state: str = ""
    state_kind: str = ""
    next_step: str = ""
    due_on: dt.date | None = None
    due_basis: str = ""
    is_late: bool = False
    placings: list[Placing] = field(default_factory=list)
    document: AssessmentDocument | None = None


def cases_of(application: Application) -> Cases:
    """Return what came of ``application``: one query where nothing did, else seven at the most.

    Needs the municipality's scope. What was only chosen and not sent is not told.
    """
    assessments = list(application.assessments.defer("data").order_by("-created_at", "-pk"))
    if not assessments:
        return Cases()
    latest = next(
        (one for one in assessments if one.state != AssessmentState.CANCELLED), assessments[0]
    )
    referrals = list(referrals_for_citizen(application))
    placings = _placings(application, referrals)
    state, kind, next_step = _standing(latest, referrals)
    due_on, basis = _deadline(latest)
    return Cases(
        steps=_steps(assessments, referrals),
        state=state,
        state_kind=kind,
        next_step=next_step,
        due_on=due_on,
        due_basis=basis,
        is_late=due_on is not None and latest.is_late,
        placings=placings,
        document=documents_for_citizen(application).first(),
    )


def referrals_for_citizen(application: Application):
    """Return the referrals that came of ``application`` and were sent, the newest last."""
    return (
        Referral.objects.filter(assessment__application=application, sent_at__isnull=False)
        .select_related("service__municipality", "provider", "municipality")
        .defer("service__search_vector")
        .order_by("sent_at", "pk")
    )


def documents_for_citizen(application: Application):
    """Return the documents of the assessment that holds, the newest edition first."""
    return (
        AssessmentDocument.objects.filter(
            assessment__application=application, assessment__state=AssessmentState.DONE
        )
        .select_related("assessment")
        .defer("assessment__data")
        .order_by("-assessment__issued_on", "-assessment_id", "-edition")
    )


def _placings(application: Application, referrals: list[Referral]) -> list[Placing]:
    places = positions(referrals)
    open_offers = Offer.objects.filter(referral__in=referrals, state=Offer.State.OPEN)
    offers = {one.referral_id: one for one in open_offers} if referrals else {}
    told = []
    for referral in referrals:
        word, kind = STATES[referral.state]
        told.append(
            Placing(
                referral=referral,
                state=str(word),
                state_kind=kind,
                next_step=str(NEXT.get(referral.state, "")),
                place_in_line=_in_line(application, places.get(referral.pk)),
                offer=offers.get(referral.pk) if referral.state == S.OFFERED else None,
                may_refuse=REFERRAL.may(referral, "withdraw", CITIZEN),
            )
        )
    return told


def _in_line(application: Application, place: int | None) -> str:
    if place is None:
        return ""
    if application.on_behalf == OnBehalf.SELF:
        return _("Вие сте %(place)s в листата.") % {"place": ordinal(place)}
    return _("Човекът, за когото заявихте, е %(place)s в листата.") % {"place": ordinal(place)}


def ordinal(number: int) -> str:
    """Return a masculine ordinal as it is written with a digit: „1-ви“, „3-ти“, „100-тен“."""
    if number % 100 == 0:
        return f"{number}-тен"
    teens = 10 < number % 100 < 20
    ends = {1: "ви", 2: "ри", 7: "ми", 8: "ми"}
    return f"{number}-{'ти' if teens else ends.get(number % 10, 'ти')}"


def _steps(assessments: list[NeedsAssessment], referrals: list[Referral]) -> list[dict[str, Any]]:
    """Return the items of components/timeline.html, the newest first."""
    of_assessments = AssessmentEvent.objects.filter(assessment__in=assessments)
    of_referrals = ReferralEvent.objects.filter(referral__in=referrals)
    found: list[AssessmentEvent | ReferralEvent] = []
    for rows in (of_assessments, of_referrals):
        found += rows.exclude(told="").order_by("-at", "-pk")[:MOST_STEPS]
    return [
        {"when": step.at, "title": TITLES.get(step.kind, ""), "text": step.told} for step in found
    ]


def _standing(latest: NeedsAssessment, referrals: list[Referral]) -> tuple[str, str, str]:
    """Return the state of it all as a word, the kind of its tag, and what is next."""
    states = {one.state for one in referrals}
    if S.OFFERED in states:
        word, kind = STATES[S.OFFERED]
        return str(word), kind, _("Кажете дали приемате мястото. До кога и как, пише по-долу.")
    if states & set(OPEN_REFERRAL):
        words = _("Какво става с всяка услуга, пише по-долу.")
        if latest.is_open:
            words += " " + _("Служител довършва и оценката.")
        return _("Насочени сте"), "ok", words
    if latest.is_open:
        return (
            _("Прави се оценка"),
            "ok",
            _(
                "Служител прави предварителна оценка: говори с вас от какво имате нужда и какво "
                "желаете. Ще ви потърси за разговор."
            ),
        )
    if latest.state == AssessmentState.CANCELLED:
        return (
            _("Оценката е прекратена"),
            "plain",
            _("Няма следваща стъпка. Може да подадете ново заявление по всяко време."),
        )
    if latest.outcome in ENDS:
        return _("Оценката е готова"), "plain", str(ENDS[latest.outcome])
    if not states:
        return _("Оценката е готова"), "ok", _("Предстои да ви насочим към услуга.")
    return _("Приключено"), "plain", _("Ако още имате нужда, обадете се в офиса.")


def _deadline(latest: NeedsAssessment) -> tuple[dt.date | None, str]:
    """Return the day that may be told: of a verified norm, while the clock runs."""
    runs = latest.is_open and latest.paused_on is None
    if not runs or latest.due_on is None or not latest.norm.get("is_verified"):
        return None, ""
    return latest.due_on, latest.norm.get("legal_basis", "")
