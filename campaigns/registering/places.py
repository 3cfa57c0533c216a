"""Places at an event: taken, waited for, given up and given on.

Whoever takes or gives up a place locks the event first, so that the last place is given once.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.models import CampaignEvent
from campaigns.registering import codes, telling
from campaigns.registering.errors import RegistrationRefused
from campaigns.registering.models import Registration
from campaigns.registering.telling import What
from municipalities import numbering
from municipalities.models import User

State = Registration.State
FACTS = (
    "name",
    "email",
    "phone",
    "organisation",
    "country",
    "language",
    "audience",
    "part",
    "needs",
)


@dataclass(frozen=True)
class Places:
    """Places of an event; ``capacity`` None is as many as come. ``why_closed`` says it in words."""

    capacity: int | None
    taken: int
    waiting: int
    is_open: bool
    why_closed: str = ""

    @property
    def left(self) -> int | None:
        """Free places, None where there is no limit; those who wait come first."""
        if self.capacity is None:
            return None
        return max(0, self.capacity - self.taken - self.waiting)

    @property
    def is_full(self) -> bool:
        """Whether the next one waits."""
        return self.left == 0


def why_closed(event: CampaignEvent, now: dt.datetime | None = None) -> str:
    """Return in words why nobody can register for ``event``, „“ where one can."""
    now = now or timezone.now()
    if event.cancelled_at:
        return _("Събитието е отменено.")
    if event.ends_at <= now:
        return _("Събитието мина.")
    if not event.takes_registration:
        return _("За събитието не се иска записване: просто елате.")
    if event.starts_at <= now:
        return _("Събитието вече започна.")
    if event.registration_until and event.registration_until <= now:
        return _("Записването приключи.")
    return ""


def is_open_to_staff(event: CampaignEvent, now: dt.datetime | None = None) -> bool:
    """Say whether an employee may register somebody: after the deadline too, until it begins."""
    now = now or timezone.now()
    return event.takes_registration and not event.cancelled_at and event.starts_at > now


def places_of(event: CampaignEvent) -> Places:
    """Return the places of ``event``; one query. Needs the municipality's scope."""
    return places_of_each([event])[event.pk]


def places_of_each(events: Iterable[CampaignEvent]) -> dict[int, Places]:
    """Return the places of each of ``events`` by its key; one query, in the open scope."""
    events = list(events)
    rows = (
        Registration.objects.filter(event__in=[event.pk for event in events])
        .order_by()
        .values_list("event", "state")
        .annotate(people=Count("pk"))
    )
    counted = {(event, state): people for event, state, people in rows}
    now = timezone.now()
    found = {}
    for event in events:
        closed = why_closed(event, now)
        found[event.pk] = Places(
            capacity=event.capacity,
            taken=counted.get((event.pk, State.CONFIRMED), 0),
            waiting=counted.get((event.pk, State.WAITING), 0),
            is_open=not closed,
            why_closed=closed,
        )
    return found


def _locked(event: CampaignEvent) -> CampaignEvent:
    """Return ``event`` as it is now; whoever else wants a place waits for this transaction."""
    return CampaignEvent.objects.select_for_update(no_key=True).get(pk=event.pk)


def register(
    *,
    event: CampaignEvent,
    facts: Mapping[str, Any],
    form_key: uuid.UUID,
    by: User | None = None,
    is_at_door: bool = False,
) -> tuple[Registration, str]:
    """Register somebody for ``event``: confirmed while there are places, waiting after that.

    Returns the row and the second secret; the same ``form_key`` a second time finds the first.
    ``facts`` are those of ``FACTS``. ``by`` is the employee who writes it down; such a one may
    register after the deadline. ``is_at_door``: somebody who stands there, has come, and for whom
    there is always a place. Needs the municipality's scope; raises RegistrationRefused.
    """
    if unknown := set(facts) - set(FACTS):
        raise TypeError(f"Not facts of a registration: {sorted(unknown)}")
    secret = codes.secret_of(form_key, event.municipality)
    try:
        with transaction.atomic():
            row, is_new = _registered(event, facts, form_key, by, is_at_door, secret)
    except IntegrityError:
        # The same form for another event at the same moment: nobody's, but it was there first.
        existing = Registration.objects.filter(form_key=form_key).first()
        if existing is None:
            raise
        row, is_new = existing, False
    if row.event_id != event.pk:
        raise RegistrationRefused(_("Формулярът е стар. Отворете го отново от страницата."))
    if is_new and not is_at_door:
        telling.tell(row, What.REGISTERED)
    return row, secret


