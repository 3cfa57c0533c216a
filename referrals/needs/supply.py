"""What there is: places and those who wait for them, services by kind of чл. 15 and by group.

Places and how many wait are as everybody sees them on the pages of the services, and as they are
now and not as they were in the period. What is beside them of demand is made of what the other
sections show, and of nothing else.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min
from django.utils import timezone

from municipalities.templatetags.portal import counted as number_of
from referrals.needs.asked import talks, wishes
from referrals.needs.figures import MOST_DRAWN, Chart, Data, Period, Sum, Table, share
from referrals.needs.referred import needs, referred
from referrals.placing.models import Referral, ReferralState
from services_registry.models import Service, ServiceKind, TargetGroup

NO_DATA = "няма данни"


@dataclass(frozen=True)
class Supply:
    """The published services of the municipality, by kind and by group (services by id)."""

    services: dict[int, Service]  # with places
    kinds: list[ServiceKind]
    of_kind: dict[int, list[int]]  # of the published ones only
    of_group: dict[int, list[int]]
    oldest: dict[int, tuple[int, dt.datetime]]  # service: how many wait, and since when the first

    def with_kind(self, kind: int) -> list[Service]:
        """Return the published services of a kind."""
        return [self.services[pk] for pk in self.of_kind.get(kind, ())]

    @property
    def missing_kinds(self) -> list[ServiceKind]:
        """The kinds of чл. 15 of which the municipality has no published service."""
        return [kind for kind in self.kinds if not self.of_kind.get(kind.pk)]


def supply(period: Period) -> Supply:
    """Return what there is today; a fixed number of queries."""
    rows = Service.objects.shown().with_latest_capacity().defer("search_vector")
    services = {service.pk: service for service in rows.order_by("name", "pk")}
    every = period.once(wishes)
    line = Referral.objects.filter(state=ReferralState.WAITING).order_by().values_list("service")
    oldest = line.annotate(n=Count("pk"), first=Min("waiting_since"))
    return Supply(
        services=services,
        kinds=list(ServiceKind.objects.all()),
        of_kind=_only(every.kinds_of_services, services),
        of_group=_only(every.groups_of_services, services),
        oldest={service: (count, first) for service, count, first in oldest},
    )


def _only(pairs: dict[int, list[int]], services: dict[int, Service]) -> dict[int, list[int]]:
    return {
        one: kept for one, ids in pairs.items() if (kept := [pk for pk in ids if pk in services])
    }


# Places and those who wait


def count_places(period: Period) -> Data:
    """Return the section of places and those who wait for them."""
    found = period.once(supply)
    known = [one for one in found.services.values() if one.capacity_places is not None]
    data = Data()
    data.fact("Публикувани услуги", len(found.services))
    if not known:
        data.notes.append("За нито една услуга не са въведени места.")
        return data
    places = sum(one.capacity_places for one in known)
    free = sum(one.capacity_free for one in known)
    full = [one for one in known if one.capacity_places and not one.capacity_free]
    data.fact("Места в услугите", places)
    data.fact("Заети", f"{places - free} ({share(places - free, places)})")
    data.fact("Чакащи", sum(one.capacity_waiting for one in known))
    data.fact("Услуги без свободно място", len(full))
    if len(known) < len(found.services):
        data.fact("Услуги без данни за места", len(found.services) - len(known))
    known.sort(key=lambda one: (-one.capacity_waiting, one.capacity_free, one.name))
    columns = ["Услуга", "Места", "Заети", "Свободни", "Чакащи", "Най-дълго чакане", "Към"]
    data.tables.append(
        Table(
            "Места и чакащи по услуга",
            columns,
            [
                [
                    one.name,
                    one.capacity_places,
                    one.capacity_places - one.capacity_free,
                    one.capacity_free,
                    one.capacity_waiting,
                    longest_wait(found, one, period.smallest),
                    f"{one.capacity_as_of:%d.%m.%Y}",
                ]
                for one in known
            ],
            f"Най-дългото чакане се казва само където чакат поне {period.smallest} души.",
        )
    )
    waited = [(one.name, one.capacity_waiting, "") for one in known if one.capacity_waiting]
    if waited:
        title = "Чакащи по услуга"
        data.charts.append(Chart(title, "Услуга", waited[:MOST_DRAWN], "Чакащи"))
    oldest = min(one.capacity_as_of for one in known)
    data.notes.append(
        "Местата и чакащите са по последните данни на услугите, както ги виждат гражданите; "
        f"най-старите са към {oldest:%d.%m.%Y} г."
    )
    return data


def longest_wait(found: Supply, service: Service, smallest: int) -> str:
    """Return how long the first in line has waited, where enough people wait."""
    count, first = found.oldest.get(service.pk, (0, None))
    if first is None or count < smallest:
        return "–"
    return number_of(max(0, (timezone.now() - first).days), "ден,дни")


# By kind and by group


@dataclass(frozen=True)
class Demand:
    """How much of a kind was asked for, in each of the ways that are counted."""

    talks: Sum
    applications: Sum
    assessed: Sum
    referrals: Sum

    @property
    def words(self) -> list[str | int]:
        """The four, in this order."""
        four = (self.talks, self.applications, self.assessed, self.referrals)
        return [one.words for one in four]

    @property
    def known(self) -> int:
        """What is shown of all four, to put the kinds in order."""
        return sum(
            one.known for one in (self.talks, self.applications, self.assessed, self.referrals)
        )


def demand_of(period: Period, kind: int) -> Demand:
    """Return the demand of a kind; made of what is shown by topic, by service and by kind."""
    spoken, asked = period.once(talks), period.once(wishes)
    services = asked.kinds_of_services.get(kind, [])
    return Demand(
        spoken.by_topic.sum_of(spoken.kinds_of_topics.get(kind, [])),
        asked.by_service.sum_of(services),
        period.once(needs).by_kind.sum_of([kind]),
        period.once(referred).by_service.sum_of(services),
    )


DEMAND = ["Консултации", "Заявления", "Оценени като нужни", "Насочвания"]


def count_supply(period: Period) -> Data:
    """Return the section of what there is beside what is asked for."""
    found = period.once(supply)
    data = Data()
    data.fact("Видове по чл. 15, които общината има", len(found.kinds) - len(found.missing_kinds))
    data.fact("Видове, които няма", len(found.missing_kinds))
    bare = [pk for pk in found.services if not any(pk in ids for ids in found.of_kind.values())]
    if bare:
        data.fact("Услуги извън видовете по чл. 15", len(bare))
    rows: list[list[str | int]] = []
    for kind in found.kinds:
        own = found.with_kind(kind.pk)
        rows.append([kind.name, len(own), *_places(own)])
    columns = ["Вид по чл. 15", "Услуги", "Места", "Свободни", "Чакащи"]
    data.tables.append(Table("Какво има, по вид услуга", columns, rows))
    data.charts.append(
        Chart(
            "Услуги по вид",
            "Вид по чл. 15",
            [(kind.name, len(found.with_kind(kind.pk)), "") for kind in found.kinds],
            "Услуги",
        )
    )
    asked = [[kind.name, *demand_of(period, kind.pk).words] for kind in found.kinds]
    data.tables.append(
        Table(
            "Какво се търси, по вид услуга",
            ["Вид по чл. 15", *DEMAND],
            asked,
            "Една консултация може да е по няколко теми, а една услуга – от няколко вида.",
        )
    )
    data.tables.append(_by_group(period, found))
    data.notes.append(
        "Услугите са публикуваните към деня на преброяването. Където пише „поне“ или „скрит“, "
        "част от броевете не се показват в другите части на анализа и тук също."
    )
    return data


def _places(services: list[Service]) -> list[str | int]:
    known = [one for one in services if one.capacity_places is not None]
    if not known:
        return ["–" if not services else NO_DATA] * 3
    return [
        sum(one.capacity_places for one in known),
        sum(one.capacity_free for one in known),
        sum(one.capacity_waiting for one in known),
    ]


def _by_group(period: Period, found: Supply) -> Table:
    asked = period.once(wishes)
    rows: list[list[str | int]] = []
    for group in TargetGroup.objects.all():
        own = [found.services[pk] for pk in found.of_group.get(group.pk, ())]
        sought = asked.by_service.sum_of(asked.groups_of_services.get(group.pk, []))
        rows.append([group.name, len(own), *_places(own)[:2], sought.words])
    return Table(
        "Какво има и какво се търси, по целева група",
        ["Целева група", "Услуги", "Места", "Свободни", "Заявления"],
        rows,
    )
