"""The five demo municipalities and their people; offices come with the registry's demo files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

from municipalities.hours import hours_from
from municipalities.models import (
    Membership,
    Municipality,
    Office,
    OfficeHours,
    Role,
    Settlement,
    User,
)
from municipalities.starting import begin
from municipalities.tenancy import municipality_scope

DEMO_SLUGS = ("sliven", "dolni-chiflik", "aytos", "svoge", "elena")
OPERATOR_EMAIL = "operator@example.bg"
ACCOUNTS = (
    ("specialist", Role.SPECIALIST, "специалист на бюрото"),
    ("head", Role.HEAD, "ръководител на фронт-офиса"),
    ("manager", Role.PROJECT_MANAGER, "ръководител на проект"),
    ("admin", Role.ADMINISTRATOR, "администратор на общината"),
    ("dpo", Role.DATA_PROTECTION_OFFICER, "длъжностно лице по защита на данните"),
)
# Plainly invented: (first name, feminine?) by role and a surname by municipality.
FIRST_NAMES = {
    "specialist": ("Мария", True),
    "head": ("Стоян", False),
    "manager": ("Елица", True),
    "admin": ("Петър", False),
    "dpo": ("Нели", True),
}
SURNAMES = {
    "sliven": ("Примеров", "Примерова"),
    "dolni-chiflik": ("Образцов", "Образцова"),
    "aytos": ("Пробен", "Пробна"),
    "svoge": ("Мостров", "Мострова"),
    "elena": ("Измислен", "Измислена"),
}
DATA = Path(__file__).parent / "demo_data" / "offices.json"


def accounts() -> Iterator[tuple[str, str]]:
    """Yield (e-mail, what it is) of every demo account."""
    for slug in DEMO_SLUGS:
        for prefix, _role, what in ACCOUNTS:
            yield f"{prefix}.{slug}@example.bg", what
        yield f"provider.{slug}@example.bg", "доставчик на социални услуги"
    yield OPERATOR_EMAIL, "оператор на платформата"


def demo_municipalities() -> dict[str, Municipality]:
    """Return the five demo municipalities by slug."""
    return {m.slug: m for m in Municipality.objects.filter(slug__in=DEMO_SLUGS)}


def load(*, report: Callable[[str], None]) -> None:
    """Make the municipalities active with their offices and people. Needs the reference data."""
    User.objects.create_user(
        OPERATOR_EMAIL,
        settings.DEMO_PASSWORD,
        name="Оператор на платформата",
        is_operator=True,
        is_staff=True,
    )
    offices = json.loads(DATA.read_text(encoding="utf-8"))
    for slug, municipality in demo_municipalities().items():
        municipality.is_active = True
        municipality.save(update_fields=["is_active"])
        with municipality_scope(municipality):
            office = _make_office(municipality, offices[slug])
            for prefix, role, _what in ACCOUNTS:
                _make_member(municipality, office, prefix, role)
        begin(municipality)
    report("Общини, офиси и служители: 5 общини")


def _make_office(municipality: Municipality, data: dict) -> Office:
    office = Office.objects.create(
        municipality=municipality,
        settlement=Settlement.objects.get(ekatte=data["settlement"]),
        **{
            name: data[name]
            for name in ("name", "slug", "address", "phone", "email", "workplaces", "about")
        },
        **data["access"],
    )
    OfficeHours.objects.bulk_create(
        OfficeHours(municipality=municipality, office=office, **row)
        for row in hours_from(data["hours"])
    )
    return office


def _make_member(municipality: Municipality, office: Office, prefix: str, role: str) -> Membership:
    first, feminine = FIRST_NAMES[prefix]
    surname = SURNAMES[municipality.slug][feminine]
    user = User.objects.create_user(
        f"{prefix}.{municipality.slug}@example.bg",
        settings.DEMO_PASSWORD,
        name=f"{first} {surname}",
        is_staff=role in {Role.PROJECT_MANAGER, Role.ADMINISTRATOR, Role.HEAD},
    )
    at_desk = role in {Role.SPECIALIST, Role.HEAD}
    return Membership.objects.create(
        municipality=municipality, user=user, role=role, office=office if at_desk else None
    )
