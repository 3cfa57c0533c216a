"""The services of a municipality side by side for one person: what a choice is made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, FloatField, IntegerField, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from frontoffice.models_people import Person
from municipalities.days import add_months
from municipalities.models import Settlement
from municipalities.templatetags.portal import money
from referrals.assessments.models import NeedsAssessment
from referrals.placing.models import Referral, ReferralState
from referrals.routing import deciding
from referrals.routing.models import AgeGroup, Authority
from services_registry.models import EVERYBODY, Fee, Service, ServiceQuerySet, ServiceSite
from services_registry.places import Kilometres, located
from services_registry.shown import ForCitizens
from services_registry.upkeep.freshness import CAPACITY_HOLDS

ADULT_AT = 18
FAR = float("inf")
# How the list may be put in order, by the word in the address.
ORDERS = {
    "mesta": "първо със свободни места",
    "opashka": "с най-малко чакащи",
    "blizo": "първо близките",
    "ime": "по име",
}
# Where the municipality cannot refer to it, a service is shown last and cannot be chosen.
REFERS = (Authority.MUNICIPALITY, Authority.UNCLEAR)


@dataclass(frozen=True)
class FeeForStaff:
    """What a group pays, with the sum that a citizen is not shown until somebody verifies it."""

    group: str
    words: str
    is_unverified: bool


@dataclass
class Option:
    """A service of ``services_for`` as it stands in the comparison."""

    service: Any
    decision: deciding.Decision
    fits: bool  # one of its kinds is among those of the assessment
    chosen: Referral | None
    today: dt.date

    @property
    def km(self) -> float | None:
        """How far it is from where the person lives; None where it is not known."""
        return self.service.km

    @property
    def in_line(self) -> int:
        """How many people wait for it in the portal."""
        return self.service.in_line

    @property
    def free(self) -> int | None:
        """How many places were free when they were last written; None where nobody wrote any."""
        return self.service.capacity_free

    @property
    def is_old(self) -> bool:
        """Whether the free places were written too long ago to be relied on."""
        as_of = self.service.capacity_as_of
        return as_of is not None and as_of < self.today - CAPACITY_HOLDS

    @property
    def can_be_chosen(self) -> bool:
        """Whether the municipality refers to it, as far as the rows say, and it is not chosen."""
        return self.decision.authority in REFERS and self.chosen is None

    @property
    def fees(self) -> list[FeeForStaff]:
        """What is paid today, with what nobody verified marked."""
        return [fee_for_staff(fee) for fee in ForCitizens(self.service, self.today).fees]

    @property
    def places(self) -> list[ServiceSite]:
        """Where it is given."""
        return list(self.service.sites.all())

    @property
    def is_at_home(self) -> bool:
        """Whether it only comes to people, so that a distance says nothing."""
        return Service.Setting.SPECIALISED not in self.service.settings


def fee_for_staff(fee: Fee) -> FeeForStaff:
    """Say a fee with its sum, verified or not."""
    group = fee.user_group if fee.user_group and fee.user_group != EVERYBODY else ""
    if fee.kind == Fee.Kind.FIXED and fee.amount is not None:
        words = f"{money(fee.amount, fee.currency)} {fee.get_per_display()}".strip()
    else:
        words = str(fee.get_kind_display())
    is_unverified = not fee.verified and fee.kind in (Fee.Kind.FIXED, Fee.Kind.INCOME_SHARE)
    return FeeForStaff(group, words, is_unverified)


def is_child(person: Person) -> bool | None:
    """Say whether the person is under age today; None where what is known does not tell."""
    today = timezone.localdate()
    if person.birth_date:
        return add_months(person.birth_date, ADULT_AT * 12) > today
    if person.birth_year and today.year - person.birth_year != ADULT_AT:
        return today.year - person.birth_year < ADULT_AT
    return None


def options(
    assessment: NeedsAssessment, *, everything: bool = False, with_measure: bool = False
) -> list[Option]:
    """Return the published services that match the kinds of the assessment, or ``everything``.

    Where the assessment names no kind yet, all are returned. As many queries for 5 as for 50.
    """
    kinds = {kind.pk for kind in assessment.kinds.all()}  # prefetched by the page
    found = services_for(assessment.person.settlement)
    if kinds and not everything:
        found = found.filter(kinds__in=kinds).distinct()
    today = timezone.localdate()
    rows = deciding.rows_on(today)
    child = is_child(assessment.person)
    age = None if child is None else AgeGroup.CHILD if child else AgeGroup.ADULT
    chosen = {one.service_id: one for one in assessment.referrals.open()}

    def option(service: Any) -> Option:
        facts = deciding.facts_of(service, age=age, with_measure=with_measure)
        fits = any(kind.pk in kinds for kind in service.kinds.all())
        decision = deciding.decide_by(rows, facts, today)
        return Option(service, decision, fits, chosen.get(service.pk), today)

    return [option(service) for service in found]


def option_of(assessment: NeedsAssessment, service: Any, *, with_measure: bool) -> Option:
    """Return one service of ``services_for`` as it stands in the comparison."""
    decision = deciding.decide(
        service=service, is_child=is_child(assessment.person), with_measure=with_measure
    )
    chosen = assessment.referrals.open().filter(service=service).first()
    kinds = {kind.pk for kind in assessment.kinds.all()}
    fits = any(kind.pk in kinds for kind in service.kinds.all())
    return Option(service, decision, fits, chosen, timezone.localdate())


def services_for(settlement: Settlement | None) -> ServiceQuerySet:
    """Return the published services of the scope with all that a comparison shows.

    ``km`` is from ``settlement`` to the nearest place whose address is no secret.
    """
    line = (
        Referral.objects.filter(service=OuterRef("pk"), state=ReferralState.WAITING)
        .order_by()
        .values("service")
        .annotate(count=Count("pk"))
        .values("count")
    )
    sites = ServiceSite.objects.select_related("settlement").order_by("pk")
    return (
        Service.objects.shown()
        .filter(status=Service.Status.PUBLISHED)
        .select_related("provider", "municipality")
        .defer("search_vector", "description", "easy_read")
        .with_latest_capacity()
        .annotate(
            in_line=Coalesce(Subquery(line, output_field=IntegerField()), 0),
            km=_kilometres(settlement),
        )
        .prefetch_related(
            Prefetch("sites", queryset=sites),
            Prefetch("fees", queryset=Fee.objects.order_by("pk")),
            "kinds",
        )
        .order_by("name", "pk")
    )


def _kilometres(settlement: Settlement | None) -> Any:
    if settlement is None or settlement.latitude is None or settlement.longitude is None:
        return Subquery(
            ServiceSite.objects.none().annotate(away=F("latitude")).values("away")[:1],
            output_field=FloatField(),
        )
    point = (float(settlement.latitude), float(settlement.longitude))
    sites = located(ServiceSite.objects.filter(service=OuterRef("pk"))).annotate(
        away=Kilometres(F("north"), F("east"), point)
    )
    return Subquery(sites.order_by("away").values("away")[:1], output_field=FloatField())


def in_order(found: list[Option], order: str) -> list[Option]:
    """Return them as ``order`` (of ORDERS) has it: what cannot be chosen last, unknown after known.

    Of equal ones the name decides.
    """
    key = _KEYS.get(order, _KEYS["mesta"])
    return sorted(
        found,
        key=lambda one: (one.decision.authority not in REFERS, *key(one), one.service.name),
    )


def _by_places(one: Option) -> tuple:
    """Free ones first, those nobody wrote about after them, full ones by the shortest line."""
    rank = 1 if one.free is None else 0 if one.free else 2
    return (rank, one.in_line, one.km if one.km is not None else FAR)


_KEYS: dict[str, Callable[[Option], tuple]] = {
    "mesta": _by_places,
    "opashka": lambda one: (one.in_line, one.km if one.km is not None else FAR),
    "blizo": lambda one: (one.km if one.km is not None else FAR,),
    "ime": lambda one: (),
}
