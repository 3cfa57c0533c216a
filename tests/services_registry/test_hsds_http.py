"""Open data over HTTP: pages, filters, caching, nonsense, and how many queries an answer takes."""

from __future__ import annotations

import datetime as dt
from urllib.parse import quote, urlencode

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from municipalities.tenancy import municipality_scope
from services_registry.api.parameters import parse_moment
from services_registry.models import Service
from tests import factories
from tests.services_registry.hsds import BROWSER, LISTS, NOBODY, ROOT, get, many, rich_service
from tests.support.queries import FEW, MANY

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(sliven) -> Service:
    """A service with everything that a service may have."""
    return rich_service(sliven)


# Pages and filters


def test_pages(client):
    many(5)
    first = get(client, "services", per_page=2)
    assert {k: v for k, v in first.items() if k != "contents"} == {
        "total_items": 5,
        "total_pages": 3,
        "page_number": 1,
        "size": 2,
        "first_page": True,
        "last_page": False,
        "empty": False,
    }
    last = get(client, "services", per_page=2, page=3)
    assert (last["size"], last["first_page"], last["last_page"]) == (1, False, True)
    pages = [get(client, "services", per_page=2, page=n)["contents"] for n in (1, 2, 3)]
    assert len({row["id"] for page in pages for row in page}) == 5


def test_nothing_is_an_empty_page(client, db):
    for name in ("services", "organizations", "service_at_locations"):
        answer = get(client, name)
        assert answer["empty"]
        assert answer["first_page"]
        assert answer["last_page"]
        assert answer["contents"] == []


def names(answer) -> set[str]:
    return {row["id"] for row in answer["contents"]}


def test_filter_by_municipality(client, sliven, elena):
    [mine], [other] = many(1, sliven), many(1, elena)
    assert names(get(client, "services", municipality="sliven")) == {str(mine.public_id)}
    assert names(get(client, "organizations", municipality="elena")) == {
        str(other.provider.public_id)
    }
    [place] = get(client, "service_at_locations", municipality="elena")["contents"]
    assert place["service_id"] == str(other.public_id)


def test_filter_by_provider(client):
    first, _second = many(2)
    wanted = first.provider.public_id
    assert names(get(client, "services", organization_id=wanted)) == {str(first.public_id)}
    assert get(client, "service_at_locations", organization_id=wanted)["total_items"] == 1
    assert get(client, "services", organization_id=NOBODY)["empty"]


def test_filter_by_term_and_taxonomy(client, rich):
    many(2)
    terms = get(client, "taxonomy_terms")["contents"]
    by_code = {term["code"]: term for term in terms}
    home = by_code["home"]
    assert names(get(client, "services", taxonomy_term_id=home["id"])) == {str(rich.public_id)}
    kind = by_code["kind-7"]
    assert get(client, "services", taxonomy_term_id=kind["id"])["total_items"] == 3
    groups = by_code[rich.target_groups.get().code]["taxonomy_id"]
    for path in ("services", "organizations", "service_at_locations"):
        assert get(client, path, taxonomy_id=groups)["total_items"] == 1
    both = {"taxonomy_id": groups, "taxonomy_term_id": kind["id"]}
    assert names(get(client, "services", **both)) == {str(rich.public_id)}
    assert get(client, "services", taxonomy_id=NOBODY)["empty"]
    assert get(client, "services", taxonomy_term_id=NOBODY)["empty"]
    only = get(client, "taxonomy_terms", taxonomy_id=groups)["contents"]
    assert {term["taxonomy_id"] for term in only} == {groups}


def test_service_with_two_terms_is_one_row(client, sliven):
    factories.ServiceFactory(
        municipality=sliven,
        kinds=[factories.ServiceKindFactory(number=7), factories.ServiceKindFactory(number=8)],
    )
    kinds = get(client, "taxonomies", search="видове")["contents"][0]["id"]
    assert get(client, "services", taxonomy_id=kinds)["total_items"] == 1


def test_modified_after(client):
    old, new = many(2)
    moment = timezone.now()
    with municipality_scope(old.municipality):
        Service.objects.filter(pk=old.pk).update(updated_at=moment - dt.timedelta(days=3))
        Service.objects.filter(pk=new.pk).update(updated_at=moment)
    for since in (moment - dt.timedelta(days=1), moment):
        found = get(client, "services", modified_after=since.isoformat(), minimal="true")
        assert names(found) == {str(new.public_id)}
    assert (
        get(client, "services", modified_after=f"{moment - dt.timedelta(days=4):%Y-%m-%d}")[
            "total_items"
        ]
        == 2
    )
    assert get(client, "service_at_locations", modified_after=moment.isoformat())["size"] == 1
    # What a program was told last time finds the same service again, not the one after it.
    told = get(client, f"services/{new.public_id}")["last_modified"]
    assert names(get(client, "services", modified_after=told)) == {str(new.public_id)}


