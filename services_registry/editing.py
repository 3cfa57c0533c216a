"""What staff do with a service of the registry: save a section, move it on its way, copy it.

All inside the scope of its municipality; each in one transaction. What cannot be is an
``EditingError`` with words for people.
"""

from __future__ import annotations

import copy as shallow
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pghistory
from django.db import IntegrityError, transaction
from django.utils import timezone

from municipalities.models import User
from services_registry.models import Provider, Service
from services_registry.search_index import index_service
from services_registry.slugs import free_slug
from services_registry.upkeep.confirming import confirm
from services_registry.upkeep.models import Side
from services_registry.values import FEES, SITES, untracked

Status = Service.Status
LONGEST_NAME = 160
LONGEST_KEPT = 4000  # characters of a section in the history of what no trigger follows
_TRIES = 5


class EditingError(Exception):
    """Something that cannot be done to the service as it stands, in words for people."""


@dataclass(frozen=True)
class Missing:
    """What a service still needs, and the section in which it is written."""

    words: str
    section: str


def locked(pk: int) -> Service:
    """Return the service, held until the end of the transaction; raises Service.DoesNotExist."""
    return Service.objects.select_for_update().defer("search_vector").get(pk=pk)


def missing_to_publish(service: Service) -> list[Missing]:
    """Return what must be written before citizens see the service; empty if nothing."""
    found = []
    if not service.name.strip():
        found.append(Missing("Наименование", "nakratko"))
    if not service.summary.strip():
        found.append(Missing("Накратко: едно-две изречения с думите на хората", "nakratko"))
    if not service.provider_id:
        found.append(Missing("Доставчик", "proizhod"))
    if not service.scope:
        found.append(Missing("Обхват: общодостъпна или специализирана", "vid"))
    goes_to_people = {Service.Setting.HOME, Service.Setting.MOBILE} & set(service.settings)
    if not goes_to_people and not service.sites.exists():
        found.append(Missing("Място, или среда „в дома“ или „мобилно“", SITES))
    if not service.fees.exists():
        found.append(Missing("Такса; ако не се знае, ред „уточнява се“", FEES))
    return found


# Saving


def save_section(service: Service, code: str, write: Callable[[], None]) -> None:
    """Save a section: ``write`` stores its columns, links or rows.

    The columns are followed by the triggers of the history; of links and rows, which are not, what
    stood before and after is kept with the change. The search follows at once.
    """
    with transaction.atomic():
        before = untracked(Service.objects.get(pk=service.pk), code)
        write()
        keep_changes(service, before, untracked(Service.objects.get(pk=service.pk), code))
        index_service(Service.objects.get(pk=service.pk))


def changes_between(before: dict[str, str], after: dict[str, str]) -> list[list[str]]:
    """Return [label, what stood, what stands] where the two differ, as the history keeps it."""
    return [
        [label, before.get(label, "")[:LONGEST_KEPT], after.get(label, "")[:LONGEST_KEPT]]
        for label in dict.fromkeys([*before, *after])
        if before.get(label, "") != after.get(label, "")
    ]


def keep_changes(service: Service, before: dict[str, str], after: dict[str, str]) -> None:
    """Keep with the change of this request how links and rows differ; nothing where they do not."""
    changes = changes_between(before, after)
    if changes:
        with pghistory.context(record=changes):
            service.save(update_fields=["updated_at"])


# The way of a service


def _move(service: Service, allowed: set[str], **columns) -> None:
    if service.status not in allowed:
        raise EditingError(
            f"Услугата е „{service.get_status_display()}“. Някой я е променил преди вас."
        )
    for name, value in columns.items():
        setattr(service, name, value)
    service.save(update_fields=[*columns, "updated_at"])
    index_service(service)


@transaction.atomic
def submit(service: Service) -> None:
    """Send a draft for review by whoever publishes."""
    _move(service, {Status.DRAFT}, status=Status.REVIEW)


@transaction.atomic
def withdraw(service: Service) -> None:
    """Take a service back to a draft; citizens no longer see it."""
    _move(service, {Status.REVIEW, Status.PUBLISHED}, status=Status.DRAFT)


