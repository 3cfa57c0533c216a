"""What somebody has learned in a year, and which norms that meets.

A training belongs to the year in which it ends, a supervision to the year of its day. Norms are
asked of people by what they do today: at the desk, for a provider, or anything. An introductory
training is asked for once, of those who were appointed in the year; whoever's appointment is not
known is not asked for it. Nothing is asked in part: somebody appointed in December owes the norm of
the whole year, unless the office knows otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from municipalities.models import Membership
from municipalities.numbers import plain
from municipalities.permissions import DESK_ROLES
from services_registry.models import ProviderMembership
from trainings.models import (
    DevelopmentNorm,
    Supervision,
    SupervisionParticipant,
    Trainee,
    Training,
    TrainingParticipant,
)
from trainings.supervising.norms import SUPERVISION_FORMS, TRAINING_KINDS, norms_of

What, Unit, For = DevelopmentNorm.What, DevelopmentNorm.Unit, DevelopmentNorm.For
NONE = Decimal(0)
ENDED_ON = Coalesce("training__ends_on", "training__starts_on")


def amount_words(value: Decimal, unit: str) -> str:
    """Return „16 часа“, „1 час“, „4 пъти“ or „30 дни“."""
    one, many = {
        Unit.HOURS: ("час", "часа"),
        Unit.TIMES: ("път", "пъти"),
        Unit.DAYS: ("ден", "дни"),
    }[Unit(unit)]
    return f"{plain(value)}\xa0{one if value == 1 else many}"


def what_words(norm: DevelopmentNorm) -> str:
    """Say what a norm asks for: „въвеждащо обучение, срок от назначаването“."""
    once = ", срок от назначаването" if norm.unit == Unit.DAYS else ""
    return f"{norm.get_what_display()}{once}"


def norm_words(norm: DevelopmentNorm) -> str:
    """Name a norm: „индивидуална супервизия, за хората на доставчиците“."""
    who = "" if norm.applies_to == For.ALL else f", {norm.get_applies_to_display()}"
    return f"{what_words(norm)}{who}"


@dataclass(frozen=True)
class NormLine:
    """A norm that binds a person in a year: ``required``, ``done`` and ``missing`` in its unit.

    ``required`` is None for a norm of which the amount is not known; nothing is missing of it.
    ``due_on`` is the day by which it has to be met; of a norm in days after the appointment
    ``met_on`` is the day of the training, and ``missing`` how many days it is late by now.
    """

    norm: DevelopmentNorm
    required: Decimal | None
    done: Decimal
    missing: Decimal
    due_on: dt.date
    met_on: dt.date | None = None

    @property
    def is_met(self) -> bool:
        """Say whether a norm whose amount is known is met."""
        if self.required is None:
            return False
        return bool(self.met_on) if self.norm.unit == Unit.DAYS else not self.missing

    @property
    def words(self) -> str:
        """Name the norm."""
        return norm_words(self.norm)

    @property
    def required_words(self) -> str:
        """Say what is asked for: „16 часа“, „до 30.01.2026“, or that it is not known."""
        if self.required is None:
            return "не е известно"
        if self.norm.unit == Unit.DAYS:
            return f"до {self.due_on:%d.%m.%Y}"
        return amount_words(self.required, self.norm.unit)

    @property
    def done_words(self) -> str:
        """Say what there is: „8 часа“, or the day of the training."""
        if self.norm.unit == Unit.DAYS:
            return f"{self.met_on:%d.%m.%Y}" if self.met_on else "още не"
        return amount_words(self.done, self.norm.unit)

    @property
    def missing_words(self) -> str:
        """Say what is missing: „8 часа“, „закъснява с 3 дни“; "" where nothing is."""
        if not self.missing:
            return ""
        words = amount_words(self.missing, self.norm.unit)
        return f"закъснява с {words}" if self.norm.unit == Unit.DAYS else words


@dataclass(frozen=True)
class Record:
    """Trainings and supervision of a person in ``year``, the last first, and the norms."""

    trainee: Trainee
    year: int
    lines: list[NormLine] = field(default_factory=list)
    trainings: list[TrainingParticipant] = field(default_factory=list)
    supervisions: list[Supervision] = field(default_factory=list)
    training_hours: Decimal = NONE
    supervision_hours: Decimal = NONE
    groups: frozenset[str] = frozenset()  # for whom they count: „all“, „desk“, „providers“

    @property
    def unmet(self) -> list[NormLine]:
        """Norms of which something is missing."""
        return [line for line in self.lines if line.missing]

    @property
    def training_hours_words(self) -> str:
        """Return the academic hours of all the trainings: „24 часа“."""
        return amount_words(self.training_hours, Unit.HOURS)

    @property
    def supervision_hours_words(self) -> str:
        """Return the hours of all supervision."""
        return amount_words(self.supervision_hours, Unit.HOURS)

    @property
    def is_unverified(self) -> bool:
        """Say whether something is missing by a norm that nobody has compared with the law."""
        return any(not line.norm.is_verified for line in self.unmet)


@dataclass(frozen=True)
class Unmet:
    """A norm that a person has not met in a year."""

    trainee: Trainee
    norm: DevelopmentNorm
    done: Decimal
    missing: Decimal


def record_of(trainee: Trainee, year: int, *, today: dt.date | None = None) -> Record:
    """Return the record of ``trainee`` in ``year``, in a fixed number of queries."""
    return records_of([trainee], year, today=today)[0]


def unmet(year: int, *, today: dt.date | None = None) -> list[Unmet]:
    """Return what people who work lack of the norms of ``year``, in a fixed number of queries."""
    norms = [norm for norm in norms_of(year) if norm.value is not None]
    if not norms:
        return []
    return [
        Unmet(record.trainee, line.norm, line.done, line.missing)
        for record in records_of(list(bound_in(year)), year, norms=norms, today=today)
        for line in record.unmet
    ]


def with_groups(people: QuerySet[Trainee]) -> QuerySet[Trainee]:
    """Let each row know for whom its person counts, so that ``groups_of`` asks nothing."""
    own = {"user": OuterRef("user"), "municipality": OuterRef("municipality")}
    desk = Membership.objects.current().filter(role__in=DESK_ROLES, **own)
    return people.annotate(
        is_of_desk=Exists(desk), is_of_provider=Exists(ProviderMembership.objects.filter(**own))
    )


def bound_in(year: int) -> QuerySet[Trainee]:
    """Return those who work, without those appointed after ``year``."""
    rows = Trainee.objects.filter(is_active=True).exclude(appointed_on__year__gt=year)
    return with_groups(rows).select_related("provider")


def records_of(
    trainees: Sequence[Trainee],
    year: int,
    *,
    norms: list[DevelopmentNorm] | None = None,
    today: dt.date | None = None,
) -> list[Record]:
    """Return the records of ``trainees`` in ``year`` in their order, in a fixed number of queries.

    Needs the municipality's scope.
    """
    today = today or timezone.localdate()
    norms = norms_of(year) if norms is None else norms
    learned = _trainings(trainees, year)
    supervised = _supervisions(trainees, year)
    groups = groups_of(trainees)
    return [
        _record(
            trainee,
            year,
            [norm for norm in norms if norm.applies_to in groups[trainee.pk]],
            learned.get(trainee.pk, []),
            supervised.get(trainee.pk, []),
            groups[trainee.pk],
            today,
        )
        for trainee in trainees
    ]


def _day(row: TrainingParticipant) -> dt.date:
    """Return the day by which a training belongs to a year; those without one were left out."""
    day = row.training.ends_on or row.training.starts_on
    return cast(dt.date, day)


def _trainings(trainees: Sequence[Trainee], year: int) -> dict[int, list[TrainingParticipant]]:
    """Return what each has attended in the year, and every introductory training."""
    rows = (
        TrainingParticipant.objects.filter(
            trainee__in=[trainee.pk for trainee in trainees],
            state=TrainingParticipant.State.ATTENDED,
        )
        .exclude(training__state=Training.State.CANCELLED)
        .alias(ended=ENDED_ON)
        .exclude(ended=None)
        .filter(Q(ended__year=year) | Q(training__kind=Training.Kind.INTRODUCTORY))
        .select_related("training", "training__project", "certificate")
        .order_by("-ended", "-pk")
    )
    found: dict[int, list[TrainingParticipant]] = defaultdict(list)
    for row in rows:
        found[row.trainee_id].append(row)
    return found


def _supervisions(trainees: Sequence[Trainee], year: int) -> dict[int, list[Supervision]]:
    rows = (
        SupervisionParticipant.objects.filter(
            trainee__in=[trainee.pk for trainee in trainees], supervision__held_on__year=year
        )
        .select_related("supervision", "supervision__project")
        .order_by("-supervision__held_on", "-supervision_id")
    )
    found = defaultdict(list)
    for row in rows:
        found[row.trainee_id].append(row.supervision)
    return found


def groups_of(trainees: Sequence[Trainee]) -> dict[int, frozenset[str]]:
    """Say for whom each counts by what they do today; asks for rows not of ``with_groups``."""
    unknown = [row.pk for row in trainees if not hasattr(row, "is_of_desk")]
    known = {row.pk: row for row in trainees}
    if unknown:
        known |= {row.pk: row for row in with_groups(Trainee.objects.filter(pk__in=unknown))}
    found = {}
    for pk, row in known.items():
        groups = {For.ALL.value}
        if row.is_of_desk:
            groups.add(For.DESK.value)
        if row.provider_id or row.is_of_provider:
            groups.add(For.PROVIDERS.value)
        found[pk] = frozenset(groups)
    return found


def _record(
    trainee: Trainee,
    year: int,
    norms: list[DevelopmentNorm],
    learned: list[TrainingParticipant],
    supervised: list[Supervision],
    groups: frozenset[str],
    today: dt.date,
) -> Record:
    in_year = [row for row in learned if _day(row).year == year]
    lines = [
        _in_days(norm, trainee.appointed_on, learned, today)
        if norm.unit == Unit.DAYS and trainee.appointed_on
        else _in_amounts(norm, year, in_year, supervised)
        for norm in norms
        if _binds(norm, trainee.appointed_on, year)
    ]
    return Record(
        trainee,
        year,
        lines,
        in_year,
        supervised,
        sum((row.hours_taken for row in in_year), NONE),
        sum((row.hours for row in supervised), NONE),
        groups,
    )


def _binds(norm: DevelopmentNorm, appointed: dt.date | None, year: int) -> bool:
    """Say whether whoever was ``appointed`` owes the norm in the year; see the module's top."""
    is_once = norm.what == What.INTRODUCTORY or norm.unit == Unit.DAYS
    if appointed is None:
        return not is_once
    if norm.unit == Unit.DAYS:
        return _deadline(norm, appointed).year == year
    return appointed.year == year if is_once else appointed.year <= year


