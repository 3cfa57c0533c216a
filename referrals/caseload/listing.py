"""The work list of referring: assessments and referrals together, in the order of their days.

The database puts both in one order (a UNION of what, id, rank, day) and cuts out the page; only
the rows of that page are then read, a query a kind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateField,
    F,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from municipalities.models import Membership, User
from municipalities.permissions import DESK_ROLES
from referrals.assessments.models import OPEN_ASSESSMENT, AssessmentState, NeedsAssessment
from referrals.caseload import acting
from referrals.caseload.searching import asked_for
from referrals.desk.listing import SOON, left_words
from referrals.desk.searching import LONGEST_QUESTION
from referrals.placing.models import MOVING_REFERRAL, OPEN_REFERRAL, Referral, ReferralState
from services_registry.models import Provider, Service

MINE, ALL, ASSESSMENTS, REVIEW = "mine", "all", "assessments", "review"
PROVIDERS, WAITING, OFFERED, ACCEPTED = "providers", "waiting", "offered", "accepted"
LATE, URGENT, STARTED, CLOSED = "late", "urgent", "started", "closed"
ANSWERED = "answered"
TABS = {
    MINE: "При мен",
    LATE: "Закъснели",
    URGENT: "Спешни",
    ANSWERED: "Нови отговори",
    REVIEW: "За преглед",
    ASSESSMENTS: "Оценки",
    PROVIDERS: "При доставчик",
    WAITING: "Чакат място",
    OFFERED: "Предложено място",
    ACCEPTED: "Приети",
    ALL: "Всички",
    STARTED: "Ползват услуга",
    CLOSED: "Приключени",
}
EMPTY = {
    MINE: "При вас няма нищо отворено.",
    LATE: "Нищо не закъснява.",
    URGENT: "Няма отворени спешни случаи.",
    REVIEW: "Нищо не чака преглед.",
    ANSWERED: "Няма нови отговори от доставчици.",
}
PRESSING = (LATE, URGENT)
UNCOUNTED = (STARTED, CLOSED)  # nobody waits for them
ONLY_IF_ANY = (URGENT, ANSWERED, REVIEW, OFFERED, ACCEPTED)  # tabs that come and go
EVERYTHING = [("", "Всички")]
NOBODY = "0"
ASSESSMENT, REFERRAL = "assessment", "referral"
Conditions = tuple[Q | None, Q | None]  # of assessments and of referrals; None: no such rows


class FilterForm(forms.Form):
    """What the list is narrowed by; ``q`` is sent, kept in the session, never linked to."""

    mark_optional = False
    KEPT = ("vid", "usluga", "dostavchik", "u")

    q = forms.CharField(
        label="Номер, име, телефон",
        required=False,
        max_length=LONGEST_QUESTION,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    usluga = forms.ModelChoiceField(
        Service._base_manager.none(),
        label="Услуга",
        required=False,
        to_field_name="slug",
        empty_label="Всички",
    )
    dostavchik = forms.ModelChoiceField(
        Provider._base_manager.none(), label="Доставчик", required=False, empty_label="Всички"
    )
    u = forms.ChoiceField(label="У кого", required=False)
    vid = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        used = Referral.objects.exclude(state=ReferralState.CHOSEN).order_by()
        self.fields["usluga"].queryset = Service.objects.filter(
            pk__in=used.values("service")
        ).order_by("name", "pk")
        self.fields["dostavchik"].queryset = Provider.objects.filter(
            pk__in=used.values("provider")
        ).order_by("name", "pk")
        self.fields["u"].choices = [*EVERYTHING, (NOBODY, "Още у никого"), *workers()]

    @property
    def tab(self) -> str:
        """Which tab is asked for; what is with oneself where none is."""
        asked = self.cleaned_data.get("vid", "")
        return asked if asked in TABS else MINE

    @property
    def in_use(self) -> int:
        """How many filters narrow the list."""
        return sum(bool(self.cleaned_data.get(name)) for name in self.KEPT[1:])

    def narrow(self) -> tuple[QuerySet, QuerySet]:
        """Return the assessments and referrals that the right filters leave.

        By a service or a provider no assessment is found: those are of referrals.
        """
        chosen = self.cleaned_data
        drafts, sent = acting.assessments(), acting.referrals()
        if chosen.get("usluga"):
            drafts, sent = drafts.none(), sent.filter(service=chosen["usluga"])
        if chosen.get("dostavchik"):
            drafts, sent = drafts.none(), sent.filter(provider=chosen["dostavchik"])
        if chosen.get("u") == NOBODY:
            return drafts.filter(owner__isnull=True), sent.filter(owner__isnull=True)
        if chosen.get("u"):
            return drafts.filter(owner=chosen["u"]), sent.filter(owner=chosen["u"])
        return drafts, sent

    def told(self, **other: str) -> dict[str, str]:
        """Return the known parameters of the same list's address, some of them otherwise."""
        data = {name: str(self.data.get(name, ""))[:120] for name in self.KEPT}
        return {name: value for name, value in {**data, **other}.items() if value}

    def in_words(self, *, is_search: bool) -> str:
        """Say what is listed, for the record of an export; never what was looked for."""
        said = ["търсене" if is_search else TABS[self.tab].lower()]
        for name, words in (("usluga", "услуга"), ("dostavchik", "доставчик")):
            if row := self.cleaned_data.get(name):
                said.append(f"{words} № {row.pk}")
        if owner := self.cleaned_data.get("u"):
            said.append("у никого" if owner == NOBODY else f"у служител № {owner}")
        return ", ".join(said)


