"""Referring in numbers: how long each step takes, what came of it, who waits, by service and place.

Steps are counted from the events of the machines (the state before and after, the moment), a query
each: a step belongs to the period in which it ended. The two ends that are days and not moments are
the wish, by the day it was stated, and the service, by the day it began. Tables about people are
protected as those of the desk are (``municipalities.disclosure``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Aggregate,
    Count,
    DateField,
    F,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import TruncDate
from django.utils import timezone

from frontoffice.numbers.counting import Table, by_time, protected
from municipalities.disclosure import Cell
from municipalities.hours import within_days
from municipalities.models import Settlement
from municipalities.periods import Days, Period
from referrals.applications.models import Application
from referrals.assessments.models import AssessmentEvent, AssessmentState, Conclusion
from referrals.kinds.models import Nature
from referrals.outcomes.models import OutcomeQuestion
from referrals.placing.models import (
    DeclineReason,
    Referral,
    ReferralEvent,
    ReferralState,
    WithdrawReason,
)

A, R = AssessmentState, ReferralState
ANSWERS = (R.ACCEPTED, R.WAITING, R.DECLINED)
NOT_SAID = "не е посочено"


class Share(Aggregate):
    """The value below which a share of the rows lies, by PostgreSQL's percentile_cont."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: Any, share: float, **extra: Any) -> None:
        super().__init__(expression, share=float(share), **extra)


class _Days(Func):
    """How many days there are from the second date, which is there, to the first; never under 0."""

    template = "GREATEST(0, (%(expressions)s))"
    arg_joiner = " - "
    output_field = IntegerField()


@dataclass(frozen=True)
class Step:
    """How many days a step took: of how many cases, the middle one and the middle half.

    Where there are fewer cases than the smallest count only that is told.
    """

    key: str
    words: str
    count: int
    first: float | None = None
    median: float | None = None
    third: float | None = None
    median_before: float | None = None
    is_total: bool = False


@dataclass(frozen=True)
class Waits:
    """How long people waited for one service, or of one place: the middle of enough of them."""

    label: str
    median: float


@dataclass(frozen=True)
class Measures:
    """Everything the page and its spreadsheet show."""

    period: Period
    smallest: int
    steps: list[Step]
    sent: Table
    tables: list[Table]
    waiting: int
    longest: list[Waits]  # how long those wait who wait now, by service
    by_service: list[Waits]  # from the wish to the service
    by_settlement: list[Waits]

    def step(self, key: str) -> Step:
        """Return the step called ``key``."""
        return next(step for step in self.steps if step.key == key)


def measure(period: Period, *, smallest: int) -> Measures:
    """Return the numbers of ``period``, in a fixed number of queries."""
    steps = [_step(*one, period, smallest) for one in _intervals()]
    days = period.days
    sent = _sent().filter(within_days("at", days.first, days.last))
    started = _started().filter(within_days("at", days.first, days.last))
    now = Referral.objects.filter(state=R.WAITING).order_by()
    waiting = now.count()
    today = Value(timezone.localdate(), DateField())
    return Measures(
        period=period,
        smallest=smallest,
        steps=steps,
        sent=by_time(sent, days, moment="at", title="Изпратени насочвания"),
        tables=[
            *_of_services(sent, now, waiting, smallest),
            *_of_reasons(days, smallest),
            *_of_outcomes(days, smallest),
        ],
        waiting=waiting,
        longest=_waits(
            now.annotate(took=_Days(today, TruncDate("waiting_since"))),
            "service__name",
            smallest,
        ),
        by_service=_waits(started, "referral__service__name", smallest),
        by_settlement=_by_place(_waits(started, "referral__person__settlement", smallest)),
    )


# Steps

_Interval = tuple[str, str, QuerySet, str]  # key, words, rows with ``took``, their moment


def _sent() -> QuerySet[ReferralEvent]:
    return ReferralEvent.objects.filter(source=R.CHOSEN, target=R.SENT).order_by()


