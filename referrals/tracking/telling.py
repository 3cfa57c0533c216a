"""What a citizen reads of an application: what happened, what is next, who has it, by when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Office
from municipalities.views.public import public_offices
from referrals.applications.models import Application, Outcome, State
from referrals.applications.models_parts import ApplicationEvent, PaperRequest
from referrals.tracking.telling_cases import Cases, cases_of

Event = ApplicationEvent.Kind
MOST_STEPS = 100  # told to a citizen on one page, the latest
TITLES: dict[str, Promise] = {
    Event.RECEIVED: gettext_lazy("Получено"),
    Event.CONFIRMED: gettext_lazy("Потвърдено с вас"),
    Event.TAKEN: gettext_lazy("Служител го пое"),
    Event.HANDED: gettext_lazy("При друг служител"),
    Event.PAPERS_ASKED: gettext_lazy("Нужни са документи"),
    Event.PAPER_ADDED: gettext_lazy("Добавен документ"),
    Event.RESUMED: gettext_lazy("Работата продължава"),
    Event.LETTER: gettext_lazy("Писмо до вас"),
    Event.MESSAGE: gettext_lazy("Съобщение от общината"),
    Event.CHANGED: gettext_lazy("Промяна"),
    Event.WITHDRAWN: gettext_lazy("Оттеглено"),
    Event.CLOSED: gettext_lazy("Приключено"),
    Event.REOPENED: gettext_lazy("Отворено отново"),
}
# The state as a word, and the kind of tag it stands in.
STATES: dict[str, tuple[Promise, str]] = {
    State.RECEIVED: (gettext_lazy("Получено, чака служител"), ""),
    State.IN_WORK: (gettext_lazy("Разглежда се"), "ok"),
    State.WAITING: (gettext_lazy("Чакаме документи от вас"), "due"),
    State.CLOSED: (gettext_lazy("Приключено"), "plain"),
    State.WITHDRAWN: (gettext_lazy("Оттеглено"), "plain"),
}
CHECKED = (gettext_lazy("Проверяваме изпратените документи"), "")
ANSWERS: dict[str, Promise] = {
    Application.ReplyBy.PHONE: gettext_lazy("по телефона"),
    Application.ReplyBy.EMAIL: gettext_lazy("по е-поща"),
    Application.ReplyBy.POST: gettext_lazy("с писмо"),
    Application.ReplyBy.OFFICE: gettext_lazy("на място в офиса"),
}
ENDS: dict[str, Promise] = {
    Outcome.ASSESSMENT: gettext_lazy(
        "Следва предварителна оценка: разговор с вас от какво имате нужда. Служител ще ви потърси."
    ),
    Outcome.ANSWERED: gettext_lazy("Отговорихме ви. Ако нещо не е ясно, обадете се в офиса."),
    Outcome.FORWARDED: gettext_lazy(
        "Друг орган решава по него и ще ви отговори. Кой е той, пише по-долу в стъпките или ще ви "
        "кажат в офиса."
    ),
    Outcome.NOT_CONSIDERED: gettext_lazy(
        "Няма следваща стъпка. Причината ще ви обяснят в офиса; може да подадете ново заявление."
    ),
    Outcome.UNWILLING: gettext_lazy("Няма следваща стъпка. Може да подадете ново по всяко време."),
}


@dataclass(frozen=True)
class Story:
    """``steps`` are the items of components/timeline.html, the newest first."""

    state: str
    state_kind: str
    steps: list[dict[str, Any]]
    next_step: str
    office: Office | None
    office_hours: Any
    is_held: bool
    due_on: dt.date | None
    due_basis: str
    is_late: bool
    asked: PaperRequest | None
    cases: Cases  # what came of it: assessments, referrals, offers
    is_sent: bool  # something of what was asked for came, and nobody has looked at it yet


def story_of(application: Application) -> Story:
    """Return what the citizen reads of ``application``, in five queries and those of ``cases_of``.

    Needs the municipality's scope, ``municipality`` at hand. A deadline is told only where the norm
    behind it is verified and the clock runs. Once an assessment began, where that stands is told.
    """
    told = list(application.events.exclude(told="").order_by("-at", "-pk")[:MOST_STEPS])
    asked = application.paper_requests.filter(closed_on__isnull=True).first()
    is_sent = asked is not None and _came_since(told)
    office, hours = _office_of(application)
    due_on, basis = _deadline(application)
    state, kind = CHECKED if is_sent else STATES[application.state]
    cases = cases_of(application)
    is_over = application.state == State.CLOSED  # what came of it goes on instead
    steps: list[dict[str, Any]] = [
        {"when": step.at, "title": _title(application, step), "text": step.told} for step in told
    ]
    steps = sorted([*steps, *cases.steps], key=lambda step: step["when"], reverse=True)
    return Story(
        state=cases.state if is_over and cases.state else str(state),
        state_kind=cases.state_kind if is_over and cases.state else kind,
        steps=steps[:MOST_STEPS],
        next_step=(is_over and cases.next_step) or _next_step(application, asked, is_sent),
        office=office,
        office_hours=hours,
        is_held=application.owner_id is not None,
        due_on=cases.due_on or due_on,
        due_basis=cases.due_basis or basis,
        is_late=cases.is_late or (due_on is not None and application.is_late),
        cases=cases,
        asked=asked,
        is_sent=is_sent,
    )


def _title(application: Application, step: ApplicationEvent) -> str:
    """An end that leads to an assessment is none to whoever reads it."""
    if step.kind == Event.CLOSED and application.outcome == Outcome.ASSESSMENT:
        return _("Следва оценка на нуждите")
    return str(TITLES.get(step.kind, ""))


def _came_since(told: list[ApplicationEvent]) -> bool:
    """Say whether the citizen added papers after they were last asked for them."""
    for step in told:
        if step.kind == Event.PAPERS_ASKED:
            return False
        if step.kind == Event.PAPER_ADDED and step.user_id is None:
            return True
    return False


def _office_of(application: Application) -> tuple[Office | None, Any]:
    """Return the office that has it, with its hours; the first public one where that is hidden."""
    offices = public_offices([application.municipality])
    for office, hours in offices:
        if office.pk == application.office_id:
            return office, hours
    return offices[0] if offices else (None, None)


def _deadline(application: Application) -> tuple[dt.date | None, str]:
    runs = application.state in (State.RECEIVED, State.IN_WORK)
    if not runs or application.due_on is None or not application.norm.get("is_verified"):
        return None, ""
    return application.due_on, application.norm.get("legal_basis", "")


def _next_step(application: Application, asked: PaperRequest | None, is_sent: bool) -> str:
    how = {"how": ANSWERS[application.reply_by]}
    if application.state == State.WITHDRAWN:
        return _("Няма следваща стъпка. Може да подадете ново заявление по всяко време.")
    if application.state == State.CLOSED:
        return str(ENDS.get(application.outcome, _("Няма следваща стъпка.")))
    if is_sent:
        return _(
            "Служителят ще провери изпратеното. Ако нещо липсва, ще ви потърси; ако всичко е тук, "
            "продължава по заявлението."
        )
    if application.state == State.WAITING and asked:
        return _("Изпратете или донесете поисканите документи. Дотогава не можем да продължим.")
    if application.is_unconfirmed:
        return _(
            "Служител ще се свърже с вас, за да потвърди, че това е желанието ви. Не е нужно да "
            "правите нищо."
        )
    return _("Служител разглежда заявлението и ще ви отговори %(how)s.") % how
