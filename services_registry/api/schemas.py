"""What the API gives out: the objects of HSDS 3 with the fields that the registry can fill.

Names, types and required fields are the specification's. A field that is None is left out.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, PlainSerializer, WithJsonSchema


def written_moment(moment: dt.datetime) -> str:
    """Write a moment as HSDS wants it: UTC, to the millisecond."""
    utc = moment.astimezone(dt.UTC)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[
    dt.datetime,
    PlainSerializer(written_moment, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
LocationType = Literal["physical", "postal", "virtual"]


class Taxonomy(BaseModel):
    id: UUID
    name: str
    description: str


class TaxonomyTerm(BaseModel):
    id: UUID
    code: str
    name: str
    description: str
    taxonomy: str
    taxonomy_id: UUID
    taxonomy_detail: Taxonomy | None = None
    language: str = "bg"


class Attribute(BaseModel):
    id: UUID
    link_id: UUID
    link_entity: str
    link_type: str
    label: str | None = None
    value: str | None = None
    taxonomy_term_id: UUID | None = None
    taxonomy_term: TaxonomyTerm | None = None


class Phone(BaseModel):
    id: UUID
    number: str
    type: str = "voice"


class Contact(BaseModel):
    id: UUID
    email: str


class Identifier(BaseModel):
    id: UUID
    organization_id: UUID
    identifier_scheme: str | None = None
    identifier_type: str
    identifier: str


class Organization(BaseModel):
    id: UUID
    name: str
    description: str
    email: str | None = None
    website: str | None = None
    legal_status: str | None = None
    phones: list[Phone] | None = None
    organization_identifiers: list[Identifier] | None = None
    services: list[Service] | None = None


class Address(BaseModel):
    id: UUID
    location_id: UUID
    address_1: str
    city: str
    region: str
    state_province: str
    postal_code: str
    country: str = "BG"
    address_type: LocationType = "physical"


class Accessibility(BaseModel):
    id: UUID
    location_id: UUID
    description: str


class Location(BaseModel):
    id: UUID
    location_type: LocationType = "physical"
    name: str
    description: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    addresses: list[Address] | None = None
    accessibility: list[Accessibility] | None = None
    attributes: list[Attribute] | None = None


class Language(BaseModel):
    id: UUID
    service_id: UUID
    name: str
    code: str


class Schedule(BaseModel):
    """A stretch of the week or, with ``valid_from`` and ``valid_to``, of days unlike the others.

    Without ``opens_at`` and ``closes_at`` the place is closed on those days.
    """

    id: UUID
    service_at_location_id: UUID
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    freq: Literal["WEEKLY"] | None = None
    wkst: Literal["MO"] | None = None
    byday: str | None = None
    opens_at: str | None = None
    closes_at: str | None = None
    timezone: float
    description: str
    notes: str | None = None


class ServiceAtLocation(BaseModel):
    id: UUID
    service_id: UUID
    location_id: UUID
    location: Location
    contacts: list[Contact] | None = None
    phones: list[Phone] | None = None
    schedules: list[Schedule] | None = None
    service: Service | None = None


class ServiceArea(BaseModel):
    id: UUID
    service_id: UUID
    name: str


class Funding(BaseModel):
    id: UUID
    service_id: UUID
    source: str


class CostOption(BaseModel):
    id: UUID
    service_id: UUID
    option: str | None = None
    amount: float | None = None
    currency: str | None = None
    amount_description: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


class RequiredDocument(BaseModel):
    id: UUID
    service_id: UUID
    document: str


class Unit(BaseModel):
    id: UUID
    name: str


class Capacity(BaseModel):
    id: UUID
    service_id: UUID
    unit: Unit
    available: int
    maximum: int
    description: str
    updated: Moment


class Service(BaseModel):
    id: UUID
    organization_id: UUID
    name: str
    description: str | None = None
    url: str | None = None
    email: str | None = None
    status: Literal["active", "temporarily closed"]
    application_process: str | None = None
    fees_description: str | None = None
    accreditations: str | None = None
    eligibility_description: str | None = None
    assured_date: dt.date | None = None
    assurer_email: str | None = None
    alert: str | None = None
    last_modified: Moment
    organization: Organization | None = None
    phones: list[Phone] | None = None
    service_areas: list[ServiceArea] | None = None
    service_at_locations: list[ServiceAtLocation] | None = None
    languages: list[Language] | None = None
    funding: list[Funding] | None = None
    cost_options: list[CostOption] | None = None
    required_documents: list[RequiredDocument] | None = None
    capacities: list[Capacity] | None = None
    attributes: list[Attribute] | None = None


class ServiceMark(BaseModel):
    """A service of a list asked for with ``minimal``."""

    id: UUID
    last_modified: Moment
    modified_date: Moment = Field(description="Същото под името от описанието на minimal в HSDS.")


class Page(BaseModel):
    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool


class ServicePage(Page):
    contents: list[Service] | list[ServiceMark]


class OrganizationPage(Page):
    contents: list[Organization]


class ServiceAtLocationPage(Page):
    contents: list[ServiceAtLocation]


class TaxonomyPage(Page):
    contents: list[Taxonomy]


class TaxonomyTermPage(Page):
    contents: list[TaxonomyTerm]


class Publisher(BaseModel):
    name: str
    website: str


class Root(BaseModel):
    version: str
    profile: str
    openapi_url: str
    description: str
    publisher: Publisher


class Fault(BaseModel):
    """One parameter and what it must be."""

    parameter: str
    message: str


class Problem(BaseModel):
    """The body of every answer that is an error."""

    message: str
    errors: list[Fault] | None = None
