"""How the norms of a year are met: by everybody, or by those whom somebody looks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from municipalities.drawing import Bar, bar_chart
from municipalities.exports import Column
from municipalities.models import Membership, User
from municipalities.permissions import DESK_ROLES
from projects.models import Project
from projects.staff.models import Position
from trainings.models import (
    DevelopmentNorm,
    SupervisionParticipant,
    Trainee,
    Training,
    TrainingParticipant,
)
from trainings.supervising.norms import norms_of
from trainings.supervising.record import (
    NormLine,
    Record,
    amount_words,
    bound_in,
    norm_words,
    records_of,
    what_words,
)
from trainings.supervising.years import year_asked, years_known

What, Unit, For = DevelopmentNorm.What, DevelopmentNorm.Unit, DevelopmentNorm.For
State = TrainingParticipant.State
OUT = (State.CANCELLED, State.WAITING)
MISSING, MET = "lipsva", "izpalneno"


@dataclass(frozen=True)
class Row:
    """A person and a norm, as a line of the workbook."""

    record: Record
    line: NormLine


@dataclass(frozen=True)
class Fulfilment:
    """What the page shows; ``shown`` are the people who were asked for, ``people`` all of them."""

    year: int
    norms: list[DevelopmentNorm]
    people: list[Record]
    shown: list[Record]

    @property
    def lacking(self) -> int:
        """How many people lack something."""
        return sum(1 for record in self.people if record.unmet)

    @property
    def known(self) -> list[DevelopmentNorm]:
        """Norms with an amount."""
        return [norm for norm in self.norms if norm.value is not None]

    @property
    def amounts(self) -> list[tuple[DevelopmentNorm, str, str]]:
        """Return each norm, what it asks for and how much in words; "" where it is not known."""
        return [
            (
                norm,
                what_words(norm),
                "" if norm.value is None else amount_words(norm.value, norm.unit),
            )
            for norm in self.norms
        ]

    @property
    def unverified(self) -> int:
        """How many of the norms with an amount nobody has compared with the law."""
        return sum(1 for norm in self.known if not norm.is_verified)

    @property
    def undated(self) -> int:
        """Of how many people it is not known whether they owe an introductory training."""
        once = {
            norm.applies_to
            for norm in self.known
            if norm.what == What.INTRODUCTORY or norm.unit == Unit.DAYS
        }
        return sum(
            1
            for record in self.people
            if record.trainee.appointed_on is None and once & record.groups
        )

    def rows(self) -> Iterable[Row]:
        """Return the lines of the workbook."""
        return [Row(record, line) for record in self.shown for line in record.lines]

    def chart(self) -> dict[str, Any] | None:
        """Return what share of those who owe each norm have met it, for components/chart.html."""
        bars = []
        for norm in self.known:
            lines = [ln for rec in self.people for ln in rec.lines if ln.norm.pk == norm.pk]
            met = sum(1 for line in lines if line.is_met)
            share = Decimal(100 * met) / len(lines) if lines else Decimal(0)
            words = f"{met} от {len(lines)}" if lines else "не се иска от никого"
            bars.append(Bar(norm_words(norm), round(share), words))
        if not bars:
            return None
        return bar_chart(
            f"Колко души са изпълнили всяка норма за {self.year} г.",
            bars,
            label_heading="Норма",
            value_heading="Изпълнили",
            maximum=100,
        )


class FulfilmentFilter(forms.Form):
    """Whose norms of which year; anything unknown in the address means „all“."""

    godina = forms.TypedChoiceField(label="Година", coerce=int, required=False)
    za = forms.ChoiceField(label="Хора", required=False)
    proekt = forms.TypedChoiceField(label="Проект", coerce=int, required=False, empty_value=None)
    norma = forms.TypedChoiceField(label="Норма", coerce=int, required=False, empty_value=None)
    sastoyanie = forms.ChoiceField(
        label="Състояние",
        required=False,
        choices=[("", "всички"), (MISSING, "с неизпълнени норми"), (MET, "без неизпълнени")],
    )
    ime = forms.CharField(label="Име", required=False, max_length=100)

    def __init__(self, data: QueryDict):
        self.year = year_asked(data.get("godina"))
        self.norms = norms_of(self.year)
        data = data.copy()
        data["godina"] = str(self.year)
        super().__init__(data)
        self.fields["godina"].choices = [(y, y) for y in years_known(self.year)]
        self.fields["za"].choices = [
            ("", "всички"),
            (For.DESK.value, "от фронт-офиса"),
            (For.PROVIDERS.value, "на доставчици"),
        ]
        projects = Project.objects.order_by("name", "pk").values_list("pk", "name")
        self.fields["proekt"].choices = [("", "всички"), *projects]
        norms = [(norm.pk, norm_words(norm)) for norm in self.norms]
        self.fields["norma"].choices = [("", "всички"), *norms]
        self.is_valid()

    def asked(self, name: str) -> Any:
        """Return what is asked for, None for nothing or for what is not among the choices."""
        return self.cleaned_data.get(name) or None


def fulfilment(filter_: FulfilmentFilter, *, today: dt.date | None = None) -> Fulfilment:
    """Return the records of the filter's year, and of those it shows who lacks something first.

    In a fixed number of queries.
    """
    today = today or timezone.localdate()
    bound = list(bound_in(filter_.year))
    people = records_of(bound, filter_.year, norms=filter_.norms, today=today)
    shown = people
    if project := filter_.asked("proekt"):
        of_project = set(people_of_project(project).values_list("pk", flat=True))
        shown = [record for record in shown if record.trainee.pk in of_project]
    if group := filter_.asked("za"):
        shown = [record for record in shown if group in record.groups]
    if norm := filter_.asked("norma"):
        shown = [rec for rec in shown if any(line.norm.pk == norm for line in rec.lines)]
    if state := filter_.asked("sastoyanie"):
        lines_of = [(rec, [ln for ln in rec.unmet if norm in {None, ln.norm.pk}]) for rec in shown]
        shown = [rec for rec, lines in lines_of if bool(lines) == (state == MISSING)]
    if name := filter_.asked("ime"):
        words = name.casefold().split()
        shown = [rec for rec in shown if all(w in rec.trainee.name.casefold() for w in words)]
    shown = sorted(shown, key=lambda rec: 0 if rec.unmet else 1 if rec.lines else 2)
    return Fulfilment(filter_.year, filter_.norms, people, shown)


def people_of_project(project_id: int) -> QuerySet[Trainee]:
    """Return those who learn by a project: on its positions, enrolled in it or supervised."""
    users = Position.objects.filter(project=project_id).exclude(user=None).values("user")
    enrolled = (
        TrainingParticipant.objects.filter(training__project=project_id)
        .exclude(state__in=OUT)
        .exclude(training__state=Training.State.CANCELLED)
    )
    supervised = SupervisionParticipant.objects.filter(supervision__project=project_id)
    return Trainee.objects.filter(
        Q(user__in=users)
        | Q(pk__in=enrolled.values("trainee"))
        | Q(pk__in=supervised.values("trainee"))
    )


def unlisted() -> QuerySet[User]:
    """Return those of the front office whose learning is kept nowhere: they have no row yet."""
    roles = Membership.objects.current().filter(role__in=DESK_ROLES)
    there = Trainee.objects.exclude(user=None).values("user")
    return (
        User.objects.filter(is_active=True, pk__in=roles.values("user"))
        .exclude(pk__in=there)
        .order_by("name", "pk")
    )


COLUMNS = [
    Column("Име", lambda row: row.record.trainee.name, 28),
    Column("Къде работи", lambda row: where(row.record.trainee), 28),
    Column("Длъжност", lambda row: row.record.trainee.job, 22),
    Column("Назначен на", lambda row: row.record.trainee.appointed_on, 12),
    Column("Норма", lambda row: norm_words(row.line.norm), 44),
    Column("Мярка", lambda row: row.line.norm.get_unit_display(), 16),
    Column("Иска се", lambda row: row.line.required, 10),
    Column("Срок", lambda row: row.line.due_on, 12),
    Column("Има", lambda row: row.line.done, 10),
    Column("Изпълнена на", lambda row: row.line.met_on, 12),
    Column("Липсва", lambda row: row.line.missing, 10),
    Column("Основание", lambda row: row.line.norm.legal_basis, 40),
    Column("Потвърдена норма", lambda row: row.line.norm.is_verified, 12),
]


def where(trainee: Trainee) -> str:
    """Say where somebody works."""
    return trainee.provider.name if trainee.provider else trainee.organisation
