"""The places of a service while people are placed: one taken, one given back, one more waiting.

Everything works inside the scope of the service's municipality and under the lock of the service's
row, so that of two who reach for the last place one has it. What is written is today's row of
``Capacity``, and the history of the service keeps it as it does what a provider types. Where nobody
ever wrote any places nothing is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst

from services_registry.models import Capacity, Service

PLACES = "свободни места"
# Asked with a service that has a free place; says whether it took one.
Freed = Callable[[Service], object]
_freed: list[Freed] = []


class NoFreePlace(Exception):
    """All places of the service are taken."""


def register_freed(callback: Freed) -> None:
    """Have ``callback`` asked whenever places of a service become free.

    It is called inside the transaction, the service's row locked, again and again until it takes no
    place (a false answer) or none is left.
    """
    if callback not in _freed:
        _freed.append(callback)


def lock(pk: int) -> Service:
    """Return the service, its places held until the transaction ends.

    Whoever locks a row of a person placed in it as well locks the service first.
    """
    rows = Service.objects.select_for_update(of=("self",), no_key=True)
    return rows.defer("search_vector").get(pk=pk)


def keep(services: Iterable[Service], part: str, before: str, after: str) -> None:
    """Leave a row in the history of the services that says what of theirs changed."""
    with pghistory.context(record=[[capfirst(part), before, after]]):
        ids = [service.pk for service in services]
        Service.objects.filter(pk__in=ids).update(updated_at=timezone.now())


def newest_capacity(service: Service) -> Capacity | None:
    """Return the present state of the places, None where nobody ever wrote any."""
    return Capacity.objects.filter(service=service).order_by("-as_of", "-pk").first()


def words_of_capacity(row: Capacity | None) -> str:
    """Say the places of a row in words."""
    if row is None:
        return "няма записани места"
    return (
        f"свободни {row.free}, чакащи {row.waiting}, всичко места {row.places} "
        f"към {row.as_of:%d.%m.%Y} г."
    )


def write(
    service: Service, row: Capacity | None, *, places: int, free: int, waiting: int
) -> Capacity:
    """Write the places of today, over ``row``, the newest, where it is today's; return the row.

    A row dated after today was written by hand; it stays the newest, so it is corrected.
    """
    before, today = words_of_capacity(row), timezone.localdate()
    now = row
    if now is None or now.as_of < today:
        now = Capacity(municipality_id=service.municipality_id, service=service, as_of=today)
    now.places, now.free, now.waiting = places, free, waiting
    now.save()
    keep([service], PLACES, before, words_of_capacity(now))
    return now


@transaction.atomic
def take(service: Service) -> bool:
    """Take a free place; return whether places are counted at all. Raises NoFreePlace."""
    lock(service.pk)
    row = newest_capacity(service)
    if row is None:
        return False
    if not row.free:
        raise NoFreePlace
    write(service, row, places=row.places, free=row.free - 1, waiting=row.waiting)
    return True


@transaction.atomic
def give_back(service: Service) -> None:
    """Free a place that was taken, and tell whoever waits for one.

    Where somebody has written meanwhile that all are free, it is among those.
    """
    lock(service.pk)
    row = newest_capacity(service)
    if row is None:
        return
    if row.free < row.places:
        write(service, row, places=row.places, free=row.free + 1, waiting=row.waiting)
    freed(service)


@transaction.atomic
def count_waiting(service: Service, change: int) -> None:
    """Write that so many more wait (fewer, below zero); never less than nobody."""
    lock(service.pk)
    row = newest_capacity(service)
    if row is not None and (waiting := max(0, row.waiting + change)) != row.waiting:
        write(service, row, places=row.places, free=row.free, waiting=waiting)


def freed(service: Service) -> None:
    """Tell whoever registered that ``service``, whose row is locked, has free places."""
    for callback in _freed:
        row = newest_capacity(service)
        for _place in range(row.free if row else 0):
            if not callback(service):
                break


def tell_if_freed(service: Service, before: Capacity | None) -> None:
    """Tell them where somebody wrote more free places than there were ``before``."""
    row = newest_capacity(service)
    if row is not None and row.free > (before.free if before else 0):
        freed(service)
