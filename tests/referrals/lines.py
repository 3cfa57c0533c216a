"""People who wait for a service, made for tests of the waiting list and of offers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from municipalities.tenancy import municipality_scope
from referrals.models import Offer, Referral
from services_registry.models import Capacity, Service
from tests.factories import CapacityFactory, ServiceFactory
from tests.factories_applications import ApplicationFactory
from tests.factories_people import PersonFactory
from tests.factories_referring import AssessmentFactory, ReferralFactory


def full_service(municipality, *, free: int = 0, **facts: Any) -> Service:
    """Return a published service of ten places, of which ``free`` are free."""
    service = ServiceFactory(
        municipality=municipality, status="published", name="Дневен център", **facts
    )
    CapacityFactory(municipality=municipality, service=service, places=10, free=free, waiting=0)
    return service


def waits(service: Service, days_ago: int = 0, *, email: str = "", **facts: Any) -> Referral:
    """Return a referral that waits for ``service``, requested so many days ago."""
    mine = {"municipality": service.municipality}
    person = PersonFactory(**mine)
    application = ApplicationFactory(
        **mine, person=person, confirmed_at=timezone.now(), email=email, number_series="СУ"
    )
    assessment = AssessmentFactory(**mine, application=application, person=person, done=True)
    facts = {"state": "waiting", **facts}
    return ReferralFactory(
        **mine,
        assessment=assessment,
        service=service,
        requested_on=timezone.localdate() - dt.timedelta(days=days_ago),
        **facts,
    )


def fresh(referral: Referral) -> Referral:
    """Return it as it is stored."""
    with municipality_scope(referral.municipality):
        return Referral.objects.select_related("service", "person").get(pk=referral.pk)


def offer_of(referral: Referral, state: str = "open") -> Offer | None:
    """Return its newest offer in ``state``."""
    with municipality_scope(referral.municipality):
        return Offer.objects.filter(referral=referral, state=state).first()


def free(service: Service) -> tuple[int, int]:
    """Return how many places are written as free and how many people as waiting."""
    with municipality_scope(service.municipality):
        row = Capacity.objects.filter(service=service).order_by("-as_of", "-pk").first()
        return row.free, row.waiting