def workers() -> list[tuple[str, str]]:
    """Return whoever works or worked at the desk, as choices of a form."""
    rows = Membership.objects.filter(role__in=DESK_ROLES).order_by().values("user")
    people = User.objects.filter(pk__in=rows).order_by("name", "pk")
    return [(str(user.pk), user.name) for user in people]


def conditions(user: User) -> dict[str, Conditions]:
    """Return what stands under each tab."""
    is_open, moving = Q(state__in=OPEN_ASSESSMENT), Q(state__in=MOVING_REFERRAL)
    closed = ~Q(state__in=OPEN_REFERRAL)
    own, late = Q(owner=user), acting.late()
    urgent = Q(assessment__is_urgent=True, assessment__state__in=OPEN_ASSESSMENT)
    return {
        MINE: (is_open & own, moving & own),
        LATE: (is_open & late, moving & late),
        URGENT: (is_open & Q(is_urgent=True), moving & urgent),
        ANSWERED: (None, own & acting.answered_anew()),
        REVIEW: (Q(state=AssessmentState.REVIEW), None),
        ASSESSMENTS: (is_open, None),
        PROVIDERS: (None, Q(state=ReferralState.SENT)),
        WAITING: (None, Q(state=ReferralState.WAITING)),
        OFFERED: (None, Q(state=ReferralState.OFFERED)),
        ACCEPTED: (None, Q(state=ReferralState.ACCEPTED)),
        ALL: (is_open, moving),
        STARTED: (None, Q(state=ReferralState.STARTED)),
        CLOSED: (~is_open, closed),
    }


def counts(rows: tuple[QuerySet, QuerySet], user: User) -> dict[str, int]:
    """Count what stands under each tab but those for which nobody waits; two queries."""
    total = {name: 0 for name in TABS if name not in UNCOUNTED}
    for which, found in enumerate(rows):
        asked = {
            name: Count("pk", filter=both[which])
            for name, both in conditions(user).items()
            if name in total and both[which] is not None
        }
        for name, count in found.aggregate(**asked).items():
            total[name] += count
    return total