def _deadline(norm: DevelopmentNorm, appointed: dt.date) -> dt.date:
    """Return the last day of a norm in days; without an amount, the day of the appointment."""
    return appointed + dt.timedelta(days=int(norm.value or 0))


def _in_days(
    norm: DevelopmentNorm,
    appointed: dt.date,
    learned: list[TrainingParticipant],
    today: dt.date,
) -> NormLine:
    due_on = _deadline(norm, appointed)
    kinds = TRAINING_KINDS.get(norm.what, set())
    days = [_day(row) for row in learned if row.training.kind in kinds]
    met_on = min((day for day in days if day >= appointed), default=None)
    late = 0 if norm.value is None or met_on else max(0, (today - due_on).days)
    return NormLine(norm, norm.value, NONE, Decimal(late), due_on, met_on)


def _in_amounts(
    norm: DevelopmentNorm,
    year: int,
    learned: list[TrainingParticipant],
    supervised: list[Supervision],
) -> NormLine:
    kinds = TRAINING_KINDS.get(norm.what, set())
    forms = SUPERVISION_FORMS.get(norm.what, set())
    hours = [row.hours_taken for row in learned if row.training.kind in kinds]
    hours += [row.hours for row in supervised if row.form in forms]
    done = sum(hours, NONE) if norm.unit == Unit.HOURS else Decimal(len(hours))
    missing = max(NONE, (norm.value or NONE) - done)
    return NormLine(norm, norm.value, done, missing, dt.date(year, 12, 31))
