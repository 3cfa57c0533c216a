"""What a provider changes by itself: places, contacts, hours, days unlike the others.

Every verb works inside the scope of the service's municipality, locks what it changes, and refuses
a change made over values that somebody else has replaced meanwhile (``ChangedMeanwhile``). Saying
again what already stands is no conflict, so a double press and a repeated request do no harm.
What changed is kept in the service's history: its row is touched, with the words of the change in
the event's context under ``record``, as staff's own edits are (``editing.save_section``).
"""

from __future__ import annotations

import datetime as dt
from copy import copy
from typing import Any

from django.db import transaction
from django.utils import timezone

from municipalities.models import User
from services_registry import free_places
from services_registry.free_places import keep, newest_capacity, words_of_capacity
from services_registry.models import (
    Capacity,
    Confirmation,
    Provider,
    Service,
    ServiceSite,
    SiteException,
    SiteHours,
)
from services_registry.upkeep.confirming import confirm
from services_registry.upkeep.models import Side
from services_registry.values import fingerprint

SITE_CONTACTS = ("phone", "email")
PROVIDER_CONTACTS = ("phone", "email", "website")
Stretch = tuple[int, dt.time, dt.time]  # weekday, opens, closes


class ChangedMeanwhile(Exception):
    """Somebody saved other values after the form was opened; ``now`` is what stands, in words."""

    def __init__(self, now: str) -> None:
        super().__init__(now)
        self.now = now


class DaysOverlap(Exception):
    """The days are written already, with other hours; the message is the written ones."""


# Places


def capacity_version(*numbers: int | None, as_of: dt.date | None) -> str:
    """Return the mark of a service's newest capacity: its places, free, waiting and day.

    All are None where there is none.
    """
    return fingerprint(numbers, as_of.isoformat() if as_of else None)


def save_capacity(
    service: Service, *, places: int, free: int, waiting: int, version: str
) -> Capacity:
    """Write the places of today, over today's row if there is one.

    Raises ChangedMeanwhile where ``version`` is not that of the newest row and its numbers differ.
    """
    with transaction.atomic():
        free_places.lock(service.pk)
        row = newest_capacity(service)
        typed = (places, free, waiting)
        stored = (row.places, row.free, row.waiting) if row else None
        seen = capacity_version(*(stored or (None,) * 3), as_of=row.as_of if row else None)
        if version != seen and typed != stored:
            raise ChangedMeanwhile(words_of_capacity(row))
        today = timezone.localdate()
        if row and row.as_of == today and typed == stored:
            return row
        before = copy(row)
        written = free_places.write(service, row, places=places, free=free, waiting=waiting)
        free_places.tell_if_freed(service, before)
    return written


def confirm_today(service: Service, by: User) -> Confirmation | None:
    """Say „все още е вярно“ for the provider; None where it was said today already."""
    with transaction.atomic():
        locked = Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
        today = timezone.localdate()
        if locked.checked_on == today and locked.checked_by == Service.CheckedBy.PROVIDER:
            return None
        return confirm(locked, side=Side.PROVIDER, by=by)


# Contacts


def contacts_of(row: ServiceSite | Provider) -> dict[str, str]:
    """Return the contacts of a place or of a provider by field."""
    names = SITE_CONTACTS if isinstance(row, ServiceSite) else PROVIDER_CONTACTS
    return {name: getattr(row, name) for name in names}


def save_contacts(row: ServiceSite | Provider, facts: dict[str, str], *, version: str) -> bool:
    """Write the contacts of a place or provider; return whether anything changed.

    Raises ChangedMeanwhile where ``version`` is not that of the stored contacts.
    """
    with transaction.atomic():
        model = type(row)
        locked = model.objects.select_for_update(of=("self",)).get(pk=row.pk)
        stored = contacts_of(locked)
        if stored == facts:
            return False
        before = ", ".join(filter(None, stored.values())) or "без контакти"
        if version != fingerprint(stored):
            raise ChangedMeanwhile(before)
        for name, value in facts.items():
            setattr(locked, name, value)
        locked.save(update_fields=list(facts))
        if isinstance(locked, ServiceSite):
            touched, part = [locked.service], f"контакти: {locked}"
        else:
            touched, part = list(locked.services.all()), "контакти на доставчика"
        after = ", ".join(filter(None, facts.values())) or "без контакти"
        keep(touched, part, before, after)
    return True


# Hours


def stretches_of(site: ServiceSite) -> list[Stretch]:
    """Return the week of a place in order."""
    return sorted((row.weekday, row.opens, row.closes) for row in site.hours.all())


def _words_of_week(site: ServiceSite) -> str:
    return "; ".join(f"{days}: {times}" for days, times in site.week()) or "не е обявено"


def save_week(site: ServiceSite, stretches: list[Stretch], *, version: str) -> bool:
    """Write the week of a place anew; return whether anything changed.

    Raises ChangedMeanwhile where ``version`` is not that of the stored week.
    """
    with transaction.atomic():
        locked = ServiceSite.objects.select_for_update(of=("self",)).get(pk=site.pk)
        stored = stretches_of(locked)
        if stored == sorted(stretches):
            return False
        before = _words_of_week(locked)
        if version != fingerprint(stored):
            raise ChangedMeanwhile(before)
        locked.hours.all().delete()
        SiteHours.objects.bulk_create(
            SiteHours(
                municipality_id=locked.municipality_id,
                site=locked,
                weekday=weekday,
                opens=opens,
                closes=closes,
            )
            for weekday, opens, closes in stretches
        )
        keep([locked.service], f"работно време: {locked}", before, _words_of_week(locked))
    return True


def add_exception(site: ServiceSite, **facts: Any) -> SiteException:
    """Write days with other hours; the same days written twice are one row.

    ``facts`` are the fields of SiteException. Raises DaysOverlap where one of the days is written
    already and both cannot hold: two stretches of hours may share a day if they do not meet.
    """
    with transaction.atomic():
        locked = ServiceSite.objects.select_for_update(of=("self",)).get(pk=site.pk)
        others = locked.exceptions.filter(
            first_day__lte=facts["last_day"], last_day__gte=facts["first_day"]
        ).order_by("first_day", "opens", "pk")
        for other in others:
            if all(getattr(other, name) == value for name, value in facts.items()):
                return other
            if _clash(other, facts["opens"], facts["closes"]):
                raise DaysOverlap(str(other))
        made = SiteException.objects.create(
            municipality_id=locked.municipality_id, site=locked, **facts
        )
        keep([locked.service], f"дни с друго работно време: {locked}", "", str(made))
    return made


def _clash(other: SiteException, opens: dt.time | None, closes: dt.time | None) -> bool:
    if other.opens is None or other.closes is None or opens is None or closes is None:
        return True
    return opens < other.closes and other.opens < closes


def remove_exception(site: ServiceSite, pk: int) -> bool:
    """Take days with other hours away; False where they are not there any more."""
    with transaction.atomic():
        row = SiteException.objects.select_for_update(of=("self",)).filter(site=site, pk=pk).first()
        if row is None:
            return False
        words = str(row)
        row.delete()
        keep([site.service], f"дни с друго работно време: {site}", words, "")
    return True
