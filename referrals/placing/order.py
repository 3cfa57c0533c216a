"""In what order people wait: who passed on fewer offers, by the act in force, by request."""

from __future__ import annotations

import datetime as dt

from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from referrals.placing.models_waiting import WaitingRule

WITHOUT_PRIORITY = 1_000_000  # after every order that an act can give


def own_first(rules):
    """Put a rule of the service itself before one for all services, a newer before an older."""
    return rules.order_by(F("service").asc(nulls_last=True), "-valid_from", "-pk")


def line_rank(day: dt.date | None = None) -> Case:
    """Return how early the act in force on ``day`` puts a referral; the smaller the earlier.

    A priority of an act that is not in force, or not that of the service, gives nothing.
    """
    rules = WaitingRule.objects.on(day or timezone.localdate()).filter(
        Q(service__isnull=True) | Q(service=OuterRef("service")),
        municipality=OuterRef("municipality"),
    )
    in_force = Subquery(own_first(rules).values("pk")[:1])
    return Case(
        When(priority__rule=in_force, then=F("priority__order")), default=Value(WITHOUT_PRIORITY)
    )


def line_order(day: dt.date | None = None) -> tuple[str | Combinable, ...]:
    """Return what a line is ordered by. Whoever passed on an offer stands behind who did not."""
    return ("passed_over", line_rank(day), "requested_on", "pk")
