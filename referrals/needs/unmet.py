"""The heart of an analysis: what was asked for and is not there, is full, or is too far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from django.db.models import Sum as Total

from frontoffice.models import Consultation
from municipalities.disclosure import Cell
from municipalities.models import Settlement
from referrals.assessments.models import Conclusion
from referrals.needs.asked import talks, wishes
from referrals.needs.figures import Chart, Data, Period, Shown, Sum, Table, decimal, people
from referrals.needs.referred import NO_PLACE, needs, referred
from referrals.needs.rows import UNSAID
from referrals.needs.supply import NO_DATA, demand_of, longest_wait, supply
from services_registry.models import Service, ServiceKind, ServiceSite, TargetGroup
from services_registry.places import located
from services_registry.wanted import UnmetSearch

# By air: what somebody without a car may still reach and return from in a day. A convention of
# this analysis and no norm, said beside the table.
REACH_KM = 10
KM_OF_DEGREE = 111.2
COMES_HOME = {Service.Setting.HOME, Service.Setting.MOBILE}


@dataclass(frozen=True)
class Far:
    """A settlement with no place of a service near: how far the nearest is, where known."""

    place: Settlement
    nearest: str
    km: float | None


@dataclass(frozen=True)
class Reach:
    """Which settlements have no place of a service within reach, and which are not on the map."""

    far: list[Far]
    unknown: int
    near: int


def searches(period: Period) -> Shown:
    """Return the searches of the period that meant a kind without a service. One query."""
    rows = UnmetSearch.objects.filter(
        month__gte=period.since.replace(day=1), month__lte=period.upto
    ).order_by()
    found = dict(rows.values_list("kind").annotate(n=Total("count")))
    kinds = period.once(supply).kinds
    return people(
        "Търсения в портала без резултат, по вид",
        "Вид по чл. 15",
        [Cell(kind.name, found.get(kind.pk, 0), kind.pk) for kind in kinds],
        period,
        total=sum(found.values()),
    )


def reach(period: Period) -> Reach:
    """Return how far each settlement is from the places of services. Two queries.

    Places are those of published services to which people go, of any municipality of the portal;
    one with a secret address is nowhere.
    """
    settlements = list(Settlement.objects.filter(municipality=period.municipality))
    known = [(one, float(one.latitude), float(one.longitude)) for one in settlements
             if one.latitude is not None and one.longitude is not None]  # fmt: skip
    if not known:
        return Reach([], len(settlements), 0)
    north = [latitude for _one, latitude, _longitude in known]
    margin = 5 * REACH_KM / KM_OF_DEGREE  # farther ones are nobody's nearest
    sites = (
        located(
            ServiceSite.public.filter(
                service__in=Service.public.filter(
                    settings__contains=[Service.Setting.SPECIALISED]
                ).values("pk")
            )
        )
        .filter(north__gte=min(north) - margin, north__lte=max(north) + margin)
        .order_by("pk")
        .values_list("north", "east", "settlement__name")
    )
    points = list(dict.fromkeys((lat, long, name) for lat, long, name in sites))
    far, near = [], 0
    for one, latitude, longitude in known:
        if one.population_2013 == 0:
            continue
        distances = [(_km(latitude, longitude, lat, long), name) for lat, long, name in points]
        km, name = min(distances, default=(None, ""))
        if km is not None and km <= REACH_KM:
            near += 1
        else:
            far.append(Far(one, name, km))
    far.sort(key=lambda each: (-(each.place.population_2013 or 0), each.place.name))
    return Reach(far, len(settlements) - len(known), near)


def _km(north: float, east: float, other_north: float, other_east: float) -> float:
    """Return the distance by air (haversine)."""
    north, east, other_north, other_east = map(radians, (north, east, other_north, other_east))
    half = (
        sin((north - other_north) / 2) ** 2
        + cos(north) * cos(other_north) * sin((east - other_east) / 2) ** 2
    )
    return 12742 * asin(sqrt(min(1.0, half)))


def count(period: Period) -> Data:
    """Return the section of what is missing."""
    data = Data()
    found, spoken = period.once(supply), period.once(talks)
    missing, looked = found.missing_kinds, period.once(searches)
    _facts(data, period, missing)
    _missing_kinds(data, period, missing, looked)
    _not_enough(data, period, [kind for kind in found.kinds if kind not in missing], looked)
    _groups(data, period)
    _full(data, period)
    _far(data, period, period.once(reach))
    if spoken.by_outcome.is_withheld or looked.is_withheld:
        data.notes.append(
            f"Консултациите или търсенията са под {period.smallest} и не се показват по вид."
        )
    data.notes.append(
        "Тук стои това, за което хората са питали и което общината няма, не стига или е далеч. "
        "Какво има, е към деня на преброяването; какво се е търсило, е за целия период."
    )
    return data


def _facts(data: Data, period: Period, missing: list[ServiceKind]) -> None:
    spoken, asked, sent = period.once(talks), period.once(wishes), period.once(referred)
    said = spoken.by_outcome.sum_of(spoken.missing)
    data.fact("Видове по чл. 15 без нито една услуга в общината", len(missing))
    data.fact("Консултации с отговор „няма такава услуга“", said.words)
    most = max(
        ((_asked_for(spoken.by_outcome, kind.pk).known, kind.name) for kind in missing),
        default=(0, ""),
    )
    if most[0]:
        data.fact("Най-търсен вид, който общината няма", f"{most[1]} ({most[0]})")
    data.fact(
        "Консултации, насочени другаде", spoken.by_outcome.said_of(Consultation.Outcome.ELSEWHERE)
    )
    data.fact("Заявления без посочена услуга", asked.by_service.said_of(UNSAID))
    data.fact("Насочвания, отказани поради липса на място", sent.by_result.said_of(NO_PLACE))
    elsewhere = (Conclusion.DIRECTORATE, Conclusion.OTHER)
    data.fact(
        "Оценки, пренасочени извън общината",
        period.once(needs).by_conclusion.sum_of(elsewhere).words,
    )


def _asked_for(by_outcome: Shown, kind: int) -> Sum:
    return by_outcome.sum_of([(Consultation.Outcome.UNMET.value, kind)])


def _missing_kinds(data: Data, period: Period, missing: list[ServiceKind], looked: Shown) -> None:
    """Say of the kinds that the municipality does not have how often they were asked for."""
    if not missing:
        data.notes.append("Общината има поне една услуга от всеки вид по чл. 15.")
        return
    spoken, assessed = period.once(talks), period.once(needs)
    rows, bars = [], []
    for kind in missing:
        demand = demand_of(period, kind.pk)
        key = (Consultation.Outcome.UNMET.value, kind.pk)
        told = spoken.by_outcome.said_of(key)
        known = _asked_for(spoken.by_outcome, kind.pk).known
        sought = looked.sum_of([kind.pk]).known
        rows.append(
            (
                (known + sought + demand.known, kind.number),
                [
                    kind.name,
                    told,
                    demand.talks.words,
                    assessed.by_kind.said_of(kind.pk),
                    looked.said_of(kind.pk),
                ],
            )
        )
        bars.append((kind.name, known, "" if isinstance(told, int) else told))
    rows.sort(key=lambda row: (-row[0][0], row[0][1]))
    data.tables.append(
        Table(
            "Видове услуги, които общината няма",
            [
                "Вид по чл. 15",
                "Отговорено „няма такава“",
                "Консултации по темата",
                "Оценени като нужни",
                "Търсения в портала",
            ],
            [row for _order, row in rows],
            f"Броевете под {period.smallest} не се показват.",
        )
    )
    bars.sort(key=lambda bar: -bar[1])
    if any(value for _label, value, _words in bars):
        data.charts.append(
            Chart("Търсени видове, които общината няма", "Вид по чл. 15", bars, "Консултации")
        )


def _not_enough(data: Data, period: Period, there: Iterable[ServiceKind], looked: Shown) -> None:
    """Say which kinds the municipality has and people were still told that there is none."""
    found, spoken = period.once(supply), period.once(talks)
    rows: list[list[str | int]] = []
    for kind in there:
        told = spoken.by_outcome.said_of((Consultation.Outcome.UNMET.value, kind.pk))
        sought = looked.said_of(kind.pk)
        if (told == 0 or spoken.by_outcome.is_withheld) and (sought == 0 or looked.is_withheld):
            continue
        rows.append([kind.name, len(found.with_kind(kind.pk)), told, sought])
    if rows:
        data.tables.append(
            Table(
                "Видове, които общината има, но не за всеки",
                ["Вид по чл. 15", "Услуги", "Отговорено „няма такава“", "Търсения в портала"],
                rows,
                "Услуга от този вид има, но хората са търсили друга: за друга група, другаде или "
                "в друго време.",
            )
        )


def _groups(data: Data, period: Period) -> None:
    """Say for which target groups there is no service at all."""
    there = period.once(supply).of_group
    bare = [group.name for group in TargetGroup.objects.all() if not there.get(group.pk)]
    data.fact("Целеви групи, за които няма услуга", len(bare))
    if bare:
        data.tables.append(
            Table("Целеви групи, за които общината няма услуга", ["Целева група"],
                  [[name] for name in bare])
        )  # fmt: skip


def _full(data: Data, period: Period) -> None:
    """Say which services are there and have no free place, or a line before them."""
    found, sent = period.once(supply), period.once(referred)
    full = [
        one
        for one in found.services.values()
        if one.capacity_places is not None
        and one.capacity_places > 0
        and (not one.capacity_free or one.capacity_waiting)
    ]
    full.sort(key=lambda one: (-one.capacity_waiting, one.name))
    data.fact("Услуги, които са пълни или с чакащи", len(full))
    if full:
        data.tables.append(
            Table(
                "Има услуга, но няма място",
                ["Услуга", "Места", "Свободни", "Чакащи", "Най-дълго чакане"],
                [
                    [
                        one.name,
                        one.capacity_places,
                        one.capacity_free,
                        one.capacity_waiting,
                        longest_wait(found, one, period.smallest),
                    ]
                    for one in full
                ],
            )
        )
    if sent.without_place is not None:
        data.add(sent.without_place, "Откази", draws=False)


def _far(data: Data, period: Period, found: Reach) -> None:
    """Say which settlements have no place of a service within reach."""
    home = [one for one in period.once(supply).services.values() if COMES_HOME & set(one.settings)]
    data.fact("Услуги, които отиват при хората", len(home))
    data.fact(f"Населени места без услуга до {REACH_KM} км", len(found.far))
    people_far = sum(each.place.population_2013 or 0 for each in found.far)
    if found.far:
        data.fact("Жители в тях през 2013 г.", people_far)
        by_place = period.once(talks).by_settlement
        data.tables.append(
            Table(
                f"Населени места без услуга до {REACH_KM} км",
                ["Населено място", "Жители (2013 г.)", "Най-близо", "Км", "Консултации"],
                [
                    [
                        str(each.place),
                        NO_DATA if (n := each.place.population_2013) is None else n,
                        each.nearest or "–",
                        "–" if each.km is None else decimal(each.km),
                        by_place.said_of(each.place.pk),
                    ]
                    for each in found.far
                ],
                "По въздух, до най-близкото място, в което хората отиват за услуга, в общината "
                "или в съседна. По пътя е повече. Услугите в дома и мобилните стигат и тук. "
                "Местата без жители ги няма.",
            )
        )
    if found.unknown:
        data.notes.append(f"За {found.unknown} населени места няма координати.")