@transaction.atomic
def publish(service: Service, *, by: User, is_checked: bool = False) -> None:
    """Show a reviewed service to citizens; ``is_checked`` also confirms its data as of today."""
    if missing_to_publish(service):
        raise EditingError("Не всичко нужно е попълнено.")
    _move(service, {Status.REVIEW}, status=Status.PUBLISHED)
    if is_checked:
        confirm(service, side=Side.OFFICE, by=by)


@transaction.atomic
def pause(service: Service, *, reason: str) -> None:
    """Say to citizens that the service does not take people for now, and why."""
    _move(service, {Status.PUBLISHED}, status=Status.PAUSED, paused_reason=reason)


@transaction.atomic
def resume(service: Service) -> None:
    """End a pause."""
    _move(service, {Status.PAUSED}, status=Status.PUBLISHED, paused_reason="")


@transaction.atomic
def close(service: Service, *, note: str) -> None:
    """Close a service today; the record stays in the registry."""
    _move(
        service,
        {Status.PUBLISHED, Status.PAUSED},
        status=Status.CLOSED,
        closes_on=timezone.localdate(),
        closing_note=note,
    )


@transaction.atomic
def schedule_closing(service: Service, *, last_day: dt.date, note: str) -> None:
    """Close a service after ``last_day``, which is not in the past; citizens read so at once."""
    if last_day < timezone.localdate():
        raise EditingError("Последният ден е минал. Напишете днес или по-късен ден.")
    _move(service, set(Service.PUBLIC_STATUSES), closes_on=last_day, closing_note=note)


@transaction.atomic
def cancel_closing(service: Service) -> None:
    """Take a scheduled closing back."""
    _move(service, set(Service.PUBLIC_STATUSES), closes_on=None, closing_note="")


@transaction.atomic
def reopen(service: Service) -> None:
    """Open a closed service again, as a draft to be looked through before citizens see it."""
    _move(
        service,
        {Status.CLOSED},
        status=Status.DRAFT,
        closes_on=None,
        closing_note="",
        paused_reason="",
    )


# New ones


def create(*, name: str, provider: Provider, municipality, owner: User | None = None) -> Service:
    """Begin a service: a draft with a name and a provider, of which ``owner`` takes care."""
    return _born(
        Service(municipality=municipality, name=name, provider=provider, owner=owner, settings=[])
    )


@transaction.atomic
def copy(service: Service) -> Service:
    """Return a new draft with all the parts of ``service``, but its places and confirmations."""
    made = shallow.copy(Service.objects.get(pk=service.pk))
    made.name = f"Копие на {service.name}"[:LONGEST_NAME]
    _forget_identity(made)
    made.status, made.paused_reason = Status.DRAFT, ""
    made.closes_on, made.closing_note = None, ""
    made.checked_on, made.checked_by = None, ""
    made.easy_read_tested_by, made.easy_read_tested_on = "", None  # the tested text is another's
    made.search_vector = None
    _born(made)
    for link in ("kinds", "target_groups", "life_situations"):
        getattr(made, link).set(getattr(service, link).all())
    for row in (*service.fees.all(), *service.papers.all()):
        _copied(row, service=made)
    for site in service.sites.all():
        parts = (*site.hours.all(), *site.exceptions.all())
        twin = _copied(site, service=made)
        for part in parts:
            _copied(part, site=twin)
    return made


def _born(service: Service) -> Service:
    for _try in range(_TRIES):
        service.slug = free_slug(service.name)
        try:
            with transaction.atomic():
                service.save(force_insert=True)
        except IntegrityError:  # somebody took the address a moment ago
            service.pk = None
        else:
            return service
    raise EditingError("Услугата не се записа. Опитайте отново.")


def _forget_identity(row) -> None:
    row._state = shallow.copy(row._state)
    row._state.adding, row._state.fields_cache = True, {}
    row.pk = None
    if hasattr(row, "public_id"):
        row.public_id = row._meta.get_field("public_id").get_default()


def _copied(row, **parent):
    twin = shallow.copy(row)
    _forget_identity(twin)
    for name, value in parent.items():
        setattr(twin, name, value)
    twin.save(force_insert=True)
    return twin
