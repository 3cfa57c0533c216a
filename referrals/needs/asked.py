"""What people asked: at the desk, in talks, and in writing or at the counter, in applications."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from frontoffice.models import Consultation, ConsultationTopic
from municipalities.disclosure import Cell
from referrals.applications.models import OPEN_STATES, Application, Outcome, State
from referrals.kinds.models import Nature
from referrals.needs.figures import Data, Period, Shown, Table, atleast, decimal, people, share
from referrals.needs.rows import (
    UNSAID,
    Time,
    by_place,
    choice_cells,
    counted,
    how_long,
    inside,
    linked,
    months,
    say_most,
)
from services_registry.models import Service, ServiceKind

MISSING = "Няма такава услуга"


@dataclass(frozen=True)
class Talks:
    """The consultations of a period, divided in each of several ways."""

    total: int
    by_month: dict[dt.date, int]
    by_channel: dict[str, int]
    by_topic: Shown
    by_subject: Shown
    by_outcome: Shown  # those without a service are divided further, by the kind that is missing
    by_settlement: Shown
    kinds_of_topics: dict[int, list[int]]  # kind: topics

    @property
    def missing(self) -> set[Any]:
        """The keys of the outcomes that say that there is no such service."""
        rows = {cell.key for cell in self.by_outcome.table.rows if cell.count is not None}
        return {key for key in rows | self.by_outcome.hidden if isinstance(key, tuple)}


def talks(period: Period) -> Talks:
    """Return the consultations of ``period``; a fixed number of queries."""
    rows = inside(Consultation.objects.all(), "held_at", period)
    total = rows.count()
    topics = list(ConsultationTopic.objects.prefetch_related("kinds"))
    of_topics = counted(rows, "topics")
    kinds: dict[int, list[int]] = {}
    for topic in topics:
        for kind in topic.kinds.all():
            kinds.setdefault(kind.pk, []).append(topic.pk)
    return Talks(
        total=total,
        by_month=months(rows, "held_at"),
        by_channel=counted(rows, "channel"),
        by_topic=people(
            "Консултации по тема",
            "Тема",
            [Cell(topic.name, of_topics.get(topic.pk, 0), topic.pk) for topic in topics],
            period,
            total=total,
            is_partition=False,
        ),
        by_subject=people(
            "За кого са питали",
            "За кого",
            choice_cells(counted(rows, "subject"), Consultation.Subject.choices),
            period,
            total=total,
        ),
        by_outcome=_by_outcome(rows, period, total),
        by_settlement=by_place("Консултации по населено място", rows, "settlement", period, total),
        kinds_of_topics=kinds,
    )


def _by_outcome(rows: QuerySet, period: Period, total: int) -> Shown:
    """Return the outcomes, that of no such service divided by the kind that was named.

    One division and not two: the kinds are parts of one outcome, from which they could be taken.
    """
    kinds = {kind.pk: kind.name for kind in ServiceKind.objects.all()}
    names = dict(Consultation.Outcome.choices)
    unmet = Consultation.Outcome.UNMET
    cells: dict[Any, Cell] = {}
    found = list(rows.values_list("outcome", "missing_kind").annotate(n=Count("pk")))
    for outcome, kind, count in sorted(found, key=lambda row: (row[0], row[1] or 0)):
        if outcome == unmet:
            named = kinds.get(kind, "не е посочено каква")
            key: Any = (unmet, kind)
            label = f"{MISSING}: {named}"
        else:
            key, label = outcome, str(names.get(outcome, outcome))
        before = cells[key].count if key in cells else 0
        cells[key] = Cell(label, before + count, key)
    title = "С какво приключиха консултациите"
    return people(title, "Изход", list(cells.values()), period, total=total)


def count_talks(period: Period) -> Data:
    """Return the section of the consultations."""
    found = period.once(talks)
    data = Data()
    data.fact("Консултации", found.total)
    if not found.total:
        data.notes.append("През периода не са записани консултации.")
        return data
    data.fact("Средно на месец", decimal(found.total / len(period.months())))
    say_most(data, "Най-честа тема", found.by_topic)
    away = found.by_channel.get(Consultation.Channel.OUTREACH, 0)
    data.fact("В изнесена приемна", f"{away} ({share(away, found.total)})")
    named = [cell.key for cell in found.by_settlement.table.rows if cell.key != UNSAID]
    if named or not found.by_settlement.is_withheld:
        data.fact("Населени места, от които са питали", len(named) or "не са записвани")
    data.by_month("Консултации по месеци", found.by_month, period)
    names = dict(Consultation.Channel.choices)
    channels = sorted(found.by_channel.items(), key=lambda one: -one[1])
    data.tables.append(
        Table("Консултации по канал", ["Канал", "Брой"], [[str(names[k]), n] for k, n in channels])
    )
    for shown in (found.by_topic, found.by_subject, found.by_outcome, found.by_settlement):
        data.add(shown)
    data.notes.append("Една консултация може да е по няколко теми.")
    return data


# Applications


@dataclass(frozen=True)
class Wishes:
    """The applications of a period that ask for a service, divided in each of several ways."""

    total: int
    others: int
    alerts: int
    by_month: dict[dt.date, int]
    by_kind: Shown
    by_service: Shown
    by_state: Shown
    by_settlement: Shown
    time: Time
    kinds_of_services: dict[int, list[int]]  # kind: services
    groups_of_services: dict[int, list[int]]  # target group: services


def wishes(period: Period) -> Wishes:
    """Return the applications of ``period``; a fixed number of queries."""
    every = inside(Application.objects.all(), "registered_at", period)
    alerts = every.filter(nature=Nature.ALERT).count()
    asking = every.exclude(nature=Nature.ALERT)
    rows = asking.filter(kind__asks_service=True)
    total = rows.count()
    kinds, services = counted(rows, "kind__name"), counted(rows, "service")
    names = dict(
        Service.objects.filter(pk__in=[pk for pk in services if pk]).values_list("pk", "name")
    )
    time = how_long(rows.filter(closed_at__isnull=False), "closed_at", "registered_at")
    return Wishes(
        total=total,
        others=asking.filter(kind__asks_service=False).count(),
        alerts=alerts,
        by_month=months(rows, "registered_at"),
        by_kind=people(
            "Заявления по вид",
            "Вид",
            [Cell(name, count, name) for name, count in sorted(kinds.items())],
            period,
            total=total,
        ),
        by_service=people(
            "Заявления по услуга",
            "Услуга",
            [
                *(Cell(names[pk], services[pk], pk) for pk in sorted(names, key=names.__getitem__)),
                Cell("без посочена услуга", services.get(None, 0), UNSAID),
            ],
            period,
            total=total,
        ),
        by_state=_by_state(rows, period, total),
        by_settlement=by_place("Заявления по населено място", rows, "settlement", period, total),
        time=time,
        kinds_of_services=linked("kinds", "servicekind"),
        groups_of_services=linked("target_groups", "targetgroup"),
    )


def _by_state(rows: QuerySet, period: Period, total: int) -> Shown:
    """Return where they stand now, the closed ones by their outcome."""
    states, outcomes = dict(State.choices), dict(Outcome.choices)
    cells: dict[str, Cell] = {}
    for state, outcome, count in rows.values_list("state", "outcome").annotate(n=Count("pk")):
        if state in OPEN_STATES:
            key, label = "open", "още се разглеждат"
        elif state == State.CLOSED:
            key, label = outcome, str(outcomes.get(outcome, outcome))
        else:
            key, label = state, str(states[state])
        before = cells[key].count if key in cells else 0
        cells[key] = Cell(label, before + count, key)
    return people("Докъде стигнаха заявленията", "Изход", list(cells.values()), period, total=total)


def count_wishes(period: Period) -> Data:
    """Return the section of the applications."""
    found = period.once(wishes)
    data = Data()
    data.fact("Желания и заявления за услуга", found.total)
    data.fact("Други заявления", atleast(found.by_kind, found.others))
    data.fact("Сигнали за хора в нужда", atleast(found.by_kind, found.alerts))
    if not found.total:
        data.notes.append("През периода не са постъпили заявления за услуга.")
        return data
    say_most(data, "Най-търсена услуга", found.by_service, besides=UNSAID)
    data.fact("Без посочена услуга", found.by_service.said_of(UNSAID))
    # That there are enough closed ones would tell of the open ones where those are hidden.
    if not found.by_state.hidden and not found.by_state.is_withheld:
        found.time.tell(data, "От постъпването до приключването", period.smallest)
    data.by_month("Заявления по месеци", found.by_month, period)
    for shown in (found.by_kind, found.by_service, found.by_state, found.by_settlement):
        data.add(shown)
    data.notes.append("Сигналите и заявленията, които не са за услуга, са само преброени.")
    return data