def test_moments_are_read_as_people_and_programs_write_them():
    expected = dt.datetime(2026, 1, 31, 8, 0, tzinfo=dt.UTC)
    for text in (
        "2026-01-31T08:00:00Z",
        "2026-01-31T10:00:00+02:00",
        "2026-01-31T10:00:00 02:00",  # a plus that was not encoded
        "2026-01-31T10:00",
        "2026-01-31 10:00:00",
    ):
        assert parse_moment(text) == expected, text
    assert timezone.localtime(parse_moment("2026-01-31")).date() == dt.date(2026, 1, 31)
    assert parse_moment("") is None


def test_search_is_that_of_the_portal(client, demo):
    by_need = get(client, "services", search="майка ми не може сама")
    assert 0 < by_need["total_items"] < Service.public.count()
    narrowed = get(client, "services", search="майка ми не може сама", municipality="elena")
    assert 0 < narrowed["total_items"] < by_need["total_items"]
    places = get(client, "service_at_locations", search="майка ми не може сама", per_page=100)
    everything = get(client, "services", search="майка ми не може сама", per_page=100)
    assert {p["service_id"] for p in places["contents"]} <= names(everything)
    assert places["total_items"] > 0
    assert get(client, "organizations", search="ОБЩИНА елена")["total_items"] == 1


# HTTP


def test_everybody_may_ask_from_everywhere(client, rich):
    for path in (
        "",
        "services",
        f"services/{rich.public_id}",
        "openapi.json",
        "nyama",
        "services/x",
    ):
        response = client.get(f"{ROOT}{path}", headers={"origin": "https://elsewhere.example"})
        assert response["Access-Control-Allow-Origin"] == "*", path
        assert "Access-Control-Allow-Credentials" not in response
    for path in ("/", "/uslugi/"):
        assert "Access-Control-Allow-Origin" not in client.get(path)


def test_browsers_question_before_asking(client):
    response = client.options(f"{ROOT}services", headers={"origin": "https://elsewhere.example"})
    assert response.status_code == 204
    assert "GET" in response["Access-Control-Allow-Methods"]
    assert response["Access-Control-Allow-Origin"] == "*"


def test_what_has_not_changed_is_not_sent_again(client, rich):
    for path in ("", "services", f"services/{rich.public_id}", "openapi.json"):
        first = client.get(f"{ROOT}{path}")
        assert first["Cache-Control"] == "public, max-age=60"
        again = client.get(f"{ROOT}{path}", headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304
        assert again.content == b""
        assert again["Access-Control-Allow-Origin"] == "*"
    with municipality_scope(rich.municipality):
        rich.name = "Друго име"
        rich.save()
    path = f"{ROOT}services/{rich.public_id}"
    changed = client.get(path, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200


def test_errors_are_not_kept(client):
    assert client.get(f"{ROOT}services/{NOBODY}")["Cache-Control"] == "no-store"


def test_head_is_get_without_the_body(client, rich):
    for path in ("", "services", f"services/{rich.public_id}"):
        head, full = client.head(f"{ROOT}{path}"), client.get(f"{ROOT}{path}")
        assert head.status_code == 200
        assert head.content == b""
        assert head["ETag"] == full["ETag"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["", "services", f"services/{NOBODY}", "nyama"])
def test_nothing_can_be_written(client, method, path):
    client.handler.enforce_csrf_checks = True
    response = getattr(client, method)(f"{ROOT}{path}", headers={"accept": BROWSER})
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert "само се четат" in response.json()["message"]


def test_slash_at_the_end_does_not_matter(client, rich):
    for path in ("services", f"services/{rich.public_id}", "organizations", "openapi.json"):
        assert client.get(f"{ROOT}{path}/").content == client.get(f"{ROOT}{path}").content
    response = client.get("/api/hsds?format=json")
    assert (response.status_code, response["Location"]) == (301, "/api/hsds/?format=json")


# Nonsense


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("services?page=0", "page"),
        ("services?page=-1", "page"),
        ("services?page=2", "page"),
        ("services?page=abc", "page"),
        ("services?page=1.5", "page"),
        ("services?page=", "page"),
        (f"services?page={10**18}", "page"),
        (f"services?page={'9' * 5000}", "page"),
        ("services?per_page=0", "per_page"),
        ("services?per_page=101", "per_page"),
        ("services?minimal=true&per_page=10001", "per_page"),
        ("organizations?per_page=101", "per_page"),
        (f"services?search={'а' * 201}", "search"),
        ("services?minimal=maybe", "minimal"),
        ("services?full=2", "full"),
        ("services?format=ndjson", "format"),
        ("services?municipality=nyama-takava", "municipality"),
        ("services?municipality=%D0%A1", "municipality"),
        (f"services?municipality={'a' * 5000}", "municipality"),
        ("services?modified_after=вчера", "modified_after"),
        ("services?modified_after=2026-02-31", "modified_after"),
        ("services?modified_after=2026-02-31T10:00:00Z", "modified_after"),
        ("services?organization_id=5", "organization_id"),
        ("services?taxonomy_term_id='--", "taxonomy_term_id"),
        ("services?taxonomy_id=null", "taxonomy_id"),
        ("services?postcode=8800", "postcode"),
        ("service_at_locations?proximity=100", "proximity"),
        ("organizations?full_service=true", "full_service"),
        ("services/5", "id"),
        ("services/%20", "id"),
        ("organizations/не", "id"),
        ("service_at_locations/00000000-0000-0000-0000-00000000000g", "id"),
        ("taxonomies/x", "id"),
        ("taxonomy_terms/x", "id"),
        (f"organizations/{NOBODY}?full_service=maybe", "full_service"),
    ],
)
def test_what_cannot_be_understood_is_named(client, path, parameter):
    response = client.get(f"{ROOT}{path}")
    assert response.status_code == 422, response.content.decode()
    body = response.json()
    assert [fault["parameter"] for fault in body["errors"]] == [parameter]
    for text in (body["message"], body["errors"][0]["message"]):
        assert text.endswith(".")
        assert any("а" <= letter <= "я" for letter in text.lower())


