"""What is not published is on no public page, in no search result, in no open data."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Audience, Campaign, CampaignEvent, Handbook, Material, Study
from municipalities.models import Office
from municipalities.tenancy import municipality_scope
from projects.models import Project
from services_registry.models import Fee, Service, ServiceSite
from services_registry.search import index_service
from tests import factories
from tests.support.house import routes
from tests.support.rows import plant

WORD = "КАНАРЧЕ"
OPEN_DATA = "api/hsds/"
STATUSES = [(status, status in Service.PUBLIC_STATUSES) for status in Service.Status.values]


def service_of(owner, **facts) -> Service:
    service = factories.ServiceFactory(municipality=owner, name=WORD, summary=WORD, **facts)
    factories.ServiceSiteFactory(
        municipality=owner,
        service=service,
        settlement=factories.SettlementFactory(municipality=owner),
        note=WORD,
    )
    with municipality_scope(owner):
        index_service(service)
    return service


def public_pages(service: Service) -> list[str]:
    return [
        f"/uslugi/{service.municipality.slug}/{service.slug}/",
        "/uslugi/",
        f"/uslugi/?q={WORD.lower()}",
        f"/uslugi/?obshtina={service.municipality.slug}",
        f"/obshtini/{service.municipality.slug}/",
        f"/zayavlenie/?usluga={service.municipality.slug}/{service.slug}",
        *open_data(service),
    ]


def open_data(service: Service) -> list[str]:
    """Return the addresses of the API, with the service's identifier where one is asked for."""
    found = []
    for route in routes():
        if route.pattern.startswith(OPEN_DATA) and "^" not in route.pattern:
            found.append("/" + route.pattern.replace("<id>", str(service.public_id)))
    assert any(str(service.public_id) in url for url in found)
    return found


def shown_on(client, urls: list[str]) -> list[str]:
    found = []
    for url in urls:
        response = client.get(url, HTTP_ACCEPT="application/json")
        assert response.status_code in (200, 301, 302, 404), f"{url}: {response.status_code}"
        body = b"".join(response) if response.streaming else response.content
        text = body.decode()
        # What was searched for stays in the box and in the title.
        if WORD in text or "\\u041a\\u0410\\u041d\\u0410\\u0420\\u0427\\u0415" in text:
            found.append(url)
    return found


@pytest.mark.parametrize(("status", "is_public"), STATUSES)
def test_only_published_services_are_shown(client, sliven, status, is_public):
    service = service_of(sliven, status=status, paused_reason="ремонт")
    shown = shown_on(client, public_pages(service))
    if not is_public:
        assert shown == []
    else:
        assert {f"/uslugi/{sliven.slug}/{service.slug}/", "/uslugi/"} <= set(shown)
        assert f"/uslugi/?q={WORD.lower()}" in shown
        assert any(url.startswith("/api/") for url in shown)


def test_a_service_that_is_taken_back_disappears_from_the_search_at_once(client, sliven):
    service = service_of(sliven)
    assert shown_on(client, [f"/uslugi/?q={WORD.lower()}"])
    with municipality_scope(sliven):
        Service.objects.filter(pk=service.pk).update(status=Service.Status.DRAFT)
    assert shown_on(client, public_pages(service)) == []


def test_a_municipality_that_left_the_portal_shows_nothing_more(client, sliven):
    service = service_of(sliven)
    project = plant(sliven, WORD, public=True)[Project]
    pages = [
        *public_pages(service),
        "/proekti/",
        f"/proekti/{project.slug}/",
        "/kampanii/",
        "/materiali/",
        "/",
    ]
    assert len(shown_on(client, pages)) >= 8
    sliven.is_active = False
    sliven.save(update_fields=["is_active"])
    assert shown_on(client, pages) == []


def test_a_secret_address_cannot_even_be_written_down(sliven):
    """A shelter from violence is not found through the portal."""
    service_of(sliven)
    with municipality_scope(sliven):
        ServiceSite.objects.update(address="", address_is_secret=True)
        for place in ({"address": "ул. „Тайна“ 1"}, {"latitude": 42.6, "longitude": 26.3}):
            with pytest.raises(IntegrityError, match="secret_site"), transaction.atomic():
                ServiceSite.objects.update(**place)


def test_a_fee_nobody_verified_is_not_shown_as_a_sum(client, sliven):
    service = service_of(sliven)
    mine = {"municipality": sliven, "service": service, "kind": Fee.Kind.FIXED}
    fee = factories.FeeFactory(**mine, amount="77.77", verified=False)
    assert not with_text(client, public_pages(service), "77,77", "77.77")
    with municipality_scope(sliven):
        Fee.objects.filter(pk=fee.pk).update(verified=True)
    assert with_text(client, public_pages(service), "77,77", "77.77")


def with_text(client, urls: list[str], *texts: str) -> list[str]:
    return [
        url
        for url in urls
        if any(t in client.get(url, HTTP_ACCEPT="application/json").content.decode() for t in texts)
    ]


@pytest.mark.parametrize(
    ("model", "url"),
    [
        (Project, "/proekti/"),
        (Project, "/obshtini/sliven/"),
        (Campaign, "/kampanii/"),
        (CampaignEvent, "/kampanii/"),
        (CampaignEvent, "/obshtini/sliven/"),
        (Material, "/materiali/"),
        (Material, "/obshtini/sliven/"),
        (Office, "/obshtini/"),
        (Office, "/obshtini/sliven/"),
        (Office, "/"),
    ],
)
def test_other_rows_are_shown_when_they_are_public_and_not_before(client, sliven, model, url):
    row = plant(sliven, WORD, public=True)[model]
    assert shown_on(client, [url]) == [url]
    with municipality_scope(sliven):
        Service.objects.update(status="draft")
        Audience.objects.update(is_active=False)  # a choice above the list of events
        for hidden in (Project, Campaign, CampaignEvent, Office, Material, Handbook, Study):
            hidden.objects.update(is_public=False)
    assert shown_on(client, [url]) == []
    assert row.pk


def test_the_page_of_a_hidden_project_is_missing(client, sliven):
    project = plant(sliven, WORD, public=False)[Project]
    assert client.get(f"/proekti/{project.slug}/").status_code == 404
