"""Избрани за печат: a list of services in the browser of whoever gathers it."""

from __future__ import annotations

import pytest

from municipalities.tenancy import municipality_scope
from services_registry import basket
from services_registry.models import Service
from tests import factories
from tests.services_registry.test_service_page import decode


@pytest.fixture
def two(sliven, elena) -> list[Service]:
    """A service of Сливен and one of Елена."""
    return [
        factories.ServiceFactory(municipality=sliven, slug="patronazh", name="Патронаж"),
        factories.ServiceFactory(municipality=elena, slug="obyad", name="Топъл обяд"),
    ]


def add(client, *keys: str):
    return client.post("/izbrani/dobavi/", {"u": keys}, follow=True)


def listed(client, query: str = "") -> list[str]:
    return [key for key, _service in client.get(f"/izbrani/{query}").context["services"]]


def test_services_are_added_from_their_page_kept_in_order_and_removed(client, two):
    assert "Добави за печат" in client.get(two[0].get_absolute_url()).content.decode()
    add(client, "elena/obyad")
    add(client, "sliven/patronazh")
    add(client, "elena/obyad")
    assert listed(client) == ["elena/obyad", "sliven/patronazh"]
    page = client.get(two[0].get_absolute_url()).content.decode()
    assert "Избрани за печат: 2" in page
    assert "Добави за печат" not in page
    client.post("/izbrani/mahni/", {"u": "elena/obyad"})
    assert listed(client) == ["sliven/patronazh"]
    client.post("/izbrani/mahni/", {"vsichki": "1"})
    assert listed(client) == []
    assert basket.cookie_name() not in {n for n, c in client.cookies.items() if c.value}


def test_the_cookie_says_nothing_about_anybody_and_goes_with_the_browser(client, two):
    cookie = client.post("/izbrani/dobavi/", {"u": "sliven/patronazh"}).cookies["izbrani"]
    assert cookie.value.startswith("sliven/patronazh:")
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["max-age"]
    assert not cookie["expires"]


def test_where_cookies_are_secure_it_belongs_to_the_host(client, two, settings):
    settings.SECURE_COOKIES = True
    cookie = client.post("/izbrani/dobavi/", {"u": "sliven/patronazh"}).cookies["__Host-izbrani"]
    assert cookie["secure"]
    assert cookie["path"] == "/"
    assert not cookie["domain"]


@pytest.mark.parametrize(
    "value", ["", "sliven/patronazh", "sliven/patronazh:x:y", ":::", "x" * 5000, "\x00", '"']
)
def test_a_cookie_that_is_not_ours_is_an_empty_list(client, two, value):
    client.cookies["izbrani"] = value
    assert listed(client) == []


@pytest.mark.parametrize(
    "key",
    [
        *("", "x", "/", "sliven/", "sliven/nyama", "nyama/patronazh", "sliven/patronazh/x"),
        *("\x00/\x00", "a/" + "b" * 5000, "sliven/patronazh\n", "ſliven/patronazh", "../../x", "1"),
    ],
)
def test_nonsense_is_left_out_quietly(client, two, key):
    assert add(client, key).status_code == 200
    assert listed(client) == []
    assert client.post("/izbrani/mahni/", {"u": key}).status_code == 302
    assert client.get("/izbrani/", {"u": key}).context["services"] == []


def test_what_is_not_public_looks_like_what_is_not_there(client, two):
    draft = factories.ServiceFactory(municipality=two[0].municipality, slug="d", status="draft")
    there = client.get("/izbrani/", {"u": f"sliven/{draft.slug}"}).content
    absent = client.get("/izbrani/", {"u": "sliven/x"}).content
    assert there == absent
    assert "Част от услугите вече не са в портала" in there.decode()


def test_a_service_taken_down_later_leaves_the_list_and_the_rest_stays(client, two):
    add(client, "sliven/patronazh", "elena/obyad")
    with municipality_scope(two[0].municipality):
        two[0].status = "closed"
        two[0].save()
    assert listed(client) == ["elena/obyad"]
    assert client.get("/izbrani/list/").status_code == 200


def test_there_are_at_most_twenty(client, sliven):
    services = [factories.ServiceFactory(municipality=sliven) for _ in range(22)]
    keys = [basket.key_of(service) for service in services]
    for key in keys:
        page = add(client, key).content.decode()
    assert "най-много 20" in page
    assert listed(client) == keys[:20]
    query = "?" + basket.shared_query(keys)
    assert listed(client, query) == keys[:20]


def test_an_address_carries_the_list_to_another_browser(client, two):
    add(client, "sliven/patronazh", "elena/obyad")
    address = client.get("/izbrani/").context["address"]
    assert address == "http://testserver/izbrani/?u=sliven/patronazh&u=elena/obyad"
    other = type(client)()
    query = "?" + address.partition("?")[2]
    assert listed(other, query) == ["sliven/patronazh", "elena/obyad"]
    assert listed(other) == []  # looking at what was sent keeps nothing
    assert "Махни" not in other.get(f"/izbrani/{query}").content.decode()
    add(other, "sliven/patronazh", "elena/obyad")
    assert listed(other) == ["sliven/patronazh", "elena/obyad"]


@pytest.mark.parametrize("shared", [True, False])
def test_in_large_print_each_service_has_its_code_and_whom_to_call(client, two, shared):
    for number, service in enumerate(two):
        factories.OfficeFactory(municipality=service.municipality, phone=f"044 000 90{number}")
    query = "?u=sliven/patronazh&u=elena/obyad" if shared else ""
    if not shared:
        add(client, "sliven/patronazh", "elena/obyad")
    page = client.get(f"/izbrani/list/{query}").content.decode()
    assert decode(page) == [f"http://testserver{service.get_absolute_url()}" for service in two]
    called = [page.index(f"044\xa0000\xa090{number}") for number in (0, 1)]
    assert called[0] < page.index("Топъл обяд") < called[1]


def test_lists_are_not_stored_on_the_way(client, two):
    for address in ("/izbrani/", "/izbrani/list/"):
        assert "no-store" in client.get(address)["Cache-Control"]


def test_adding_asks_for_a_token(two):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/izbrani/dobavi/", {"u": "sliven/patronazh"}).status_code == 403


@pytest.mark.parametrize("address", ["/izbrani/", "/izbrani/list/"])
def test_as_many_queries_for_a_long_list(client, queries, sliven, address):
    made: list[str] = []
    factories.OfficeFactory(municipality=sliven)

    def make(count: int) -> None:
        for _ in range(min(count, basket.MOST - len(made))):
            service = factories.ServiceFactory(municipality=sliven)
            factories.ServiceSiteFactory(municipality=sliven, service=service)
            made.append(basket.key_of(service))
        add(client, *made)

    queries.assert_same(client, address, make, name=address.strip("/"))