@pytest.mark.parametrize(
    "path",
    ["services?search=%00", "services?%00=1", "services/%00", "services?page=1&page=%00", "%00"],
)
def test_nul_is_refused(client, path):
    response = client.get(f"{ROOT}{path}")
    assert response.status_code == 422
    assert "нулев знак" in response.json()["message"]


@pytest.mark.parametrize("name", [*LISTS, "nyama"])
def test_unknown_is_not_found(client, name):
    body = get(client, f"{name}/{NOBODY}", expect=404)
    assert body["message"].startswith("Няма так")


def test_repeated_and_foreign_parameters_do_no_harm(client, rich):
    assert get(client, "services?page=7&page=1&utm_source=x&municipality=sliven")["size"] == 1
    assert client.get(f"{ROOT}services?page=1&page=7").status_code == 422


def test_moments_at_the_edge_of_time(client, rich):
    for moment in ("0001-01-01", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"):
        response = client.get(f"{ROOT}services?modified_after={moment}")
        assert response.status_code in {200, 422}, moment


PARAMETERS = (
    "page",
    "per_page",
    "search",
    "format",
    "municipality",
    "modified_after",
    "minimal",
    "full",
    "organization_id",
    "taxonomy_id",
    "taxonomy_term_id",
)


@hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.sampled_from(list(LISTS)),
    query=st.lists(st.tuples(st.sampled_from(PARAMETERS), st.text(max_size=30)), max_size=4),
    tail=st.sampled_from(["", "/"]) | st.text(max_size=20).map(lambda text: f"/{text}"),
)
def test_garbage_never_breaks_it(client, name, query, tail):
    encoded = urlencode(query, errors="replace")
    response = client.get(f"{ROOT}{name}{quote(tail, errors='replace')}?{encoded}")
    assert response.status_code in {200, 404, 422}
    response.json()


# Queries


@pytest.mark.parametrize(
    ("path", "at_most"),
    [
        ("services?per_page=100", 3),
        ("services?per_page=100&full=true", 12),
        ("services?minimal=true", 2),
        ("services?per_page=100&full=true&search=услуга&municipality=sliven", 15),
        ("organizations?per_page=100", 2),
        ("organizations?per_page=100&full=true", 4),
        ("service_at_locations?per_page=100", 4),
        ("service_at_locations?per_page=100&full=true", 8),
        ("taxonomy_terms", 3),
    ],
)
def test_same_queries_for_few_rows_and_many(client, queries, path, at_most):
    many(FEW)
    few = queries.of(client, f"{ROOT}{path}")
    many(MANY - FEW)
    lots = queries.of(client, f"{ROOT}{path}")
    assert len(few) == len(lots), "\n".join(lots)
    assert len(lots) <= at_most, "\n".join(lots)


def test_one_record_takes_the_same_queries_whatever_belongs_to_it(client, queries, sliven):
    provider = factories.ProviderFactory(municipality=sliven)

    def grow(n):
        for service in many(n, sliven):
            with municipality_scope(sliven):
                service.provider = provider
                service.save()

    path = f"{ROOT}organizations/{provider.public_id}?full_service=true"
    grow(FEW)
    few = len(queries.of(client, path))
    grow(MANY - FEW)
    assert len(queries.of(client, path)) == few
    assert few <= 12


def test_page_for_people_takes_few_queries(client, queries):
    many(FEW)
    few = len(queries.of(client, ROOT, headers={"accept": BROWSER}))
    many(FEW)
    assert len(queries.of(client, ROOT, headers={"accept": BROWSER})) == few <= 3
