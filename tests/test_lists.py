"""Lists that no app's own tests count: as many queries for 50 rows as for 5.

Each line of the table is a page, who opens it, and what makes it longer.
"""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from projects.admin_base import ManagedAdmin
from tests import factories
from tests.factories_referring import RoutingRowFactory
from tests.support.queries import BASELINE


def services(sliven, provider=None):
    def make(count: int) -> None:
        for _ in range(count):
            of = {"provider": provider} if provider else {}
            service = factories.ServiceFactory(
                municipality=sliven, kinds=[factories.ServiceKindFactory()], **of
            )
            factories.CapacityFactory(municipality=sliven, service=service)

    return make


def parts_of(service):
    """What the page of a service lists in rows."""

    def make(count: int) -> None:
        mine = {"municipality": service.municipality, "service": service}
        for _ in range(count):
            factories.ServiceSiteFactory(**mine)
        start = service.days_made = getattr(service, "days_made", 0) + count
        for number in range(start - count, start):
            factories.FeeFactory(**mine)
            factories.CapacityFactory(
                **mine, as_of=f"2025-{1 + number // 28:02}-{1 + number % 28:02}"
            )

    return make


def many(factory, **facts):
    def make(count: int) -> None:
        for _ in range(count):
            factory(**facts)

    return make


def offices_with_hours(sliven):
    def make(count: int) -> None:
        for _ in range(count):
            office = factories.OfficeFactory(municipality=sliven)
            factories.OfficeHoursFactory(municipality=sliven, office=office)

    return make


def municipalities_with_offices():
    def make(count: int) -> None:
        for _ in range(count):
            offices_with_hours(factories.MunicipalityFactory())(1)

    return make


SERVICES = "/admin/services_registry/service/"


@pytest.mark.parametrize(
    ("role", "url", "name"),
    [
        ("administrator", SERVICES, "admin: services"),
        ("administrator", f"{SERVICES}?q=услуга", "admin: services?q"),
        ("client", "/zayavlenie/?obshtina=sliven", "zayavlenie"),
        ("provider", "/dostavchik/", "dostavchik"),
    ],
)
def test_lists_of_services(request, queries, sliven, role, url, name):
    client = request.getfixturevalue(role)
    make = services(sliven, getattr(client, "provider", None))
    queries.assert_same(client, url, make, name=name, at_most=20)


def test_the_page_of_a_service_in_the_admin(administrator, queries, sliven):
    service = factories.ServiceFactory(municipality=sliven)
    url = reverse("admin:services_registry_service_change", args=[service.pk])
    queries.assert_same(administrator, url, parts_of(service), name="admin: a service", at_most=21)


@pytest.mark.parametrize(
    ("url", "maker", "name"),
    [
        ("/admin/services_registry/provider/", factories.ProviderFactory, "admin: providers"),
        ("/admin/services_registry/servicesite/", factories.ServiceSiteFactory, "admin: sites"),
        ("/admin/municipalities/office/", factories.OfficeFactory, "admin: offices"),
        ("/obshtina/ofisi/", factories.OfficeFactory, "team: offices"),
        ("/admin/municipalities/settlement/", factories.SettlementFactory, "admin: settlements"),
        ("/admin/referrals/routingrow/", RoutingRowFactory, "admin: routing"),
    ],
)
def test_lists_of_the_administrator(administrator, queries, sliven, url, maker, name):
    queries.assert_same(administrator, url, many(maker, municipality=sliven), name=name, at_most=20)


@pytest.mark.parametrize(
    ("url", "maker", "name"),
    [
        ("/admin/services_registry/targetgroup/", factories.TargetGroupFactory, "admin: groups"),
        (
            "/admin/services_registry/lifesituation/",
            factories.LifeSituationFactory,
            "admin: situations",
        ),
        (
            "/admin/municipalities/municipality/",
            factories.MunicipalityFactory,
            "admin: municipalities",
        ),
        ("/platforma/", factories.MunicipalityFactory, "platforma"),
    ],
)
def test_lists_of_the_operator(operator, queries, url, maker, name):
    queries.assert_same(operator, url, many(maker), name=name, at_most=20)


@pytest.mark.parametrize("url", ["/dostapnost/", "/lichni-danni/", "/obshtini/", "/"])
def test_pages_that_name_every_municipality(client, queries, db, url):
    queries.assert_same(
        client, url, municipalities_with_offices(), name=f"{url}: municipalities", at_most=6
    )


def test_every_list_of_the_admin_is_counted_somewhere(db):
    """A new page of the admin gets its line here or in the tests of its app."""
    known = BASELINE.read_text(encoding="utf-8")
    counted = {
        "projects.Programme": "admin: programme",
        "projects.Procedure": "admin: procedure",
        "services_registry.Service": "admin: services",
        "services_registry.Provider": "admin: providers",
        "services_registry.ServiceSite": "admin: sites",
        "services_registry.TargetGroup": "admin: groups",
        "services_registry.LifeSituation": "admin: situations",
        "municipalities.Office": "admin: offices",
        "municipalities.Settlement": "admin: settlements",
        "municipalities.Municipality": "admin: municipalities",
        "municipalities.LegalNorm": "admin: norms",
        "municipalities.WorkdayChange": "admin: moved days",
        "referrals.ApplicationKind": "admin: kinds",
        "referrals.RoutingRow": "admin: routing",
    }
    # Short lists of plain columns that never grow with use: the operator's, a row a municipality,
    # a version a few years.
    short = {
        "referrals.AssessmentForm",
        "referrals.AssessmentArea",
        "referrals.Letterhead",
        "referrals.PrivacyNotice",
        "referrals.ReferringPolicy",
        "referrals.SocialAssistanceDirectorate",
        "referrals.WaitingRule",
        "services_registry.ServiceKind",
        "services_registry.RequiredDocument",
        "services_registry.SearchSynonym",
        "municipalities.Province",
    }
    # Those of the project manager are all swept by tests/admin/test_admin_sweep.py.
    ours = {
        model._meta.label
        for model, page in admin.site._registry.items()
        if not isinstance(page, ManagedAdmin)
        if page.__module__.split(".")[0] in {"projects", "trainings", "campaigns", "municipalities"}
        or page.__module__.startswith(("services_registry", "frontoffice", "referrals"))
    }
    assert ours - short - set(counted) == set()
    assert [name for name in counted.values() if f'"{name}"' not in known] == []
