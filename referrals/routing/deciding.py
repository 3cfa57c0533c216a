"""Who refers for a service, by the rows of the municipality. Needs the municipality's scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from municipalities.days import add_months
from referrals.routing.models import AgeGroup, Authority, RoutingRow
from services_registry.models import Service, ServiceKind

OF_AGE = 18
UNVERIFIED = "непотвърдена норма"
# What a row may be about, the narrowest first: a row about a measure is before one about a kind,
# that one before one about an age, however much else the others say.
NARROWEST_FIRST = ("with_measure", "kind_id", "age", "financing", "scope")
WORDS = {
    Authority.MUNICIPALITY: "Насочва общината",
    Authority.DIRECTORATE: "Насочва дирекция „Социално подпомагане“",
    Authority.COURT: "Насочва ДСП или съд, с мярка за закрила",
    Authority.NOBODY: "Не е нужно насочване, човекът отива направо при доставчика",
    Authority.UNCLEAR: "Кой насочва, се уточнява",
}


@dataclass(frozen=True)
class Facts:
    """What a row is compared with; None is not known, and matches only a row that asks nothing."""

    kinds: frozenset[int] = frozenset()
    scope: str | None = None
    financing: str | None = None
    age: str | None = None
    with_measure: bool = False


@dataclass(frozen=True)
class Decision:
    """Who refers, by which row (None: no row is about it), said for staff."""

    authority: str
    words: str
    legal_basis: str
    is_verified: bool
    row: RoutingRow | None
    day: dt.date

    def kept(self) -> dict[str, Any]:
        """Return what a referral keeps of it, so that a later correction of the row moves none."""
        return {
            "authority": str(self.authority),
            "words": self.words,
            "legal_basis": self.legal_basis,
            "is_verified": self.is_verified,
            "source": self.row.source if self.row else "",
            "row": self.row.pk if self.row else None,
            "code": self.row.code if self.row else "",
            "on": self.day.isoformat(),
        }


def decide(
    *,
    service: Service | None = None,
    kind: ServiceKind | None = None,
    birth_date: dt.date | None = None,
    is_child: bool | None = None,
    with_measure: bool = False,
    day: dt.date | None = None,
) -> Decision:
    """Return who refers for ``service``, or for services of ``kind``, on ``day`` (today).

    The narrowest row in force wins, of equally narrow ones the first by order; where none is about
    it the answer is „уточнява се“. With ``kind`` only that one of the service's kinds counts.
    """
    day = day or timezone.localdate()
    age = _age(birth_date, is_child, day)
    return decide_by(rows_on(day), facts_of(service, kind, age=age, with_measure=with_measure), day)


def decide_by(rows: Sequence[RoutingRow], facts: Facts, day: dt.date) -> Decision:
    """Return the decision of ``rows`` about ``facts``, without a query."""
    found = min(
        (row for row in rows if matches(row, facts)),
        key=lambda row: (_width(row), row.order, row.pk or 0),
        default=None,
    )
    if found is None:
        return Decision(
            Authority.UNCLEAR, f"{WORDS[Authority.UNCLEAR]}, няма правило за такава услуга",
            "", is_verified=False, row=None, day=day,
        )  # fmt: skip
    return Decision(found.authority, said(found), found.legal_basis, found.is_verified, found, day)


def rows_on(day: dt.date) -> list[RoutingRow]:
    """Return the rows in force on ``day``, in one query."""
    return [row for row in RoutingRow.objects.order_by("order", "pk") if _in_force(row, day)]


def facts_of(
    service: Service | None,
    kind: ServiceKind | None = None,
    *,
    age: str | None = None,
    with_measure: bool = False,
) -> Facts:
    """Return what rows are compared with. Kinds that are prefetched cost no query."""
    kinds: Iterable[int] = [kind.pk] if kind else []
    if service and not kind:
        kinds = [one.pk for one in service.kinds.all()]
    return Facts(
        kinds=frozenset(kinds),
        scope=service.scope if service else None,
        financing=service.financing if service else None,
        age=age,
        with_measure=with_measure,
    )


def matches(row: RoutingRow, facts: Facts) -> bool:
    """Say whether ``row`` is about ``facts``. What the row leaves empty it does not ask."""
    return (
        (row.kind_id is None or row.kind_id in facts.kinds)
        and (not row.scope or row.scope == facts.scope)
        and (not row.financing or row.financing == facts.financing)
        and (not row.age or row.age == facts.age)
        and (row.with_measure is None or row.with_measure == facts.with_measure)
    )


def said(row: RoutingRow) -> str:
    """Return what ``row`` says, for staff: „Насочва общината: чл. …, непотвърдена норма“."""
    basis = [row.legal_basis] if row.legal_basis else []
    basis += [] if row.is_verified else [UNVERIFIED]
    words = WORDS[Authority(row.authority)]
    return f"{words}: {', '.join(basis)}" if basis else words


def _width(row: RoutingRow) -> tuple[bool, ...]:
    """Return the order of ``row`` among those that match: the narrower, the smaller."""
    return tuple(getattr(row, name) in (None, "") for name in NARROWEST_FIRST)


def _in_force(row: RoutingRow, day: dt.date) -> bool:
    begun = row.valid_from is None or row.valid_from <= day
    return begun and (row.valid_to is None or row.valid_to >= day)


def _age(birth_date: dt.date | None, is_child: bool | None, day: dt.date) -> str | None:
    if is_child is None and birth_date is not None:
        is_child = add_months(birth_date, OF_AGE * 12) > day
    if is_child is None:
        return None
    return AgeGroup.CHILD if is_child else AgeGroup.ADULT
