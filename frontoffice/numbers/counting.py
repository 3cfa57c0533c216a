"""The consultations of a period counted: how many, how long, when, how, about what, for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Count, FloatField, Q, QuerySet, Sum
from django.db.models.functions import ExtractHour, TruncDate, TruncMonth
from django.utils.formats import date_format

from frontoffice.models import Consultation, ConsultationTopic
from municipalities.disclosure import Cell, Hiding, Protected, ShownCell, protect
from municipalities.hours import within_days
from municipalities.models import Settlement, User
from municipalities.periods import Days, Period

MOST_DAYS_DRAWN = 93  # a quarter; what is longer is counted by month
OFFICE_OPENS, OFFICE_CLOSES = 8, 17  # hours that are drawn even when nobody came


class Median(Aggregate):
    """The middle value, by PostgreSQL's percentile_cont."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True)
class Sums:
    """How many consultations, how many minutes in all, and how long the middle one was."""

    count: int
    minutes: int
    median: float | None


@dataclass(frozen=True)
class Table:
    """One table: ``key`` names it, ``filter`` is the field of the journal that its rows choose."""

    key: str
    title: str
    label_heading: str
    rows: list[ShownCell]
    hiding: Hiding = Hiding.NOTHING
    filter: str = ""


@dataclass(frozen=True)
class Numbers:
    """Everything the page and its spreadsheet show."""

    period: Period
    now: Sums
    before: Sums
    smallest: int
    of_work: list[Table]
    of_people: list[Table]
    has_people: bool

    @property
    def tables(self) -> list[Table]:
        """All tables, those that are withheld too."""
        return [*self.of_work, *self.of_people]

    def table(self, key: str) -> Table | None:
        """Return the table called ``key``, None where there is none."""
        return next((table for table in self.tables if table.key == key), None)


def written(table: Table, cell: ShownCell, smallest: int) -> str:
    """Return the count of a row in words where it is hidden, else "" (it speaks for itself)."""
    if cell.count is not None:
        return ""
    return f"под {smallest}" if table.hiding is Hiding.UNDER else "скрит"


def count(
    period: Period, narrowing: Q, *, smallest: int, is_narrowed: bool, with_specialists: bool
) -> Numbers:
    """Return the numbers of ``period``, a fixed number of queries.

    Tables about people are there only when nothing narrows the period (see ``disclosure``); that
    by specialist only where asked for.
    """
    rows = _of(period.days, narrowing)
    now = _sums(rows)
    before = _sums(_of(period.before, narrowing))
    of_work = [_by_time(rows, period.days), _by_hour(rows), _by_channel(rows)]
    if with_specialists:
        of_work.append(_by_specialist(rows))
    of_people = [
        protected(*table, total=now.count, smallest=smallest)
        for table in ([] if is_narrowed else _of_people(rows))
    ]
    return Numbers(period, now, before, smallest, of_work, of_people, has_people=not is_narrowed)


def _of(days: Days, narrowing: Q) -> QuerySet[Consultation]:
    inside = within_days("held_at", days.first, days.last)
    return Consultation.objects.filter(inside & narrowing).order_by()


def _sums(rows: QuerySet[Consultation]) -> Sums:
    found = rows.aggregate(
        n=Count("pk"), minutes=Sum("duration_minutes"), median=Median("duration_minutes")
    )
    return Sums(found["n"], found["minutes"] or 0, found["median"])


def _counted(rows: QuerySet, column: Any) -> dict[Any, int]:
    return dict(rows.annotate(of=column).values_list("of").annotate(n=Count("pk")))


# About the work of the office: shown as it is


def _by_time(rows: QuerySet[Consultation], days: Days) -> Table:
    return by_time(rows, days, moment="held_at", title="Консултации")


