"""The list of follow-ups: whose, when, at whom; what the page's address says, and its links."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import QueryDict
from django.utils import timezone

from frontoffice.followups.counting import is_new_for
from frontoffice.followups.days import end_of_week
from frontoffice.followups.models import FollowUp, FollowUpQuerySet
from municipalities.models import Membership, Role, User

MINE, OFFICE, ALL = "moi", "ofis", "vsichki"
OPEN, CLOSED, NEW = "predstoyat", "priklyucheni", "novi"
WHOSE = {MINE: "Моите", OFFICE: "На офиса", ALL: "На общината"}
WHEN = {
    OPEN: "всички предстоящи",
    "zakasneli": "закъснели",
    "dnes": "днес",
    "sedmitsa": "тази седмица",
    "po-kasno": "по-късно",
    NEW: "нови за мен",
    CLOSED: "приключени",
}


@dataclass(frozen=True)
class Asked:
    """What the address of the list asks for; wrong values are left out, not answered with 500."""

    whose: str = MINE
    when: str = OPEN
    owner: int | None = None

    @classmethod
    def of(cls, query: QueryDict, membership: Membership) -> Asked:
        """Read ``?chii=…&koga=…&u=…``; only the head asks for the whole municipality."""
        whose, when, owner = query.get("chii", ""), query.get("koga", ""), query.get("u", "")
        if whose not in WHOSE or (whose == ALL and membership.role != Role.HEAD):
            whose = MINE
        is_number = owner.isascii() and owner.isdigit() and len(owner) < 19
        return cls(
            whose=whose,
            when=when if when in WHEN and (when != NEW or whose == MINE) else OPEN,
            owner=int(owner) if is_number and whose != MINE else None,
        )

    def query(self, **other: Any) -> str:
        """Return the query string of the same list with some of it otherwise: „?chii=ofis“."""
        asked = replace(self, **other)
        if asked.whose == MINE:
            asked = replace(asked, owner=None)
        elif asked.when == NEW:
            asked = replace(asked, when=OPEN)
        told = {
            "chii": asked.whose if asked.whose != MINE else "",
            "koga": asked.when if asked.when != OPEN else "",
            "u": asked.owner or "",
        }
        return "?" + urlencode({name: value for name, value in told.items() if value})

    def in_words(self) -> str:
        """Say the filters, for the record of an export: numbers, never names."""
        at = f", у служител № {self.owner}" if self.owner else ""
        return f"{WHOSE[self.whose].lower()}, {WHEN[self.when]}{at}"

    def whole(self, membership: Membership) -> FollowUpQuerySet:
        """Return the follow-ups asked for, of all times."""
        rows = FollowUp.objects.visible_to(membership)
        if self.whose == MINE:
            return rows.filter(owner=membership.user_id)
        if self.whose == OFFICE:
            rows = rows.filter(office=membership.office_id)
        return rows.filter(owner=self.owner) if self.owner else rows

    def rows(self, membership: Membership) -> FollowUpQuerySet:
        """Return the rows of the list: the soonest first, of closed ones the last first."""
        rows = self.whole(membership).for_listing().annotate(is_new=is_new_for(membership.user_id))
        rows = rows.filter(_conditions()[self.when])
        return rows.order_by("-closed_at", "-pk") if self.when == CLOSED else rows

    def tabs(self, membership: Membership) -> list[dict]:
        """Return the links by whose they are."""
        known = [MINE, OFFICE, *([ALL] if membership.role == Role.HEAD else [])]
        return [
            {
                "label": WHOSE[whose],
                "href": self.query(whose=whose, owner=None),
                "chosen": whose == self.whose,
            }
            for whose in known
        ]

    def links(self, membership: Membership) -> list[dict]:
        """Return the links by time, with how many there are of each, in one query.

        Of closed ones nobody waits for the number.
        """
        conditions = _conditions()
        counted = [when for when in WHEN if when != CLOSED]
        counts = (
            self.whole(membership)
            .annotate(is_new=is_new_for(membership.user_id))
            .aggregate(
                **{when.replace("-", "_"): Count("pk", filter=conditions[when]) for when in counted}
            )
        )
        return [
            {
                "label": words,
                "count": counts.get(when.replace("-", "_")),
                "href": self.query(when=when),
                "chosen": when == self.when,
                "is_late": when == "zakasneli",
            }
            for when, words in WHEN.items()
            if when != NEW or self.whose == MINE
        ]


def owner_named(asked: Asked) -> User | None:
    """Return whose the list is narrowed to: somebody who works or worked in the municipality."""
    if not asked.owner:
        return None
    here = Membership.objects.filter(user=asked.owner).values("user")
    return User.objects.filter(pk__in=here).first()


def _conditions() -> dict[str, Q]:
    today = timezone.localdate()
    sunday, waits = end_of_week(today), Q(state=FollowUp.State.OPEN)
    return {
        OPEN: waits,
        "zakasneli": waits & Q(due_on__lt=today),
        "dnes": waits & Q(due_on=today),
        "sedmitsa": waits & Q(due_on__range=(today, sunday)),  # as counting.for_today counts
        "po-kasno": waits & Q(due_on__gt=sunday),
        NEW: waits & Q(is_new=True),
        CLOSED: ~waits,
    }
