"""Walks through the machines: any step by anybody with whatever, each rolled back.

What may lead where, and by whom, is written here anew and not taken from the machines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from referrals.workflow.machine import Actor, Machine, StepRefused, Who

# Shrinking a walk through a database takes minutes; what fails is short enough to read.
WALKS = settings(derandomize=True, deadline=None, database=None, phases=[Phase.generate])

# whether it is lawful, which step, whose, which of the demands are met
STRIDES = st.lists(
    st.tuples(
        st.sampled_from([True, True, True, False]),
        st.integers(0, 99),
        st.integers(0, 9),
        st.integers(0, 255),
    ),
    min_size=6,
    max_size=20,
)
# Who may bring a row from where to where: S and H at the desk, C the citizen, P the provider, T
# the portal by its clock.
MOVES = {
    "application": {
        "received": {"in_work": "SH", "waiting": "SH", "closed": "SH", "withdrawn": "SHC"},
        "in_work": {"waiting": "SH", "closed": "SH", "withdrawn": "SHC"},
        "waiting": {"in_work": "SH", "closed": "SH", "withdrawn": "SHC"},
        "closed": {"in_work": "SH"},
        "withdrawn": {"in_work": "SH"},
    },
    "assessment": {
        "draft": {"review": "SH", "done": "SH", "cancelled": "SH"},
        "review": {"draft": "H", "done": "H", "cancelled": "SH"},
        "done": {"replaced": "SH"},
        "replaced": {},
        "cancelled": {},
    },
    "referral": {
        "chosen": {"sent": "SH"},
        "sent": {"accepted": "P", "waiting": "P", "declined": "P", "withdrawn": "SHC"},
        "waiting": {"accepted": "P", "declined": "P", "offered": "T", "withdrawn": "SHC"},
        "offered": {"accepted": "SHC", "waiting": "SHCT", "withdrawn": "SHC"},
        "accepted": {"started": "SHP", "declined": "P", "withdrawn": "SHC"},
        "started": {"ended": "SHP"},
        "ended": {},
        "declined": {},
        "withdrawn": {},
    },
}
LETTERS = {
    "S": Who.SPECIALIST,
    "H": Who.HEAD,
    "C": Who.CITIZEN,
    "P": Who.PROVIDER,
    "T": Who.CLOCK,
}


@dataclass
class Walk:
    """One row on its way; ``needs`` gives what a step may demand, piece by piece."""

    machine: Machine
    row: Any
    actors: list[Actor]
    needs: Callable[[Any, str], list[dict[str, Any]]]
    holds: Callable[[Any], None]
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.seen.add(self.row.state)
        self.before = self.kept()

    def kept(self) -> tuple:
        """Return all that is stored of the row, as it is stored."""
        rows = type(self.row).objects.filter(pk=self.row.pk).values()
        return list(rows), list(self.events().values())

    def events(self):
        return self.row.events.order_by("pk")

    def take(self, strides: list[tuple]) -> None:
        for stride in strides:
            self.stride(*stride)
        self.tells_its_way()

    def stride(self, is_lawful: bool, which: int, whose: int, met: int) -> None:
        names = list(self.machine.steps)
        if is_lawful:
            names = [name for name in names for _n in range(self.likely(name))]
        name = names[which % len(names)]
        actors = self.actors
        if is_lawful:
            actors = [one for one in actors if one.who in self.machine.steps[name].who]
        pieces = self.needs(self.row, name)
        given = [piece for n, piece in enumerate(pieces) if is_lawful or met >> n & 1]
        self.make(name, actors[whose % len(actors)], given)

    def likely(self, name: str) -> int:
        """How often a lawful stride makes the step: what goes on often, or no walk gets far."""
        rule = self.machine.steps[name]
        if self.row.state not in rule.sources:
            return 0
        if rule.target is None:
            return 1
        return 6 if MOVES[self.machine.name][rule.target] else 3

    def make(self, name: str, actor: Actor, pieces: list[dict[str, Any]]) -> None:
        """Try the step; it is either made whole and recorded once, or leaves nothing behind."""
        rule, before, source = self.machine.steps[name], self.before, self.row.state
        changes = {k: v for piece in pieces for k, v in piece.items() if not callable(v)}
        refusal: StepRefused | None = None
        try:
            with transaction.atomic():
                for piece in pieces:
                    [make(self.row) for make in piece.values() if callable(make)]
                after = self.machine.make(self.row, name, by=actor, words="стъпка", **changes)
        except StepRefused as refused:
            refusal = refused
        if refusal:
            assert str(refusal).endswith(".")
            assert self.kept() == before
            return
        assert source in rule.sources
        if after.state != source:
            allowed = MOVES[self.machine.name][source][after.state]
            assert actor.who in {LETTERS[letter] for letter in allowed}
        moved = bool(rule.target or changes)
        assert after.version == before[0][0]["version"] + moved
        self.before = self.kept()
        *told, last = self.before[1]
        assert told == before[1]
        assert (last["kind"], last["source"], last["target"]) == (rule.event, source, after.state)
        assert (last["who"], last["user_id"]) == (actor.who, actor.user and actor.user.pk)
        self.row = type(self.row).objects.get(pk=self.row.pk)
        assert self.row.state == after.state
        self.seen.add(self.row.state)
        self.before = self.kept()
        self.holds(self.row)

    def tells_its_way(self) -> None:
        """From the steps on record alone one can say where the row stands."""
        stands = ""
        for step in self.events():
            assert step.source == stands
            stands = step.target
        assert stands == self.row.state


def walk_about(begin: Callable[..., Walk], *of: st.SearchStrategy, times: int = 30) -> None:
    """Take many walks, each rolled back; together they come to every state there is."""
    seen: set[str] = set()
    there: set[str] = set()

    @settings(WALKS, max_examples=times)
    @given(STRIDES, st.tuples(*of))
    def any_walk(strides: list[tuple], drawn: tuple) -> None:
        with transaction.atomic():
            walk = begin(*drawn)
            walk.take(strides)
            seen.update(walk.seen)
            there.update(MOVES[walk.machine.name])
            transaction.set_rollback(True)

    any_walk()
    assert seen == there
