"""The addresses of the API. Each reads its parameters, finds the rows and answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import EmptyPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import NinjaAPI, Query
from ninja.errors import ValidationError

from municipalities.models import Municipality
from services_registry.api import delivery, mapping, queries, schemas, taxonomies
from services_registry.api.delivery import answer
from services_registry.api.parameters import (
    LARGEST_MINIMAL_PAGE,
    LARGEST_PAGE,
    PER_PAGE,
    UNSUPPORTED,
    OrganizationQuery,
    PageQuery,
    PlaceQuery,
    ServiceQuery,
    TermQuery,
    requirement,
)
from services_registry.api.sites import service_at_location

HSDS_VERSION = "3.1"
# No profile of our own: HSDS as it is.
PROFILE = "https://docs.openreferral.org/en/latest/"
LICENCE = "Свободно за ползване с посочване на източника; подлежи на потвърждение от всяка община"
TITLE = "Отворени данни за социалните услуги"
ABOUT = (
    f"Публикуваните социални услуги от регистрите на общините в портала „Фронт-офис“. {LICENCE}."
)
ERRORS = {404: schemas.Problem, 422: schemas.Problem}

api = NinjaAPI(
    title=TITLE,
    version="1",
    description=ABOUT,
    urls_namespace="hsds",
    openapi_url="/openapi.json",
    docs_url=None,
    openapi_extra={"info": {"license": {"name": LICENCE}}},
)


class Refused(Exception):
    """A parameter that was read well and still cannot be answered."""

    def __init__(self, parameter: str, message: str):
        self.parameter, self.message = parameter, message


@api.exception_handler(Refused)
def _refused(request: HttpRequest, exc: Any) -> HttpResponse:
    fault = schemas.Fault(parameter=exc.parameter, message=exc.message)
    return delivery.problem(422, exc.message, [fault])


@api.exception_handler(ValidationError)
def _not_understood(request: HttpRequest, exc: Any) -> HttpResponse:
    names = dict.fromkeys(str(error["loc"][-1]) for error in exc.errors)
    faults = [requirement(name) for name in names]
    return delivery.problem(422, faults[0].message if faults else delivery.WRONG, faults)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, exc: Any) -> HttpResponse:
    return delivery.problem(404, delivery.NOT_FOUND)


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _page(rows, *, number: int, size: int):
    """Return the page of ``rows`` and what HSDS says of it; refuses one past the last."""
    paginator = Paginator(rows, size)
    try:
        page = paginator.page(number)
    except EmptyPage:
        words = f"Няма такава страница: последната е {paginator.num_pages}."
        raise Refused("page", words) from None
    return page, {
        "total_items": paginator.count,
        "total_pages": paginator.num_pages,
        "page_number": number,
        "size": len(page),
        "first_page": not page.has_previous(),
        "last_page": not page.has_next(),
        "empty": not len(page),
    }


def _check(request: HttpRequest, asked: PageQuery, *unsupported: str) -> None:
    """Refuse filters of HSDS that are not applied here, and municipalities that are not here."""
    for name in unsupported:
        if name in request.GET:
            raise Refused(name, f"Параметърът {name} не се поддържа на този адрес.")
    slug = getattr(asked, "municipality", "")
    if slug and not Municipality.objects.active().filter(slug=slug).exists():
        raise Refused("municipality", "Няма такава община в портала.")


# The root


@api.get(
    "/",
    response=schemas.Root,
    operation_id="getAPIMetaInformation",
    summary="За този интерфейс и връзката му с HSDS",
    tags=["required"],
    url_name="root",
)
def root(request: HttpRequest):
    base = _base(request)
    return answer(
        schemas.Root(
            version=HSDS_VERSION,
            profile=PROFILE,
            openapi_url=base + reverse("hsds:openapi-json"),
            description=ABOUT,
            publisher=schemas.Publisher(
                name="Общините в портала „Фронт-офис за социални услуги“", website=f"{base}/"
            ),
        )
    )


# Services


@api.get(
    "/services",
    response={200: schemas.ServicePage, 422: schemas.Problem},
    operation_id="getPaginatedListOfServices",
    summary="Списък на услугите",
    tags=["required"],
    url_name="services",
)
def list_services(request: HttpRequest, asked: Query[ServiceQuery]):
    _check(request, asked, *UNSUPPORTED)
    size = asked.per_page or (LARGEST_MINIMAL_PAGE if asked.minimal else PER_PAGE)
    if size > LARGEST_PAGE and not asked.minimal:
        raise Refused("per_page", requirement("per_page").message)
    found = queries.services(asked)
    if not asked.minimal:
        found = queries.whole(found) if asked.full else queries.brief(found)
    page, facts = _page(found, number=asked.page, size=size)
    base = _base(request)
    if asked.minimal:
        contents: list[Any] = [mapping.mark(one) for one in page]
    elif asked.full:
        contents = [mapping.full_service(one, base) for one in page]
    else:
        contents = [mapping.service(one, base) for one in page]
    return answer(schemas.ServicePage(**facts, contents=contents))


@api.get(
    "/services/{id}",
    response={200: schemas.Service, **ERRORS},
    operation_id="getFullyNestedServiceById",
    summary="Една услуга с всичко към нея",
    tags=["required"],
    url_name="service",
)
def get_service(request: HttpRequest, id: UUID):
    one = get_object_or_404(queries.whole(queries.published()), public_id=id)
    return answer(mapping.full_service(one, _base(request)))


# Providers


@api.get(
    "/organizations",
    response={200: schemas.OrganizationPage, 422: schemas.Problem},
    operation_id="getPaginatedListOfOrganizations",
    summary="Списък на доставчиците",
    tags=["optional"],
    url_name="organizations",
)
def list_organizations(request: HttpRequest, asked: Query[OrganizationQuery]):
    _check(request, asked, *UNSUPPORTED, "full_service")
    found = queries.organizations(asked)
    if asked.full:
        found = queries.with_services(found)
    page, facts = _page(found, number=asked.page, size=asked.per_page)
    base = _base(request)
    contents = [
        _whole_organization(one, base)
        if asked.full
        else mapping.organization(one, one.municipality)
        for one in page
    ]
    return answer(schemas.OrganizationPage(**facts, contents=contents))


@api.get(
    "/organizations/{id}",
    response={200: schemas.Organization, **ERRORS},
    operation_id="getOrganizationById",
    summary="Един доставчик с услугите му",
    tags=["optional"],
    url_name="organization",
)
def get_organization(request: HttpRequest, id: UUID, full_service: bool = False):
    found = queries.organizations(OrganizationQuery())
    one = get_object_or_404(queries.with_services(found, full=full_service), public_id=id)
    return answer(_whole_organization(one, _base(request), full=full_service))


def _whole_organization(one, base: str, *, full: bool = False) -> schemas.Organization:
    of = mapping.full_service if full else mapping.service
    services = [of(service, base) for service in one.services.all()]
    return mapping.full_organization(one, one.municipality, services)


# Services at their places


@api.get(
    "/service_at_locations",
    response={200: schemas.ServiceAtLocationPage, 422: schemas.Problem},
    operation_id="getPaginatedListOfServiceAtLocation",
    summary="Списък на местата, на които се предоставят услугите",
    tags=["optional"],
    url_name="service_at_locations",
)
def list_places(request: HttpRequest, asked: Query[PlaceQuery]):
    _check(request, asked, *UNSUPPORTED)
    found = queries.sites_with_services(queries.places(asked), full=asked.full)
    page, facts = _page(found, number=asked.page, size=asked.per_page)
    base = _base(request)
    contents = [_place(site, base, full=asked.full) for site in page]
    return answer(schemas.ServiceAtLocationPage(**facts, contents=contents))


@api.get(
    "/service_at_locations/{id}",
    response={200: schemas.ServiceAtLocation, **ERRORS},
    operation_id="getServiceAtLocationWithNestedDataById",
    summary="Едно място с услугата, която се предоставя там",
    tags=["optional"],
    url_name="service_at_location",
)
def get_place(request: HttpRequest, id: UUID):
    found = queries.sites_with_services(queries.places(PlaceQuery()), full=True)
    return answer(_place(get_object_or_404(found, public_id=id), _base(request), full=True))


def _place(site, base: str, *, full: bool) -> schemas.ServiceAtLocation:
    known = service_at_location(site, full=full)
    known.service = mapping.service(site.service, base)
    return known


# Classifiers


@api.get(
    "/taxonomies",
    response={200: schemas.TaxonomyPage, 422: schemas.Problem},
    operation_id="getPaginatedListOfTaxonomies",
    summary="Списък на класификаторите",
    tags=["optional"],
    url_name="taxonomies",
)
def list_taxonomies(request: HttpRequest, asked: Query[PageQuery]):
    known = [one.as_taxonomy() for one in taxonomies.CLASSIFIERS]
    page, facts = _page(_matching(known, asked), number=asked.page, size=asked.per_page)
    return answer(schemas.TaxonomyPage(**facts, contents=list(page)))


@api.get(
    "/taxonomies/{id}",
    response={200: schemas.Taxonomy, **ERRORS},
    operation_id="getTaxonomyById",
    summary="Един класификатор",
    tags=["optional"],
    url_name="taxonomy",
)
def get_taxonomy(request: HttpRequest, id: UUID):
    found = taxonomies.classifier(id)
    if found is None:
        raise Http404
    return answer(found.as_taxonomy())


@api.get(
    "/taxonomy_terms",
    response={200: schemas.TaxonomyTermPage, 422: schemas.Problem},
    operation_id="getPaginatedListOfTaxonomyTerms",
    summary="Термините на класификаторите",
    tags=["optional"],
    url_name="taxonomy_terms",
)
def list_terms(request: HttpRequest, asked: Query[TermQuery]):
    known = [] if asked.parent_id else taxonomies.all_terms(asked.taxonomy_id)
    page, facts = _page(_matching(known, asked), number=asked.page, size=asked.per_page)
    return answer(schemas.TaxonomyTermPage(**facts, contents=list(page)))


@api.get(
    "/taxonomy_terms/{id}",
    response={200: schemas.TaxonomyTerm, **ERRORS},
    operation_id="getTaxonomyTermById",
    summary="Един термин с класификатора му",
    tags=["optional"],
    url_name="taxonomy_term",
)
def get_term(request: HttpRequest, id: UUID):
    found = next((term for term in taxonomies.all_terms() if term.id == id), None)
    if found is None:
        raise Http404
    found.taxonomy_detail = taxonomies.classifier(found.taxonomy_id).as_taxonomy()
    return answer(found)


def _matching(known: list[Any], asked: PageQuery) -> list[Any]:
    wanted = asked.search.casefold()
    return [one for one in known if wanted in f"{one.name} {one.description}".casefold()]