def _registered(
    event: CampaignEvent,
    facts: Mapping[str, Any],
    form_key: uuid.UUID,
    by: User | None,
    is_at_door: bool,
    secret: str,
) -> tuple[Registration, bool]:
    now = timezone.now()
    locked = _locked(event)
    if existing := Registration.objects.filter(form_key=form_key).first():
        return existing, False
    _refuse_closed(locked, now, by, is_at_door)
    has_place = is_at_door or not places_of(locked).is_full
    # Last before the row itself: whoever waits for a number waits for the rest of this transaction.
    year, number = numbering.take(locked.municipality, codes.SERIES)
    row = Registration.objects.create(
        municipality=locked.municipality,
        event=locked,
        number=numbering.written(codes.SERIES, year, number),
        secret_hash=codes.hash_of(secret, locked.municipality),
        state=State.CONFIRMED if has_place else State.WAITING,
        registered_at=now,
        registered_by=by,
        came_at=now if is_at_door else None,
        form_key=form_key,
        **facts,
    )
    return row, True


def _refuse_closed(
    event: CampaignEvent, now: dt.datetime, by: User | None, is_at_door: bool
) -> None:
    """Raise where nobody can register; the door and the telephone are open longer than the page."""
    if is_at_door:
        if event.cancelled_at:
            raise RegistrationRefused(_("Събитието е отменено."))
        return
    words = why_closed(event, now)
    if words and not (by and is_open_to_staff(event, now)):
        raise RegistrationRefused(words)


@transaction.atomic
def cancel(registration: Registration) -> list[Registration]:
    """Give up a place or a turn; return those to whom the free place went. Twice is once.

    Needs the municipality's scope; raises RegistrationRefused where they came or it is over.
    """
    event = _locked(registration.event)
    row = Registration.objects.select_for_update().get(pk=registration.pk)
    if row.state == State.CANCELLED:
        return []
    if row.came_at:
        raise RegistrationRefused(_("Отбелязано е, че е дошъл: записването остава."))
    if event.ends_at <= timezone.now():
        raise RegistrationRefused(_("Събитието мина и записването остава както е."))
    row.state = State.CANCELLED
    row.cancelled_at = timezone.now()
    row.save(update_fields=["state", "cancelled_at"])
    registration.state, registration.cancelled_at = row.state, row.cancelled_at
    telling.tell(row, What.GIVEN_UP)
    return promote_waiting(event)


@transaction.atomic
def promote_waiting(event: CampaignEvent) -> list[Registration]:
    """Give the free places of ``event`` to those who wait, in turn, and write to them.

    Returns whom. For whoever changes the capacity too. Needs the municipality's scope.
    """
    event = _locked(event)
    if event.cancelled_at or event.ends_at <= timezone.now():
        return []
    waiting = event.registrations.filter(state=State.WAITING).order_by("registered_at", "pk")
    if event.capacity is not None:
        taken = event.registrations.filter(state=State.CONFIRMED).count()
        waiting = waiting[: max(0, event.capacity - taken)]
    promoted = list(waiting)
    for row in promoted:
        _given(row)
    return promoted


@transaction.atomic
def give_place(registration: Registration) -> None:
    """Give a free place to somebody who waits, out of turn; raises RegistrationRefused."""
    event = _locked(registration.event)
    row = Registration.objects.select_for_update().get(pk=registration.pk)
    if row.state == State.CONFIRMED:
        return
    if row.state != State.WAITING or row.forgotten_at:
        raise RegistrationRefused(_("Вече не чака място."))
    if event.cancelled_at or event.ends_at <= timezone.now():
        raise RegistrationRefused(_("Събитието мина или е отменено."))
    taken = event.registrations.filter(state=State.CONFIRMED).count()
    if event.capacity is not None and taken >= event.capacity:
        raise RegistrationRefused(_("Няма свободно място. Увеличете местата на събитието."))
    _given(row)


def _given(row: Registration) -> None:
    row.state = State.CONFIRMED
    row.save(update_fields=["state"])
    telling.tell(row, What.PLACE_FREED)


def turn_of(registration: Registration) -> int:
    """Return whose turn it is among those who wait: the first has 1; 0 of one who does not."""
    if registration.state != State.WAITING:
        return 0
    waiting = Registration.objects.filter(event=registration.event_id, state=State.WAITING)
    keys = list(waiting.order_by("registered_at", "pk").values_list("pk", flat=True))
    return keys.index(registration.pk) + 1