def _answered() -> QuerySet[ReferralEvent]:
    return ReferralEvent.objects.filter(source=R.SENT, target__in=ANSWERS).order_by()


def _begins() -> QuerySet[ReferralEvent]:
    return ReferralEvent.objects.filter(source=R.ACCEPTED, target=R.STARTED).order_by()


def _started() -> QuerySet[ReferralEvent]:
    """Return the events that began a service, with how long after the wish that was."""
    took = _Days(F("referral__started_on"), F("referral__requested_on"))
    return _begins().annotate(took=took)


def _done() -> QuerySet[AssessmentEvent]:
    return (
        AssessmentEvent.objects.filter(target=A.DONE, assessment__replaces__isnull=True)
        .exclude(source=A.DONE)
        .order_by()
    )


def _begun() -> QuerySet[AssessmentEvent]:
    return AssessmentEvent.objects.filter(source="", target=A.DRAFT).order_by()


def _since(rows: QuerySet, begin: QuerySet) -> QuerySet:
    """Return ``rows`` with ``since``, when the step before them ended; without it they are out."""
    first = Subquery(begin.order_by("at", "pk").values("at")[:1])
    return rows.annotate(since=first).filter(since__isnull=False)


def _took(rows: QuerySet, until: Any = None) -> QuerySet:
    """Return ``rows`` with how many days there were from ``since`` to the step or ``until``."""
    return rows.annotate(took=_Days(until or TruncDate("at"), TruncDate("since")))


def _intervals() -> list[_Interval]:
    """Return each step as the rows that ended it; the whole way last."""
    whole = "whole", "от желанието до услугата", _started(), "at"
    return [*_of_the_assessment(), *_of_the_referral(), whole]


def _of_the_assessment() -> list[_Interval]:
    wishes = Application.objects.filter(nature=Nature.WISH).order_by()
    registered = TruncDate("registered_at")
    begun = _begun().filter(assessment__replaces__isnull=True)
    of_case = TruncDate("assessment__application__registered_at")
    done = _since(_done(), _begun().filter(assessment=OuterRef("assessment")))
    return [
        (
            "registered",
            "от желанието до регистрирането",
            wishes.annotate(took=_Days(registered, F("received_on"))),
            "registered_at",
        ),
        (
            "begun",
            "до започната оценка",
            begun.annotate(took=_Days(TruncDate("at"), of_case)),
            "at",
        ),
        ("done", "до готова оценка", _took(done), "at"),
    ]


def _of_the_referral() -> list[_Interval]:
    # Not of one instead of another, and of an urgent case the referral goes before the assessment.
    sent = _since(
        _sent().filter(referral__replaces__isnull=True),
        _done().filter(assessment=OuterRef("referral__assessment")),
    ).filter(since__lte=F("at"))
    answered = _since(_answered(), _sent().filter(referral=OuterRef("referral")))
    started = _since(_begins(), _answered().filter(referral=OuterRef("referral")))
    return [
        ("sent", "до изпращане на доставчика", _took(sent), "at"),
        ("answered", "до отговора на доставчика", _took(answered), "at"),
        (
            "started",
            "от отговора до началото на услугата",
            _took(started, F("referral__started_on")),
            "at",
        ),
    ]


def _step(key: str, words: str, rows: QuerySet, moment: str, period: Period, smallest: int) -> Step:
    now = within_days(moment, period.days.first, period.days.last)
    before = within_days(moment, period.before.first, period.before.last)
    found = rows.aggregate(
        count=Count("pk", filter=now),
        first=Share("took", 0.25, filter=now),
        median=Share("took", 0.5, filter=now),
        third=Share("took", 0.75, filter=now),
        count_before=Count("pk", filter=before),
        median_before=Share("took", 0.5, filter=before),
    )
    enough_before = found.pop("count_before") >= smallest
    median_before = found.pop("median_before")
    if found["count"] < smallest:
        found = {"count": found["count"]}
    return Step(
        key,
        words,
        **found,
        median_before=median_before if enough_before else None,
        is_total=key == "whole",
    )


# Tables about people: protected


