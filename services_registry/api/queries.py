"""Which rows open data give out, and how they are found.

Only services that are published or paused, of municipalities that use the portal; providers and
sites only through such a service, also when a member is signed in and could see more.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from services_registry.api import taxonomies
from services_registry.api.parameters import OrganizationQuery, PlaceQuery, ServiceQuery
from services_registry.models import Fee, Provider, Service, ServiceSite, SiteException, SiteHours
from services_registry.search import search

# The way from a site to its province, which an address names.
PROVINCE = "settlement__municipality__province"


def published() -> QuerySet[Service]:
    """The services of the open data."""
    return Service.public.filter(municipality__is_active=True)


def brief(services: QuerySet[Service]) -> QuerySet[Service]:
    """Bring what ``mapping.service`` needs."""
    return services.select_related("provider", "municipality").prefetch_related(
        Prefetch("fees", queryset=Fee.public.order_by("pk"))
    )


def whole(services: QuerySet[Service]) -> QuerySet[Service]:
    """Bring what ``mapping.full_service`` needs."""
    return services.for_page().prefetch_related(f"sites__{PROVINCE}")


def _narrowed(asked: ServiceQuery | PlaceQuery | OrganizationQuery) -> QuerySet[Service]:
    """Return the services that the filters every list has allow."""
    services = published()
    if asked.municipality:
        services = services.filter(municipality__slug=asked.municipality)
    if asked.taxonomy_id or asked.taxonomy_term_id:
        wanted = taxonomies.condition(term_id=asked.taxonomy_term_id, taxonomy_id=asked.taxonomy_id)
        if wanted is None:
            return services.none()
        # Inside a subquery, so that a service with two terms is still one row.
        services = services.filter(pk__in=published().filter(wanted).order_by().values("pk"))
    return services


def services(asked: ServiceQuery | PlaceQuery) -> QuerySet[Service]:
    """Return the services asked for, in the order of names or, for a search, of relevance."""
    found = _narrowed(asked)
    if asked.organization_id:
        found = found.filter(provider__public_id=asked.organization_id)
    if asked.modified_after:
        found = found.filter(updated_at__gte=asked.modified_after)
    return search(found, asked.search)[0]


def organizations(asked: OrganizationQuery) -> QuerySet[Provider]:
    """Return the providers asked for; ``search`` looks in their names."""
    theirs = _narrowed(asked).filter(provider=OuterRef("pk"))
    found = Provider.public.filter(Exists(theirs)).select_related("municipality")
    if asked.search:
        found = found.filter(name__icontains=asked.search)
    return found.order_by("name", "pk")


def with_services(providers: QuerySet[Provider], *, full: bool = False) -> QuerySet[Provider]:
    """Bring the providers' services, briefly or whole."""
    theirs = (whole if full else brief)(published()).order_by("name", "pk")
    return providers.prefetch_related(Prefetch("services", queryset=theirs))


def places(asked: PlaceQuery) -> QuerySet[ServiceSite]:
    """Return the sites of the services asked for, by the name of the service."""
    theirs = services(asked).order_by().values("pk")
    return ServiceSite.public.filter(service__in=theirs).order_by("service__name", "pk")


def sites_with_services(sites: QuerySet[ServiceSite], *, full: bool) -> QuerySet[ServiceSite]:
    """Bring what a site is given out with: its service and, for ``full``, all its own facts."""
    sites = sites.select_related("settlement").prefetch_related(
        Prefetch("service", queryset=brief(published()))
    )
    if not full:
        return sites
    return sites.prefetch_related(
        PROVINCE,
        Prefetch("hours", queryset=SiteHours.public.order_by("weekday", "opens")),
        Prefetch("exceptions", queryset=SiteException.upcoming()),
    )
