"""The one place in which an application moves from state to state.

``STEPS`` says of each step from where it may be made and where it leads; ``make`` locks the row,
checks, writes, and leaves an ``ApplicationEvent``. Verbs of ``referrals.applications`` call it;
nothing else writes ``state``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from municipalities.models import User
from referrals.applications.models import OPEN_STATES, Application, State
from referrals.applications.models_parts import ApplicationEvent

Event = ApplicationEvent.Kind


@dataclass(frozen=True)
class Step:
    """From which states it may be made, to which it leads (None: stays), and its kind of event."""

    sources: tuple[str, ...]
    target: str | None
    event: str


STEPS: dict[str, Step] = {
    "confirm": Step((State.RECEIVED,), State.IN_WORK, Event.CONFIRMED),
    # Of one that somebody took before they talked with the person.
    "confirm_later": Step((State.IN_WORK, State.WAITING), None, Event.CONFIRMED),
    "take": Step((State.RECEIVED,), State.IN_WORK, Event.TAKEN),
    "assign": Step(OPEN_STATES, None, Event.HANDED),
    "tie": Step(OPEN_STATES, None, Event.TIED),
    "ask_papers": Step((State.RECEIVED, State.IN_WORK), State.WAITING, Event.PAPERS_ASKED),
    "resume": Step((State.WAITING,), State.IN_WORK, Event.RESUMED),
    "add_paper": Step(OPEN_STATES, None, Event.PAPER_ADDED),
    "correct": Step(OPEN_STATES, None, Event.CHANGED),
    "letter": Step(tuple(State), None, Event.LETTER),
    "message": Step(tuple(State), None, Event.MESSAGE),
    "note": Step(tuple(State), None, Event.NOTE),
    "withdraw": Step(OPEN_STATES, State.WITHDRAWN, Event.WITHDRAWN),
    "close": Step(OPEN_STATES, State.CLOSED, Event.CLOSED),
    "reopen": Step((State.CLOSED, State.WITHDRAWN), State.IN_WORK, Event.REOPENED),
}


class StepRefused(Exception):
    """The step cannot be made from where the application stands; the message is in Bulgarian."""


class ApplicationChanged(Exception):
    """Somebody else changed the application after this page was opened; ``current`` is theirs."""

    def __init__(self, current: Application) -> None:
        super().__init__("application changed")
        self.current = current


def may(application: Application, step: str) -> bool:
    """Say whether ``step`` can be made from where ``application`` stands."""
    return application.state in STEPS[step].sources


@transaction.atomic
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
    """Make ``step`` and return the application as it is now.

    ``by`` None is the citizen. ``words`` are for staff, ``told`` for the citizen (empty: not told).
    ``changes`` are fields to write with it. With ``version``, raises ApplicationChanged where
    another one is stored; raises StepRefused where the step cannot be made from the stored state.
    """
    rule = STEPS[step]
    locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if version is not None and locked.version != version:
        raise ApplicationChanged(locked)
    if locked.state not in rule.sources:
        raise StepRefused(f"Заявлението вече е „{locked.get_state_display()}“.")
    for name, value in changes.items():
        setattr(locked, name, value)
    if rule.target:
        locked.state = rule.target
        locked.closed_at = (
            timezone.now() if rule.target in (State.CLOSED, State.WITHDRAWN) else None
        )
    if rule.target or changes:
        locked.version += 1
        locked.save()
    record(locked, rule.event, by=by, words=words, told=told)
    return locked


def record(
    application: Application, event: str, *, by: User | None, words: str = "", told: str = ""
) -> ApplicationEvent:
    """Leave a step on record; both texts are cut to what the row holds."""
    return ApplicationEvent.objects.create(
        municipality_id=application.municipality_id,
        application=application,
        kind=event,
        user=by,
        words=words[:1000],
        told=told[:1000],
    )
