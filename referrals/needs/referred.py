"""What was found needed and where people were referred: assessments done, referrals sent."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from municipalities.disclosure import Cell, Hiding
from referrals.assessments.models import AssessmentState, Conclusion, NeedsAssessment
from referrals.needs.figures import Data, Period, Shown, people
from referrals.needs.rows import (
    Time,
    by_place,
    choice_cells,
    counted,
    how_long,
    inside,
    say_most,
)
from referrals.placing.models import DeclineReason, Referral, ReferralState
from services_registry.models import Service, ServiceKind

S = ReferralState
TAKEN = (S.ACCEPTED, S.STARTED, S.ENDED)
IN_LINE = (S.WAITING, S.OFFERED)
NO_PLACE = "no_place"  # the key of those that were declined for want of a place


@dataclass(frozen=True)
class Needs:
    """The assessments done in a period, divided in each of several ways."""

    total: int
    by_conclusion: Shown
    by_kind: Shown  # of what was found needed; one may need several
    time: Time


@dataclass(frozen=True)
class Referred:
    """The referrals sent in a period, divided in each of several ways."""

    total: int
    by_service: Shown
    by_result: Shown
    by_settlement: Shown
    # Where a place was wanting; None where it would tell of a number that another table hides.
    without_place: Shown | None


def needs(period: Period) -> Needs:
    """Return the assessments of ``period``, each once though it was replaced; fixed queries."""
    done = (AssessmentState.DONE, AssessmentState.REPLACED)
    rows = NeedsAssessment.objects.filter(
        state__in=done,
        replaces__isnull=True,
        issued_on__gte=period.since,
        issued_on__lte=period.upto,
    ).order_by()
    total = rows.count()
    of_kinds = counted(rows, "kinds")
    return Needs(
        total=total,
        by_conclusion=people(
            "Заключения на предварителните оценки",
            "Заключение",
            choice_cells(counted(rows, "outcome"), Conclusion.choices),
            period,
            total=total,
        ),
        by_kind=people(
            "Какво е оценено като нужно",
            "Вид услуга по чл. 15",
            [Cell(k.name, of_kinds.get(k.pk, 0), k.pk) for k in ServiceKind.objects.all()],
            period,
            total=total,
            is_partition=False,
        ),
        time=how_long(rows, "issued_on", "application__registered_at", is_day=True),
    )


def referred(period: Period) -> Referred:
    """Return the referrals of ``period``; a fixed number of queries."""
    rows = inside(Referral.objects.exclude(state=S.CHOSEN), "sent_at", period)
    total = rows.count()
    services = counted(rows, "service")
    names = dict(Service.objects.filter(pk__in=services).values_list("pk", "name"))
    by_service = people(
        "Насочвания по услуга",
        "Услуга",
        [Cell(names[pk], services[pk], pk) for pk in sorted(names, key=names.__getitem__)],
        period,
        total=total,
    )
    by_result = people(
        "Как отговориха доставчиците", "Отговор", _results(rows), period, total=total
    )
    return Referred(
        total=total,
        by_service=by_service,
        by_result=by_result,
        by_settlement=by_place(
            "Насочвания по населено място", rows, "person__settlement", period, total
        ),
        without_place=_without_place(rows, period, names, by_service, by_result),
    )


def _results(rows: QuerySet) -> list[Cell]:
    """Return how they stand now: whole, each referral in one row."""
    reasons = dict(DeclineReason.choices)
    cells: dict[str, Cell] = {}
    for state, reason, count in rows.values_list("state", "decline_reason").annotate(n=Count("pk")):
        if state in TAKEN:
            key, label = "taken", "приети"
        elif state in IN_LINE:
            key, label = "in_line", "чакат място"
        elif state == S.DECLINED:
            key, label = reason, f"отказани: {reasons[reason]}"
        elif state == S.WITHDRAWN:
            key, label = "withdrawn", "оттеглени от човека или от общината"
        else:
            key, label = "unanswered", "още без отговор"
        before = cells[key].count if key in cells else 0
        cells[key] = Cell(label, before + count, key)
    return [cells[key] for key in sorted(cells)]


def _without_place(
    rows: QuerySet, period: Period, names: dict[int, str], by_service: Shown, by_result: Shown
) -> Shown | None:
    """Return where a place was wanting, by service.

    It divides one row of ``by_result`` and is a part of each row of ``by_service``; what it shows
    says nothing new of them only where neither hides anything.
    """
    declined = rows.filter(state=S.DECLINED, decline_reason=DeclineReason.NO_PLACE)
    found = counted(declined, "service")
    if {by_service.table.hiding, by_result.table.hiding} != {Hiding.NOTHING}:
        return None
    cells = [Cell(names[pk], found.get(pk, 0), pk) for pk in sorted(names, key=names.__getitem__)]
    title = "Отказани поради липса на място, по услуга"
    return people(title, "Услуга", cells, period, total=sum(found.values()))


def count(period: Period) -> Data:
    """Return the section of the assessments and the referrals."""
    assessed, sent = period.once(needs), period.once(referred)
    data = Data()
    data.fact("Предварителни оценки", assessed.total)
    data.fact("Насочвания", sent.total)
    if not (assessed.total or sent.total):
        data.notes.append("През периода няма изготвени оценки и насочвания.")
        return data
    say_most(data, "Най-често оценено като нужно", assessed.by_kind)
    assessed.time.tell(data, "От желанието до готовата оценка", period.smallest)
    if sent.total:
        data.fact("Отказани поради липса на място", sent.by_result.said_of(NO_PLACE))
    for shown in (assessed.by_conclusion, assessed.by_kind):
        data.add(shown)
    for shown in (sent.by_service, sent.by_result, sent.by_settlement):
        data.add(shown)
    data.notes.append("Един човек може да има нужда от няколко вида услуги.")
    return data
