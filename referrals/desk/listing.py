"""The work list: which applications, narrowed how, in what order; its tabs with their counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.utils import timezone

from municipalities.models import Membership, Office, User
from municipalities.permissions import DESK_ROLES
from referrals.applications.models import OPEN_STATES, Application, ApplicationQuerySet, Channel
from referrals.applications.models import State as S
from referrals.applications.models_parts import ApplicationEvent
from referrals.assessments.models import NeedsAssessment
from referrals.desk.searching import LONGEST_QUESTION, says
from referrals.kinds.models import ApplicationKind

NEW, MINE, WAITING, LATE, ALL, CLOSED = "new", "mine", "waiting", "late", "all", "closed"
TABS = {
    NEW: "Нови",
    MINE: "Моите",
    WAITING: "Чакат документи",
    LATE: "Закъснели",
    ALL: "Всички отворени",
    CLOSED: "Приключени",
}
EVERYTHING = [("", "Всички")]
NOBODY = "0"
SOON = 3  # days before the deadline from which it is coloured


class FilterForm(forms.Form):
    """What the work list is narrowed by; ``q`` is sent, kept in the session, never linked to."""

    mark_optional = False
    KEPT = ("vid", "dokument", "ofis", "kanal", "u")

    q = forms.CharField(
        label="Номер, име, телефон",
        required=False,
        max_length=LONGEST_QUESTION,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    dokument = forms.ModelChoiceField(
        ApplicationKind._base_manager.none(),
        label="Вид",
        required=False,
        to_field_name="code",
        empty_label="Всички",
    )
    ofis = forms.ModelChoiceField(
        Office._base_manager.none(),
        label="Офис",
        required=False,
        to_field_name="slug",
        empty_label="Всички",
    )
    kanal = forms.ChoiceField(
        label="Как постъпи", required=False, choices=[*EVERYTHING, *Channel.choices]
    )
    u = forms.ChoiceField(label="У кого", required=False)
    vid = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["dokument"].queryset = ApplicationKind.objects.order_by("order", "name", "pk")
        self.fields["ofis"].queryset = Office.objects.order_by("name", "pk")
        # Whoever works or worked at the desk.
        workers = Membership.objects.filter(role__in=DESK_ROLES).order_by().values("user")
        people = User.objects.filter(pk__in=workers).order_by("name", "pk")
        self.fields["u"].choices = [
            *EVERYTHING,
            (NOBODY, "Още у никого"),
            *((str(user.pk), user.name) for user in people),
        ]

    @property
    def tab(self) -> str:
        """Which tab is asked for; the new ones where none is."""
        asked = self.cleaned_data.get("vid", "")
        return asked if asked in TABS else NEW

    @property
    def in_use(self) -> int:
        """How many filters narrow the list."""
        return sum(bool(self.cleaned_data.get(name)) for name in ("dokument", "ofis", "kanal", "u"))

    def narrow(self, rows: ApplicationQuerySet) -> ApplicationQuerySet:
        """Return ``rows`` by the filters that are right; wrong ones are left out."""
        chosen = self.cleaned_data
        wanted: dict[str, Any] = {
            "kind": chosen.get("dokument"),
            "office": chosen.get("ofis"),
            "channel": chosen.get("kanal"),
        }
        rows = rows.filter(**{name: value for name, value in wanted.items() if value})
        if chosen.get("u") == NOBODY:
            return rows.filter(owner__isnull=True)
        return rows.filter(owner=chosen["u"]) if chosen.get("u") else rows

    def told(self, **other: str) -> dict[str, str]:
        """Return the known parameters of the same list's address, some of them otherwise."""
        data = {name: str(self.data.get(name, ""))[:120] for name in self.KEPT}
        return {name: value for name, value in {**data, **other}.items() if value}


def conditions(user: User) -> dict[str, Q]:
    """Return what stands under each tab."""
    is_open = Q(state__in=OPEN_STATES)
    return {
        NEW: Q(state=S.RECEIVED),
        MINE: is_open & Q(owner=user),
        WAITING: Q(state=S.WAITING),
        LATE: Q(state__in=(S.RECEIVED, S.IN_WORK), due_on__lt=timezone.localdate()),
        ALL: is_open,
        CLOSED: ~is_open,
    }


def counts(rows: ApplicationQuerySet, user: User) -> dict[str, int]:
    """Count what stands under each tab but the closed, for which nobody waits; one query."""
    return rows.aggregate(
        **{
            tab: Count("pk", filter=condition)
            for tab, condition in conditions(user).items()
            if tab != CLOSED
        }
    )


def listed(rows: ApplicationQuerySet, *, tab: str, user: User, question: str = "") -> Any:
    """Return the rows of a tab, or in all states where ``question`` looks for some.

    Late ones first, then by deadline; those whose clock stands and those without a deadline after
    them. Closed ones by when they were closed.
    """
    rows = rows.filter(says(question) if question else conditions(user)[tab])
    rows = rows.for_listing().annotate(has_new_paper=new_paper(), assessed=last_assessment())
    if tab == CLOSED and not question:
        return rows.order_by("-closed_at", "-pk")
    runs = Q(state__in=(S.RECEIVED, S.IN_WORK), due_on__isnull=False)
    rank = Case(
        When(runs, then=Value(0)),
        When(state__in=OPEN_STATES, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return rows.annotate(rank=rank).order_by(
        "rank", F("due_on").asc(nulls_last=True), "received_on", "pk"
    )


def new_paper() -> Exists:
    """Return the condition that the citizen sent a paper nobody looked at: the clock stands yet."""
    sent = ApplicationEvent.objects.filter(
        application=OuterRef("pk"),
        kind=ApplicationEvent.Kind.PAPER_ADDED,
        user__isnull=True,
        at__date__gte=OuterRef("paused_on"),
    ).order_by()
    return Exists(sent)


def due_words(application: Application) -> str:
    """Say how long there is: „остават 3 дни“, „изтича днес“, „закъснява с 2 дни“; else nothing."""
    if not application.due_on or not application.is_open or application.state == S.WAITING:
        return ""
    return left_words(application.due_on)


def due_kind(application: Application) -> str:
    """Return the clothes of ``due_words``: late, due in three days at most, or plain."""
    if application.is_late:
        return "late"
    ahead = (application.due_on - timezone.localdate()).days if application.due_on else 99
    return "due" if ahead <= SOON else "plain"


def last_assessment() -> Subquery:
    """Return the id of the last assessment of an application, None where there is none."""
    made = NeedsAssessment.objects.filter(application=OuterRef("pk")).order_by("-pk")
    return Subquery(made.values("pk")[:1])


def left_words(day: dt.date) -> str:
    """Say how far ``day`` is: „остават 3 дни“, „изтича днес“, „закъснява с 2 дни“."""
    ahead = (day - timezone.localdate()).days
    if ahead < 0:
        return f"закъснява с {-ahead} {'ден' if ahead == -1 else 'дни'}"
    if ahead == 0:
        return "изтича днес"
    return "остава 1 ден" if ahead == 1 else f"остават {ahead} дни"
