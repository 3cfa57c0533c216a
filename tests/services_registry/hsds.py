"""What tests of the open data share: the schemas of HSDS, and rows that have everything."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache

import pytest
from django.conf import settings
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from municipalities.tenancy import municipality_scope
from services_registry.classifiers import RequiredDocument
from services_registry.models import Fee, Provider, Service, ServicePaper, SiteHours
from tests import factories
from tests.support import people

SCHEMAS = settings.BASE_DIR.parent / "shared" / "standards" / "hsds"
ROOT = "/api/hsds/"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
NOBODY = "00000000-0000-4000-8000-000000000000"
# Each list and the schema of its rows.
LISTS = {
    "services": "service",
    "organizations": "organization",
    "service_at_locations": "service_at_location",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}
# Beside the properties of HSDS, as its own examples have them.
EXTRA = {
    "organization": {"services": "service"},
    "service_at_location": {"service": "service"},
}


def get(client, path="", expect=200, **query):
    """Return the JSON that an address of the API answers."""
    response = client.get(f"{ROOT}{path}", query)
    assert response.status_code == expect, response.content.decode()
    assert response["Content-Type"].startswith("application/json")
    return response.json()


@cache
def schema(name: str) -> dict:
    if not SCHEMAS.is_dir():
        pytest.skip(f"няма схеми на HSDS в {SCHEMAS}")
    return json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))


@cache
def validator(name: str) -> Draft202012Validator:
    schema(name)
    everything = [json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.glob("*.json")]
    registry = Registry().with_resources(
        (one["$id"], Resource(one, DRAFT202012)) for one in everything if "$id" in one
    )
    formats = type(Draft202012Validator.FORMAT_CHECKER)()
    formats.checkers = dict(Draft202012Validator.FORMAT_CHECKER.checkers)
    # jsonschema knows this one only with a package that is not installed.
    formats.checks("date-time", raises=ValueError)(
        lambda text: bool(dt.datetime.fromisoformat(text).tzinfo)
    )
    assert {"uuid", "uri", "email", "date-time"} <= formats.checkers.keys()
    return Draft202012Validator(schema(name), registry=registry, format_checker=formats)


def unknown_properties(value: dict, name: str, at: str = "") -> list[str]:
    """Return the properties of ``value``, however deep, that the schema ``name`` does not have."""
    known = schema(name)["properties"]
    faults = []
    for key, held in value.items():
        below = known.get(key, {})
        inner = EXTRA.get(name, {}).get(key) or str(
            below.get("$ref") or below.get("items", {}).get("$ref", "")
        ).removesuffix(".json")
        if key not in known and not inner:
            faults.append(f"{at}/{key}")
        for one in (held if isinstance(held, list) else [held]) if inner else []:
            faults += unknown_properties(one, inner, f"{at}/{key}")
    return faults


def assert_valid(value: dict, name: str) -> None:
    faults = [f"{e.json_path}: {e.message}" for e in validator(name).iter_errors(value)]
    assert faults + unknown_properties(value, name) == []
    for key, inner in EXTRA.get(name, {}).items():
        below = value.get(key, [])
        for one in below if isinstance(below, list) else [below]:
            assert_valid(one, inner)


def rich_service(sliven) -> Service:
    """A service with everything that a service may have."""
    service = _described_service(sliven, _licensed_provider(sliven))
    belongs = {"service": service, "municipality": sliven}
    site = _site(sliven, belongs)
    factories.FeeFactory(**belongs, user_group="деца", kind=Fee.Kind.FREE, verified=True)
    factories.FeeFactory(
        **belongs,
        user_group="пълнолетни",
        kind=Fee.Kind.FIXED,
        amount="61.36",
        per=Fee.Per.MONTH,
        legal_act="Решение № 12",
        valid_from=dt.date(2026, 1, 1),
        verified=True,
    )
    factories.FeeFactory(
        **belongs, user_group="гости", kind=Fee.Kind.FIXED, amount="98.76", verified=False
    )
    factories.CapacityFactory(**belongs, as_of=dt.date(2026, 11, 18), waiting=2)
    document = RequiredDocument.objects.create(
        code="id_card", name="Лична карта", where="от МВР", for_reference=True
    )
    with municipality_scope(sliven):
        ServicePaper.objects.create(**belongs, document=document, note="на лицето")
        for weekday in (1, 2, 3):
            SiteHours.objects.create(
                municipality=sliven, site=site, weekday=weekday, opens="08:30", closes="17:00"
            )
    return service


def _licensed_provider(sliven) -> Provider:
    return factories.ProviderFactory(
        municipality=sliven,
        name="Сдружение „Опора“",
        kind=Provider.Kind.NONPROFIT,
        eik="000590654",
        phone="044 000 100",
        email="opora@example.bg",
        website="https://опора.example.bg/за нас".replace(" ", "-"),
        licence_number="ДЕМО-1",
        licence_valid_to=dt.date(2030, 4, 14),
    )


def _described_service(sliven, provider: Provider) -> Service:
    return factories.ServiceFactory(
        municipality=sliven,
        provider=provider,
        name="Дневен център",
        slug="dneven-tsentar",
        summary="Място за деня.",
        description="Храна и занимания.\n\nПревоз сутрин и вечер.",
        for_whom="Хора над 18 г.",
        not_for="Хора с остро заболяване",
        steps=["Обадете се.", "Елате на разговор."],
        settings=["home", "specialised"],
        referred_by=Service.ReferredBy.MUNICIPALITY,
        checked_on=dt.date(2026, 11, 12),
        checked_by=Service.CheckedBy.PROVIDER,
        kinds=[factories.ServiceKindFactory(number=7)],
        target_groups=[factories.TargetGroupFactory()],
        life_situations=[factories.LifeSituationFactory()],
    )


def _site(sliven, belongs: dict):
    settlement = factories.SettlementFactory(
        municipality=sliven, name="Сливен", kind="гр.", postcode="8800"
    )
    return factories.ServiceSiteFactory(
        **belongs,
        name="Център „Опора“",
        settlement=settlement,
        address="ул. „Примерна“ 1",
        latitude="42.681700",
        longitude="26.322900",
        phone="0888 000 101",
        email="center@example.bg",
        note="Входът е откъм парка.",
        step_free_entrance=True,
        lift=False,
    )


def many(n: int, of=None) -> list[Service]:
    """Make ``n`` services, each of its own provider, with a site, a fee and hours."""
    made = []
    kind = factories.ServiceKindFactory(number=7)
    for _ in range(n):
        service = factories.ServiceFactory(
            municipality=of or people.municipality(people.SLIVEN), kinds=[kind]
        )
        belongs = {"service": service, "municipality": service.municipality}
        site = factories.ServiceSiteFactory(**belongs)
        factories.FeeFactory(**belongs)
        factories.CapacityFactory(**belongs)
        with municipality_scope(service.municipality):
            SiteHours.objects.create(
                municipality=service.municipality,
                site=site,
                weekday=1,
                opens="8:00",
                closes="12:00",
            )
        made.append(service)
    return made


def hidden(status: str, of) -> Service:
    reason = "ремонт" if status == Service.Status.PAUSED else ""
    service = factories.ServiceFactory(municipality=of, status=status, paused_reason=reason)
    factories.ServiceSiteFactory(service=service, municipality=of)
    return service
