"""How a row moves from state to state: who may, from where, what it demands, what it records.

Three machines stand on it: the application, the preliminary assessment and the referral. Verbs
call ``Machine.make`` and ``Machine.begin``; nothing else writes ``state``. The diagrams in
docs/workflow.md are drawn from the same tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from municipalities.models import Membership, Municipality, Role, User
from referrals.clocked import StepEvent

Who = StepEvent.Who
DESK = frozenset({Who.SPECIALIST, Who.HEAD})
LONGEST_WORDS = 1000


# Asked with every step that is recorded, inside its transaction.
_heard_by: list[Callable[[Any], None]] = []


def register_hearer(hearer: Callable[[Any], None]) -> None:
    """Have ``hearer`` called with each step as it is recorded, in the transaction of the step."""
    if hearer not in _heard_by:
        _heard_by.append(hearer)


class StepRefused(Exception):
    """The step cannot be made; the message is in Bulgarian and says why."""


class RowChanged(Exception):
    """Somebody else changed the row after this page was opened; ``current`` is theirs."""

    def __init__(self, current: models.Model) -> None:
        super().__init__("row changed")
        self.current: Any = current


@dataclass(frozen=True)
class Actor:
    """Who makes a step: as what, and which user (None: the citizen, a link, the portal)."""

    who: str
    user: User | None = None


CITIZEN = Actor(Who.CITIZEN)
CLOCK = Actor(Who.CLOCK)
BY_LINK = Actor(Who.PROVIDER)  # a provider without an account


@dataclass(frozen=True)
class Demand:
    """What must be there for a step. ``missing`` returns what is not, in Bulgarian, or „“.

    It is asked with the changes of the step already written into the locked row.
    """

    words: str
    missing: Callable[[Any], str]


@dataclass(frozen=True)
class Step:
    """From which states it may be made, to which it leads (None: stays), by whom.

    ``event`` is the kind of step that is recorded, ``words`` what it is called in the diagram.
    Without sources it begins a row.
    """

    words: str
    sources: tuple[str, ...]
    target: str | None
    event: str
    who: frozenset[str]
    demands: tuple[Demand, ...] = ()


@dataclass(frozen=True)
class Machine:
    """The steps of one kind of row.

    ``entered`` is called with a row and the state it comes to. ``ahead`` is called with a row
    before it is locked for a step that moves it, ``follow`` with the locked row in its new state
    and the state it comes from, before it is saved; both may refuse the step by raising.
    """

    name: str
    title: str
    model: type[models.Model]
    states: type[models.TextChoices]
    events: type[models.Model]
    parent: str  # the field of the event that points at the row
    thing: str  # „Оценката“: with which a refusal begins
    steps: dict[str, Step]
    entered: Callable[[Any, str], None] = field(default=lambda row, state: None)
    ahead: Callable[[Any], None] = field(default=lambda row: None)
    follow: Callable[[Any, str], None] = field(default=lambda row, source: None)

    def may(self, row: Any, step: str, actor: Actor | None = None) -> bool:
        """Say whether ``step`` leads on from where ``row`` stands, and for ``actor`` if given."""
        rule = self.steps[step]
        return row.state in rule.sources and (actor is None or actor.who in rule.who)

    @transaction.atomic
    def begin(
        self, step: str, row: Any, *, by: Actor, words: str = "", told: str = ""
    ) -> models.Model:
        """Save a new ``row`` by a step without sources; the same refusals as of ``make``."""
        rule = self.steps[step]
        if rule.sources or rule.target is None:
            raise ValueError(f"{step} begins nothing")
        self._check_who(rule, by)
        row.state = rule.target
        self._check_demands(rule, row)
        self.entered(row, rule.target)
        row.save()
        self.record(row, rule.event, by=by, words=words, told=told, source="", target=row.state)
        return row

    @transaction.atomic
    def make(
        self,
        row: Any,
        step: str,
        *,
        by: Actor,
        words: str = "",
        told: str = "",
        version: int | None = None,
        **changes: Any,
    ) -> Any:
        """Make ``step`` and return the row as it is now.

        ``words`` are for staff, ``told`` for the citizen (empty: not told); ``changes`` are fields
        to write with it. Raises RowChanged where ``version`` is not the stored one, StepRefused
        where the step is not ``by``'s to make, not from the stored state, or lacks what it demands.
        """
        rule = self.steps[step]
        if rule.target:
            self.ahead(row)
        locked = self.lock(row)
        if version is not None and locked.version != version:
            raise RowChanged(locked)
        self._check_who(rule, by)
        if locked.state not in rule.sources:
            raise StepRefused(f"{self.thing} вече е „{locked.get_state_display()}“.")
        source = locked.state
        for name, value in changes.items():
            setattr(locked, name, value)
        self._check_demands(rule, locked)
        if rule.target:
            locked.state = rule.target
            self.entered(locked, rule.target)
            self.follow(locked, source)
        if rule.target or changes:
            locked.version += 1
            locked.save()
        self.record(
            locked, rule.event, by=by, words=words, told=told, source=source, target=locked.state
        )
        return locked

    def lock(self, row: Any) -> Any:
        """Return ``row`` as it is stored, held until the transaction ends."""
        return self.model._default_manager.select_for_update(of=("self",)).get(pk=row.pk)

    def record(self, row: Any, event: str, *, by: Actor, **facts: Any) -> Any:
        """Leave a step on record; both texts are cut to what the row holds."""
        for name in ("words", "told"):
            facts[name] = facts.get(name, "")[:LONGEST_WORDS]
        step = self.events._default_manager.create(
            municipality_id=row.municipality_id,
            **{self.parent: row},
            kind=event,
            user=by.user,
            who=by.who,
            at=timezone.now(),
            **facts,
        )
        for hearer in _heard_by:
            hearer(step)
        return step

    def _check_who(self, rule: Step, by: Actor) -> None:
        if by.who not in rule.who:
            words = Who(by.who).label
            raise StepRefused(f"Тази стъпка не се прави от: {words}.")

    def _check_demands(self, rule: Step, row: Any) -> None:
        for demand in rule.demands:
            missing = demand.missing(row)
            if missing:
                raise StepRefused(missing)


def actor_of(user: User, municipality: Municipality) -> Actor:
    """Return as what ``user`` acts at the desk of ``municipality``: as head, else as specialist.

    Raises StepRefused for anybody who does not work there. One query.
    """
    roles = set(
        Membership.objects.current()
        .filter(user=user, municipality=municipality)
        .values_list("role", flat=True)
    )
    if Role.HEAD in roles:
        return Actor(Who.HEAD, user)
    if Role.SPECIALIST in roles:
        return Actor(Who.SPECIALIST, user)
    raise StepRefused("Само служители на фронт-офиса правят това.")
