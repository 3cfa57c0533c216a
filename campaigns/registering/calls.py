"""Whom to call: those without an e-mail whose place or event changed, until somebody says they did.

Whoever has an address is written to (``telling``). That a call was made is kept where that a
reminder was sent is: in ``reminded_at``.
"""

from __future__ import annotations

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from campaigns.registering.models import Registration

State = Registration.State


def to_call() -> QuerySet[Registration]:
    """Return who got a place after waiting, or whose coming event is called off, and has no e-mail.

    Needs the municipality's scope.
    """
    history = apps.get_model("campaigns", "RegistrationHistory")
    waited = history.objects.filter(pgh_obj=OuterRef("pk"), state=State.WAITING)
    got_place = Q(state=State.CONFIRMED, event__cancelled_at__isnull=True) & Exists(waited)
    called_off = Q(event__cancelled_at__isnull=False) & ~Q(state=State.CANCELLED)
    return (
        Registration.objects.filter(got_place | called_off)
        .filter(email="", reminded_at__isnull=True, forgotten_at__isnull=True)
        .filter(event__starts_at__gt=timezone.now())
        .order_by("event__starts_at", "pk")
    )


def called(registration: Registration) -> None:
    """Keep that somebody called them."""
    rows = Registration.objects.filter(pk=registration.pk, reminded_at__isnull=True)
    rows.update(reminded_at=timezone.now())