def by_time(rows: QuerySet, days: Days, *, moment: str, title: str) -> Table:
    """Count ``rows`` by the day of ``moment``, over a long time by its month; none is left out."""
    if days.length > MOST_DAYS_DRAWN:
        found = _counted(rows, TruncMonth(moment))
        by_month = {moment.date(): number for moment, number in found.items()}
        cells = [
            ShownCell(date_format(month, "F Y"), by_month.get(month, 0), month)
            for month in _months(days)
        ]
        return Table("by_month", f"{title} по месеци", "Месец", cells)
    found = _counted(rows, TruncDate(moment))
    every = (days.first + dt.timedelta(days=n) for n in range(days.length))
    cells = [ShownCell(f"{day:%d.%m.%Y}", found.get(day, 0), day) for day in every]
    return Table("by_day", f"{title} по дни", "Ден", cells)


def _months(days: Days) -> Iterable[dt.date]:
    month = days.first.replace(day=1)
    while month <= days.last:
        yield month
        month = (month + dt.timedelta(days=31)).replace(day=1)


def _by_hour(rows: QuerySet[Consultation]) -> Table:
    found = _counted(rows, ExtractHour("held_at"))
    first = min([OFFICE_OPENS, *found])
    last = max([OFFICE_CLOSES, *found])
    cells = [
        ShownCell(f"{hour:02}:00", found.get(hour, 0), hour) for hour in range(first, last + 1)
    ]
    return Table("by_hour", "По час от деня", "Час", cells)


def _by_channel(rows: QuerySet[Consultation]) -> Table:
    found = rows.values_list("channel").annotate(n=Count("pk"))
    names = dict(Consultation.Channel.choices)
    cells = [ShownCell(str(names[key]), number, key) for key, number in found]
    return Table("by_channel", "По канал", "Канал", _largest_first(cells), filter="kanal")


def _by_specialist(rows: QuerySet[Consultation]) -> Table:
    found = dict(rows.values_list("specialist").annotate(n=Count("pk")))
    people = User.objects.filter(pk__in=found).order_by("name", "pk")
    cells = [ShownCell(user.name, found[user.pk], user.pk) for user in people]
    return Table(
        "by_specialist", "По специалист", "Специалист", _largest_first(cells), filter="specialist"
    )


def _largest_first(cells: list[ShownCell]) -> list[ShownCell]:
    return sorted(cells, key=lambda cell: (-(cell.count or 0), cell.label))


# About people: protected


def _of_people(rows: QuerySet[Consultation]) -> list[tuple[Table, list[Cell], bool]]:
    """Return each table without rows, with its counts, and whether they add up to the total."""
    topics = dict(rows.values_list("topics").annotate(n=Count("pk")))
    return [
        (
            Table("by_topic", "По тема", "Тема", [], filter="tema"),
            [
                Cell(topic.name, topics[topic.pk], topic.code)
                for topic in ConsultationTopic.objects.filter(pk__in=[pk for pk in topics if pk])
            ],
            False,
        ),
        (
            Table("by_subject", "За кого", "За кого", [], filter="za"),
            _chosen(rows, "subject", Consultation.Subject),
            True,
        ),
        (
            Table("by_outcome", "По изход", "Изход", [], filter="izhod"),
            _chosen(rows, "outcome", Consultation.Outcome),
            True,
        ),
        (
            Table("by_settlement", "По населено място", "Населено място", [], filter="myasto"),
            _of_places(rows),
            True,
        ),
    ]


def _of_places(rows: QuerySet[Consultation]) -> list[Cell]:
    """Return the counts by settlement; nothing where none was ever named."""
    found = dict(rows.values_list("settlement").annotate(n=Count("pk")))
    places = Settlement.objects.filter(pk__in=[pk for pk in found if pk])
    cells = [Cell(str(place), found[place.pk], place.ekatte) for place in places]
    return [*cells, Cell("не е посочено", found.get(None, 0))] if cells else []


def _chosen(rows: QuerySet[Consultation], column: str, choices: Any) -> list[Cell]:
    found = dict(rows.values_list(column).annotate(n=Count("pk")))
    return [Cell(str(label), found.get(key, 0), key) for key, label in choices.choices]


def protected(
    table: Table, cells: list[Cell], is_partition: bool, *, total: int, smallest: int
) -> Table:
    """Return ``table`` with the rows that may be shown of ``cells``."""
    safe: Protected = protect(cells, total=total, smallest=smallest, is_partition=is_partition)
    return Table(table.key, table.title, table.label_heading, safe.rows, safe.hiding, table.filter)
