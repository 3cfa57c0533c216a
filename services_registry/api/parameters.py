"""What may be asked for in an address, and what is said where it cannot be understood."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from ninja import Schema
from pydantic import BeforeValidator, Field

from services_registry.api.schemas import Fault
from services_registry.forms import LONGEST_QUERY

PER_PAGE = 50
LARGEST_PAGE = 100
LARGEST_MINIMAL_PAGE = 10_000
# HSDS has these too; a filter that is not applied must not look as if it were.
UNSUPPORTED = ("postcode", "proximity")

REQUIREMENTS = {
    "page": "Номерът на страницата е цяло число от 1 нагоре.",
    "per_page": f"Редовете на страница са цяло число от 1 до {LARGEST_PAGE} "
    f"(с minimal=true – до {LARGEST_MINIMAL_PAGE}).",
    "search": f"Търсенето е най-много {LONGEST_QUERY} знака.",
    "format": "Поддържаме само format=json.",
    "modified_after": "Датата е във вид 2026-01-31 или 2026-01-31T10:00:00Z.",
    "minimal": "Стойността е true или false.",
    "full": "Стойността е true или false.",
    "full_service": "Стойността е true или false.",
}
OF_IDENTIFIER = "Идентификаторът е UUID, например ac148810-d857-441c-9679-408f346de14b."
NOT_UNDERSTOOD = "Стойността не е допустима."
# A plus that was not encoded arrives as a space: 2026-01-31T10:00:00 02:00.
_LOST_PLUS = re.compile(r"(?<=T)([\d:.]+) (?=\d\d:?\d\d$)")


def requirement(parameter: str) -> Fault:
    """Say what ``parameter`` must be."""
    is_identifier = parameter == "id" or parameter.endswith("_id")
    words = OF_IDENTIFIER if is_identifier else REQUIREMENTS.get(parameter, NOT_UNDERSTOOD)
    return Fault(parameter=parameter, message=words)


def parse_moment(value: object) -> dt.datetime | None:
    """Read a date or a moment in ISO 8601; local time where no offset is given.

    Raises ValueError for anything else.
    """
    text = _LOST_PLUS.sub(r"\1+", str(value).strip())
    if not text:
        return None
    day = parse_date(text) if len(text) <= len("2026-01-31") else None
    moment = dt.datetime.combine(day, dt.time()) if day else parse_datetime(text)
    if moment is None:
        raise ValueError("not a moment")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def nothing_if_empty(value: object) -> object:
    return None if value == "" else value


Moment = Annotated[dt.datetime | None, BeforeValidator(parse_moment)]
Identifier = Annotated[UUID | None, BeforeValidator(nothing_if_empty)]


class PageQuery(Schema):
    """What every list takes."""

    page: int = Field(1, ge=1, description="Номер на страницата.")
    per_page: int = Field(
        PER_PAGE, ge=1, le=LARGEST_PAGE, description=f"Редове на страница, до {LARGEST_PAGE}."
    )
    search: str = Field("", max_length=LONGEST_QUERY, description="Търсене с думи.")
    format: Literal["json"] = Field("json", description="Само json.")


class RegistryQuery(PageQuery):
    """What the lists of the registry take."""

    municipality: str = Field(
        "", max_length=70, description="Община: краткото ѝ име в адресите, например sliven."
    )
    taxonomy_id: Identifier = Field(None, description="Само с термин от този класификатор.")
    taxonomy_term_id: Identifier = Field(None, description="Само с този термин.")
    full: bool = Field(False, description="С всичко, което принадлежи на реда.")


class PlaceQuery(RegistryQuery):
    organization_id: Identifier = Field(None, description="Само на този доставчик.")
    modified_after: Moment = Field(
        None, description="Само променени тогава или по-късно: 2026-01-31T10:00:00Z."
    )


class ServiceQuery(PlaceQuery):
    minimal: bool = Field(
        False, description="Само id и кога е променена, по възможност всичко на една страница."
    )
    per_page: int | None = Field(
        None,
        ge=1,
        le=LARGEST_MINIMAL_PAGE,
        description=f"Редове на страница, до {LARGEST_PAGE}; с minimal=true до "
        f"{LARGEST_MINIMAL_PAGE}.",
    )


class OrganizationQuery(RegistryQuery):
    """Providers; ``search`` looks in their names."""


class TermQuery(PageQuery):
    taxonomy_id: Identifier = Field(None, description="Само от този класификатор.")
    parent_id: Identifier = Field(None, description="Нашите класификатори нямат нива.")
