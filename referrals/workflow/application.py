"""The machine of the application, from its number to its end.

An application is received by ``applications.receiving``, which records its first step.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from municipalities.models import User
from referrals.applications.models import OPEN_STATES, Application, State
from referrals.applications.models_parts import ApplicationEvent
from referrals.workflow.machine import CITIZEN, DESK, Actor, Demand, Machine, RowChanged, Step, Who

Event = ApplicationEvent.Kind
BOTH = DESK | {Who.CITIZEN}


def _entered(application: Application, state: str) -> None:
    is_over = state in (State.CLOSED, State.WITHDRAWN)
    application.closed_at = timezone.now() if is_over else None


def _concluded(application: Application) -> str:
    return "" if application.outcome else "Посочете с какво приключва."


CONCLUDED = Demand("с какво приключва", _concluded)


def _unassessed(application: Application) -> str:
    if application.assessments.filter(state__in=("draft", "review")).exists():
        return "По заявлението се прави оценка. Първо я прекратете."
    return ""


UNASSESSED = Demand("не се прави оценка по него", _unassessed)

STEPS: dict[str, Step] = {
    "receive": Step("постъпва", (), State.RECEIVED, Event.RECEIVED, BOTH),
    "confirm": Step("потвърждава се", (State.RECEIVED,), State.IN_WORK, Event.CONFIRMED, DESK),
    # Of one that somebody took before they talked with the person.
    "confirm_later": Step(
        "потвърждава се", (State.IN_WORK, State.WAITING), None, Event.CONFIRMED, DESK
    ),
    "take": Step("поема се", (State.RECEIVED,), State.IN_WORK, Event.TAKEN, DESK),
    "assign": Step("предава се", OPEN_STATES, None, Event.HANDED, DESK),
    "tie": Step("свързва се с лице", OPEN_STATES, None, Event.TIED, DESK),
    "ask_papers": Step(
        "искат се документи",
        (State.RECEIVED, State.IN_WORK),
        State.WAITING,
        Event.PAPERS_ASKED,
        DESK,
    ),
    "resume": Step("срокът продължава", (State.WAITING,), State.IN_WORK, Event.RESUMED, DESK),
    "add_paper": Step("добавя се документ", OPEN_STATES, None, Event.PAPER_ADDED, BOTH),
    "correct": Step("поправя се", OPEN_STATES, None, Event.CHANGED, DESK),
    "letter": Step("писмо", tuple(State), None, Event.LETTER, DESK),
    "message": Step("съобщение", tuple(State), None, Event.MESSAGE, DESK),
    "note": Step("бележка", tuple(State), None, Event.NOTE, DESK),
    "withdraw": Step("оттегля се", OPEN_STATES, State.WITHDRAWN, Event.WITHDRAWN, BOTH),
    "close": Step("приключва", OPEN_STATES, State.CLOSED, Event.CLOSED, DESK, (CONCLUDED,)),
    "reopen": Step(
        "отваря се отново",
        (State.CLOSED, State.WITHDRAWN),
        State.IN_WORK,
        Event.REOPENED,
        DESK,
        (UNASSESSED,),
    ),
}

APPLICATION = Machine(
    name="application",
    title="Заявление",
    model=Application,
    states=State,
    events=ApplicationEvent,
    parent="application",
    thing="Заявлението",
    steps=STEPS,
    entered=_entered,
)
ApplicationChanged = RowChanged


def may(application: Application, step: str) -> bool:
    """Say whether ``step`` can be made from where ``application`` stands."""
    return APPLICATION.may(application, step)


def make(
    application: Application,
    step: str,
    *,
    by: User | None,
    words: str = "",
    told: str = "",
    version: int | None = None,
    **changes: Any,
) -> Application:
    """Make ``step`` as ``Machine.make`` does; ``by`` None is the citizen, a user is of the desk.

    Which of the desk's people may do what with an application is asked by the views
    (``referrals.permissions``).
    """
    return APPLICATION.make(
        application,
        step,
        by=_actor(by),
        words=words,
        told=told,
        version=version,
        **changes,
    )


def record(
    application: Application, event: str, *, by: User | None, words: str = "", told: str = ""
) -> ApplicationEvent:
    """Leave a step on record that moves nothing."""
    return APPLICATION.record(application, event, by=_actor(by), words=words, told=told)


def _actor(user: User | None) -> Actor:
    return Actor(Who.SPECIALIST, user) if user else CITIZEN
