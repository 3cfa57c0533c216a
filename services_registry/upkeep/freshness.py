"""How fresh the registry is: what is due, since when, and what else has grown old beside it.

Everything here works inside the scope of one municipality.
"""

from __future__ import annotations

import datetime as dt

from django.db import models, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.days import add_months
from municipalities.exports import Column
from municipalities.models import User
from services_registry.models import Provider, Service, ServiceQuerySet
from services_registry.upkeep.confirming import confirm
from services_registry.upkeep.models import Confirmation, ReviewReminder, Side

SOON = dt.timedelta(days=30)  # a month's warning: time to ring every provider once
# Places free up and fill by the week; a number older than a month sends people in vain.
CAPACITY_HOLDS = dt.timedelta(days=30)
# A licence is renewed by an application to the Agency (АКСУ), which takes its time.
LICENCE_WARNING = dt.timedelta(days=90)


class State(models.TextChoices):
    """Where a service stands before its next look; each service is in one."""

    FRESH = "svezhi", _("проверени")
    SOON = "skoro", _("за преглед до 30 дни")
    STALE = "ostareli", _("остарели")
    NEVER = "neproveryavani", _("никога непроверени")


def on_the_board() -> ServiceQuerySet:
    """Return the services whose data somebody has to answer for: those that citizens see."""
    return Service.objects.shown().with_freshness()


def condition_of(state: str) -> Q:
    """Return the condition on ``review_due`` under which a service is in ``state``."""
    today = timezone.localdate()
    return {
        State.FRESH: Q(review_due__gt=today + SOON),
        State.SOON: Q(review_due__gte=today, review_due__lte=today + SOON),
        State.STALE: Q(review_due__lt=today),
        State.NEVER: Q(checked_on__isnull=True),
    }[State(state)]


def state_of(service: Service) -> State:
    """Return the state of one service, as ``condition_of`` has it."""
    today, due = timezone.localdate(), service.review_due_on
    if due is None:
        return State.NEVER
    if due < today:
        return State.STALE
    return State.SOON if due <= today + SOON else State.FRESH


def counts(services: ServiceQuerySet) -> dict[str, int]:
    """Return how many of ``services`` are in each state, in one query."""
    found = services.aggregate(
        **{state.name: Count("pk", filter=condition_of(state)) for state in State}
    )
    return {state.value: found[state.name] for state in State}


# By age

AGES = (1, 3, 6, 12)  # months since the last check; the borders of the chart


def ages(services: ServiceQuerySet) -> list[tuple[str, int]]:
    """Return (words, how many services) by the age of the last check, in one query."""
    today = timezone.localdate()
    borders = [add_months(today, -months) for months in AGES]
    parts: dict[str, Q] = {"до 1 месец": Q(checked_on__gte=borders[0])}
    for newer, older, first, last in zip(AGES, AGES[1:], borders, borders[1:], strict=False):
        parts[f"от {newer} до {older} месеца"] = Q(checked_on__lt=first, checked_on__gte=last)
    parts[f"над {AGES[-1]} месеца"] = Q(checked_on__lt=borders[-1])
    parts["никога"] = Q(checked_on__isnull=True)
    found = services.aggregate(
        **{f"n{number}": Count("pk", filter=part) for number, part in enumerate(parts.values())}
    )
    return [(words, found[f"n{number}"]) for number, words in enumerate(parts)]


# The list


def for_the_list(services: ServiceQuerySet) -> ServiceQuerySet:
    """Bring what a row shows, the most neglected first: never checked, then the longest overdue."""
    newest = ReviewReminder.objects.filter(service=OuterRef("pk"), sent_at__isnull=False)
    newest = newest.exclude(token_hash="")  # that the service closes is no question about its data
    newest = newest.order_by("-sent_at", "-pk")
    return (
        services.select_related("provider", "owner", "municipality")
        .annotate(
            reminded_at=Subquery(newest.values("sent_at")[:1]),
            reminded_side=Subquery(newest.values("side")[:1]),
        )
        .order_by(F("review_due").asc(nulls_first=True), "name", "pk")
    )


def side_words(service: Service) -> str:
    """Say to whom the last reminder of a listed service went; "" where there was none."""
    side = getattr(service, "reminded_side", None)
    return str(Side(side).label) if side else ""


# What else grows old


def old_capacities() -> ServiceQuerySet:
    """Return the services whose newest number of free places is too old to send people by."""
    return (
        on_the_board()
        .with_latest_capacity()
        .filter(capacity_as_of__lt=timezone.localdate() - CAPACITY_HOLDS)
        .select_related("provider", "municipality")
        .order_by("capacity_as_of", "name", "pk")
    )


def ending_licences() -> models.QuerySet[Provider]:
    """Return the providers whose licence has ended or ends within ``LICENCE_WARNING``."""
    seen = Q(services__status__in=Service.PUBLIC_STATUSES)
    return (
        Provider.objects.filter(licence_valid_to__lte=timezone.localdate() + LICENCE_WARNING)
        .annotate(services_shown=Count("services", filter=seen))
        .order_by("licence_valid_to", "name", "pk")
    )


# Confirming from the board


def confirm_from_the_board(pk: int, *, by: User) -> tuple[Service, bool] | None:
    """Record that the office says the data of the service are still true.

    Returns the service and whether this press counted: a second one by the same person on the same
    day does not. None where no such service is on the board.
    """
    with transaction.atomic():
        service = on_the_board().select_for_update(of=("self",)).filter(pk=pk).first()
        if service is None:
            return None
        today = timezone.localdate()
        said = Confirmation.objects.filter(
            service=service, side=Side.OFFICE, by=by, at__date=today
        ).exists()
        if said and service.checked_on == today:
            return service, False
        confirm(service, side=Side.OFFICE, by=by)
    return service, True


# As a table

COLUMNS = [
    Column("Услуга", lambda s: s.name, 40),
    Column("Доставчик", lambda s: s.provider.name, 32),
    Column("Отговаря за данните", lambda s: s.owner.name if s.owner else "", 26),
    Column("Състояние", lambda s: str(state_of(s).label), 22),
    Column("Последна проверка", lambda s: s.checked_on, 14),
    Column("Проверена от", lambda s: str(s.get_checked_by_display()), 14),
    Column("Преглед до", lambda s: s.review_due, 14),
    Column("Последно напомняне", lambda s: s.reminded_at, 18),
    Column("Напомнено на", side_words, 14),
]