def _of_services(sent: QuerySet, now: QuerySet, waiting: int, smallest: int) -> list[Table]:
    by_service = dict(sent.values_list("referral__service__name").annotate(n=Count("pk")))
    by_place = dict(sent.values_list("referral__person__settlement").annotate(n=Count("pk")))
    line = dict(now.values_list("service__name").annotate(n=Count("pk")))
    total = sum(by_service.values())
    places = Settlement.objects.filter(pk__in=[pk for pk in by_place if pk])
    cells = [Cell(str(place), by_place[place.pk]) for place in places]
    return [
        _table("by_service", "Насочвания по услуга", "Услуга", _cells(by_service), total, smallest),
        _table(
            "by_settlement",
            "Насочвания по населено място",
            "Населено място",
            [*cells, Cell(NOT_SAID, by_place.get(None, 0))],
            total,
            smallest,
        ),
        _table("waiting", "Чакат сега, по услуга", "Услуга", _cells(line), waiting, smallest),
    ]


def _of_reasons(days: Days, smallest: int) -> list[Table]:
    inside = within_days("at", days.first, days.last)
    moved = ReferralEvent.objects.filter(inside).order_by()
    ends = _done().filter(inside).values_list("assessment__outcome")
    declined = moved.filter(target=R.DECLINED).exclude(source=R.DECLINED)
    withdrawn = moved.filter(target=R.WITHDRAWN).exclude(source=R.WITHDRAWN)
    return [
        _chosen("conclusions", "Заключения на оценките", ends, Conclusion, smallest),
        _chosen(
            "declined",
            "Откази на доставчици по причина",
            declined.values_list("referral__decline_reason"),
            DeclineReason,
            smallest,
        ),
        _chosen(
            "withdrawn",
            "Оттеглени по причина",
            withdrawn.values_list("referral__withdraw_reason"),
            WithdrawReason,
            smallest,
        ),
    ]


def _of_outcomes(days: Days, smallest: int) -> list[Table]:
    answered = OutcomeQuestion.objects.filter(
        within_days("answered_at", days.first, days.last), state=OutcomeQuestion.State.ANSWERED
    ).order_by()
    return [
        _chosen(
            "reached",
            "Стигна ли помощта",
            answered.values_list("reached"),
            OutcomeQuestion.Reached,
            smallest,
        ),
        _chosen(
            "helped",
            "Помага ли",
            answered.exclude(helped="").values_list("helped"),
            OutcomeQuestion.Helped,
            smallest,
        ),
    ]


def _chosen(key: str, title: str, rows: Any, choices: Any, smallest: int) -> Table:
    found = dict(rows.annotate(n=Count("pk")))
    cells = [Cell(str(label), found.get(value, 0)) for value, label in choices.choices]
    heading = "Отговор" if key in ("reached", "helped") else "Причина"
    heading = "Заключение" if key == "conclusions" else heading
    return _table(key, title, heading, cells, sum(found.values()), smallest)


def _cells(counted: dict[str, int]) -> list[Cell]:
    return [Cell(label, counted[label]) for label in sorted(counted)]


def _table(
    key: str, title: str, heading: str, cells: list[Cell], total: int, smallest: int
) -> Table:
    return protected(Table(key, title, heading, []), cells, True, total=total, smallest=smallest)


def _waits(rows: QuerySet, by: str, smallest: int) -> list[Waits]:
    """Return the middle of ``took`` by ``by`` of groups that are large enough, the longest first.

    How many there are in each is not told, so that nothing follows of those that are left out.
    """
    found = rows.values_list(by).annotate(n=Count("pk"), middle=Share("took", 0.5))
    enough = [Waits(str(label), middle) for label, n, middle in found if label and n >= smallest]
    return sorted(enough, key=lambda one: (-one.median, one.label))


def _by_place(waits: list[Waits]) -> list[Waits]:
    places = Settlement.objects.in_bulk([int(one.label) for one in waits])
    return [Waits(str(places[int(one.label)]), one.median) for one in waits]