def listed(
    rows: tuple[QuerySet, QuerySet], *, tab: str, user: User, question: str = ""
) -> QuerySet:
    """Return (what, id, rank, day, since) of the cases of a tab in the order of the list.

    By the day on which somebody has to act, then those that have none, then closed ones. Where
    ``question`` looks for some, in all states.
    """
    wanted: Conditions
    if question:
        wanted = asked_for(question), asked_for(question, of="assessment__")
    else:
        wanted = conditions(user)[tab]
    parts = [
        _ordered(name, found.filter(condition))
        for name, found, condition in zip((ASSESSMENT, REFERRAL), rows, wanted, strict=True)
        if condition is not None
    ]
    return _together(parts, is_of_closed=tab == CLOSED and not question)


def in_order(rows: tuple[QuerySet, QuerySet]) -> QuerySet:
    """Return all of ``rows`` as ``listed`` does."""
    return _together([_ordered(ASSESSMENT, rows[0]), _ordered(REFERRAL, rows[1])])


def _together(parts: list[QuerySet], *, is_of_closed: bool = False) -> QuerySet:
    first, *rest = parts
    order = ["line_rank", "line_day", "line_since", "line_row", "line_of"]
    if is_of_closed:
        order = ["-line_since", "-line_row", "line_of"]
    return (first.union(*rest, all=True) if rest else first).order_by(*order)


def _ordered(name: str, rows: QuerySet) -> QuerySet:
    is_closed = Q(closed_at__isnull=False)
    rank = Case(
        When(is_closed, then=Value(2)),
        When(act_by__isnull=True, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    since = Case(When(is_closed, then=F("closed_at")), default=F("created_at"))
    return (
        rows.order_by()
        .annotate(
            line_of=Value(name, CharField()),
            line_row=Cast(F("pk"), BigIntegerField()),
            line_rank=rank,
            line_day=Cast(F("act_by"), DateField()),
            line_since=since,
        )
        .values_list("line_of", "line_row", "line_rank", "line_day", "line_since")
    )


@dataclass(frozen=True)
class CaseLine:
    """A line of the list; ``row`` is the assessment or the referral, ``day`` by when to act."""

    row: Any
    is_referral: bool
    day: dt.date | None

    @property
    def key(self) -> str:
        """How a form names it: „o12“ an assessment, „n7“ a referral."""
        return f"{'n' if self.is_referral else 'o'}{self.row.pk}"

    @property
    def href(self) -> str:
        return reverse("referral" if self.is_referral else "assessment", args=[self.row.pk])

    @cached_property
    def assessment(self) -> NeedsAssessment:
        return self.row.assessment if self.is_referral else self.row

    @property
    def number(self) -> str:
        """How people call it: by its own number, before it has one by the application's."""
        if self.assessment.number:
            return self.row.written if self.is_referral else self.row.number
        number = self.assessment.application.number
        return f"{number}/{self.row.ordinal}" if self.is_referral else number

    @property
    def is_late(self) -> bool:
        return self.day is not None and self.day < timezone.localdate()

    @property
    def due_words(self) -> str:
        return left_words(self.day) if self.day else ""

    @property
    def due_kind(self) -> str:
        if self.is_late or self.day is None:
            return "late" if self.is_late else "plain"
        return "due" if (self.day - timezone.localdate()).days <= SOON else "plain"

    @property
    def is_open(self) -> bool:
        return self.row.closed_at is None


def brought(moments: Iterable[tuple]) -> list[CaseLine]:
    """Return the cases of ``listed`` with what a line shows, in the same order; two queries."""
    wanted = list(moments)
    of = {
        name: [number for what, number, *_rest in wanted if what == name]
        for name in (ASSESSMENT, REFERRAL)
    }
    rows: dict[str, dict[int, Any]] = {
        ASSESSMENT: NeedsAssessment.objects.for_listing().in_bulk(of[ASSESSMENT]),
        REFERRAL: Referral.objects.for_listing().in_bulk(of[REFERRAL]),
    }
    return [
        CaseLine(rows[what][number], what == REFERRAL, day)
        for what, number, _rank, day, _since in wanted
        if number in rows[what]
    ]
