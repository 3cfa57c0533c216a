"""Who is reminded, when, of what; and services that close by themselves.

The provider is asked ``AHEAD`` before the data of a service are due. Who does not answer for
``PATIENCE`` passes the question to the municipality. Between two checks each side is asked once.
Everything works inside the scope of one municipality; mails are written by ``upkeep/tasks.py``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import pghistory
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from municipalities.models import Membership, Municipality, Office, Role
from services_registry.models import ProviderMembership, Service, ServiceQuerySet
from services_registry.upkeep.freshness import on_the_board
from services_registry.upkeep.models import ReviewReminder, Side

AHEAD = dt.timedelta(days=14)
PATIENCE = dt.timedelta(days=14)
CLOSING_AHEAD = dt.timedelta(days=30)  # a month to find people another service


@dataclass(frozen=True)
class Day:
    """What one run did in a municipality: services closed, reminders to be mailed (by id)."""

    closed: int
    reminders: list[int]


def work_of_the_day(municipality: Municipality) -> Day:
    """Close what has ended and write down whom to remind; the mails are the caller's.

    A second run on the same day finds nothing to do but the mails that did not leave.
    """
    with transaction.atomic():
        closed = close_ended()
        remind_of_closing()
        ask_providers()
        ask_the_office()
        waiting = _still_unsent()
    return Day(closed=closed, reminders=waiting)


def _still_unsent() -> list[int]:
    """Return the reminders whose mail has not left: of today, or of a day without a mail server.

    One whose question was answered meanwhile is dropped.
    """
    unsent = ReviewReminder.objects.filter(sent_at__isnull=True, confirmation__isnull=True)
    waiting = []
    for reminder in unsent.select_related("service").order_by("pk"):
        if still_stands(reminder):
            waiting.append(reminder.pk)
        else:
            reminder.delete()
    return waiting


def still_stands(reminder: ReviewReminder) -> bool:
    """Say whether what the reminder is about is still so: the service is there and not checked."""
    service = reminder.service
    if not service.is_public:
        return False
    return is_of_closing(reminder) or _due_day(service) == reminder.due_on


# Closing


def close_ended() -> int:
    """Close the services whose last day has passed; return how many. The history keeps it."""
    ended = Service.objects.select_for_update(of=("self",)).filter(
        closes_on__lt=timezone.localdate(), status__in=Service.PUBLIC_STATUSES
    )
    closed = 0
    with pghistory.context(job="services_registry.close_ended"):
        for service in ended.order_by("pk"):
            service.status = Service.Status.CLOSED
            service.save(update_fields=["status", "updated_at"])
            closed += 1
    return closed


def remind_of_closing() -> None:
    """Write down a reminder to the office for each service that closes within a month."""
    today = timezone.localdate()
    closing = on_the_board().filter(closes_on__lte=today + CLOSING_AHEAD)
    _write_down((service, service.closes_on, Side.OFFICE, office_addresses) for service in closing)


def is_of_closing(reminder: ReviewReminder) -> bool:
    """Say whether a reminder is of the last day and not of the data: those fall on other days."""
    return reminder.side == Side.OFFICE and reminder.due_on == reminder.service.closes_on


# Asking


def _due() -> ServiceQuerySet:
    """Services due within ``AHEAD``, overdue or never checked, that outlive their due day."""
    today = timezone.localdate()
    outlives = (
        Q(closes_on__isnull=True) | Q(review_due__isnull=True) | Q(closes_on__gt=F("review_due"))
    )
    return on_the_board().filter(
        outlives, Q(review_due__lte=today + AHEAD) | Q(review_due__isnull=True)
    )


def _asked(side: Side):
    """Reminders of a service to ``side`` since its data were last checked."""
    since = Q(service__checked_on__isnull=True) | Q(created_at__date__gt=F("service__checked_on"))
    asked = ReviewReminder.objects.filter(since, service=OuterRef("pk"), side=side)
    # On its last day a service closes and is not asked of; that mail is another one.
    return asked.exclude(due_on=F("service__closes_on"), side=Side.OFFICE)


def _due_day(service: Service) -> dt.date:
    """The day in the reminder: of data nobody ever checked, the day they were written."""
    return service.review_due_on or timezone.localdate(service.created_at)


def ask_providers() -> None:
    """Write down a reminder to the provider of each due service that was not asked yet."""
    services = _due().filter(~Exists(_asked(Side.PROVIDER))).select_related("provider")
    _write_down(
        (service, _due_day(service), Side.PROVIDER, provider_addresses) for service in services
    )


def ask_the_office() -> None:
    """Write down a reminder to the office where the provider kept silent, or has no address."""
    silent = _asked(Side.PROVIDER).filter(sent_at__date__lte=timezone.localdate() - PATIENCE)
    services = (
        _due()
        .filter(~Exists(_asked(Side.OFFICE)))
        .annotate(was_asked=Exists(_asked(Side.PROVIDER)), is_silent=Exists(silent))
        .select_related("provider", "owner")
        .filter(Q(is_silent=True) | Q(was_asked=False))
    )
    _write_down((service, _due_day(service), Side.OFFICE, office_addresses) for service in services)


def _write_down(wanted) -> None:
    """Make the reminders that are not there yet; without an address there is none to make."""
    rows = []
    for service, day, side, addresses_of in wanted:
        addresses = addresses_of(service)
        if addresses:
            rows.append(
                ReviewReminder(
                    municipality_id=service.municipality_id,
                    service=service,
                    side=side,
                    email=addresses[0],
                    due_on=day,
                )
            )
    ReviewReminder.objects.bulk_create(rows, ignore_conflicts=True)


# To whom


def provider_addresses(service: Service) -> list[str]:
    """Return the address of the provider, or else those of its people; [] where there is none."""
    if service.provider.email:
        return [service.provider.email]
    members = ProviderMembership.objects.filter(
        provider_id=service.provider_id, user__is_active=True
    )
    return list(members.order_by("pk").values_list("user__email", flat=True))


def office_addresses(service: Service) -> list[str]:
    """Return who answers for the data in the municipality, the first of these that there is.

    The owner of the record while they work there, the heads of the offices, the administrators,
    the address of an office.
    """
    working = Membership.objects.current().filter(user__is_active=True).order_by("pk")
    for chosen in (
        working.filter(user=service.owner_id),
        working.filter(role=Role.HEAD),
        working.filter(role=Role.ADMINISTRATOR),
    ):
        addresses = list(dict.fromkeys(chosen.values_list("user__email", flat=True)))
        if addresses:
            return addresses
    return list(Office.objects.exclude(email="").order_by("pk").values_list("email", flat=True)[:1])


def addresses_of(reminder: ReviewReminder) -> list[str]:
    """Return to whom a reminder goes as things stand now."""
    to = provider_addresses if reminder.side == Side.PROVIDER else office_addresses
    return to(reminder.service)


def unsent(pks: Iterable[int], *, lock: bool = False) -> QuerySet[ReviewReminder]:
    """Return those of the reminders whose mail has not left, in order; ``lock`` holds them."""
    rows = (
        ReviewReminder.objects.select_for_update(of=("self",)) if lock else ReviewReminder.objects
    )
    found = rows.filter(pk__in=list(pks), sent_at__isnull=True)
    return found.select_related("service__provider").order_by("service__name", "pk")


Recipient = tuple[Side, tuple[str, ...]]


def by_recipient(reminders: Iterable[ReviewReminder]) -> dict[Recipient, list[ReviewReminder]]:
    """Return the reminders by the side and addresses they go to; without an address none goes."""
    found: dict[Recipient, list[ReviewReminder]] = {}
    for reminder in reminders:
        addresses = tuple(addresses_of(reminder))
        if addresses:
            found.setdefault((Side(reminder.side), addresses), []).append(reminder)
    return found
