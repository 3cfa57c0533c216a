"""Every address, parameter and form that a role can reach is sent what nobody would type.

The pages are found by their links and the forms on them are read, so a new page is tried by itself.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import override_settings
from django.urls import path

from config import urls
from tests.factories import ServiceFactory, ServiceSiteFactory
from tests.fences.test_malformed import NASTY, encoded
from tests.fences.test_roles import ROLES
from tests.support.crawl import Frontier, links_of, route_of
from tests.support.forms import Form, forms_of
from tests.support.house import routes
from tests.support.rows import plant

# The worst of NASTY and the ends of what numbers and days can be: these are tried one by one.
SHARP = {
    "NUL": NASTY["NUL in a word"],
    "surrogate": NASTY["lone surrogate"],
    "long": NASTY["10 000 characters"],
    "huge": NASTY["huge"],
    "beyond bigint": str(2**63),
    "negative": "-1",
    "first day": "01.01.0001",
    "last day": "31.12.9999",
    "no day": "31.02.2026",
    "first moment": "01.01.0001 00:00",
    "markup": NASTY["markup"],
}
SHORT_FORM = 8  # fields
VALUES_OF_LONG_FORM = 4
# The same pages answer two roles: the forms of each half are sent by one of them.
LEFT_TO_ANOTHER = {"head": "/admin/", "administrator": "/registar/"}
FEW = ("NUL", "surrogate", "huge", "markup")
STARTS = ["/", "/vhod/", "/profil/", "/admin/", "/accounts/login/", "/accounts/password/reset/"]
LEAVES = {"account_logout"}  # after it one is nobody; nobody is tried as well


@pytest.fixture
def town(sliven):
    return plant(sliven, "Слово", public=True)


@pytest.fixture(params=ROLES)
def role(request, town):
    """A client of each role in turn, which answers 500 instead of raising; ``left`` to another."""
    name = "client" if request.param == "nobody" else request.param
    client = request.getfixturevalue(name)
    client.left = LEFT_TO_ANOTHER.get(request.param, "nothing")
    client.raise_request_exception = False
    client.is_careful = False  # what is sent comes back as text, braces and all
    if name == "provider":
        give_a_service(client)
    return client


def give_a_service(client) -> None:
    """Let the person's provider have a service with a place: most of its pages are about one."""
    owner = client.provider.municipality
    service = ServiceFactory(municipality=owner, provider=client.provider)
    ServiceSiteFactory(municipality=owner, service=service)


def stay(client) -> None:
    """Sign in again, if what was sent has signed the person out."""
    if getattr(client, "user", None):
        client.force_login(client.user)


def explored(client) -> dict[str, str]:
    """Return the pages that links lead to, with their text."""
    pages = {}
    frontier = Frontier(STARTS)
    for url, _came_from in frontier:
        response = client.get(url)
        if response.status_code in (301, 302):
            frontier.offer(response["Location"], came_from=url)
        elif response.status_code == 200 and "html" in response["Content-Type"]:
            pages[url] = response.content.decode()
            for link in links_of(pages[url]):
                frontier.offer(link, came_from=url)
    return pages


def sent(value: str) -> str:
    """Return ``value`` as Django's client can send it in a form."""
    return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def kinds_of_forms(pages: dict[str, str]) -> list[Form]:
    """Return the forms of the pages, one of a kind: same method, same address, same fields."""
    found = {}
    for url, html in pages.items():
        for form in forms_of(url, html):
            if form.names and route_of(urlsplit(form.action).path) not in LEAVES:
                kind = (form.method, route_of(urlsplit(form.action).path), *sorted(form.names))
                found.setdefault(kind, form)
    return list(found.values())


def values_for(address: str) -> dict[str, str]:
    """Return what is sent there: of the admin's many pages, made one way, each gets a few."""
    return {what: SHARP[what] for what in FEW} if address.startswith("/admin/") else SHARP


def parameters(pages: dict[str, str]) -> dict[str, set[str]]:
    """Return what may stand in the query of each page, by the links and forms that lead to it."""
    found: dict[str, set[str]] = {}
    for url, html in pages.items():
        for link in [url, *links_of(html)]:
            parts = urlsplit(link)
            if parts.query and not parts.netloc:
                where = parts.path or urlsplit(url).path
                found.setdefault(where, set()).update(n for n, _v in parse_qsl(parts.query))
        for form in forms_of(url, html):
            if form.method == "get":
                found.setdefault(urlsplit(form.action).path, set()).update(form.names)
    return found


def failures_of_queries(client, pages: dict[str, str]) -> tuple[dict[str, int], int]:
    failed, count = {}, 0
    done = set()
    for where, names in parameters(pages).items():
        if (kind := (route_of(where), *sorted(names))) in done:
            continue
        done.add(kind)
        for name in sorted(names):
            for what, value in values_for(where).items():
                count += 1
                written = encoded(value)
                query = f"{name}={written}&{name}={written}"
                status = client.generic("GET", where, QUERY_STRING=query).status_code
                if status >= 500:
                    failed[f"{where}?{name}={what}"] = status
    return failed, count


def one_by_one(form: Form, untouched: dict) -> list[tuple[str, str, dict]]:
    """Return (name, what, data): the form as it stands with one field sharp at a time.

    Rows of one table count as one field. In a long form each field gets some of the values in turn,
    and in the admin, whose forms are many and made one way, the next of them.
    """
    rows: dict[str, list[str]] = {}
    for name in form.names:
        rows.setdefault(re.sub(r"-(\d+|__prefix__)-", "-*-", name), []).append(name)
    values = list(SHARP.items())
    if form.action.startswith("/admin/"):
        each = 1
    else:
        each = len(values) if len(rows) <= SHORT_FORM else VALUES_OF_LONG_FORM
    return [
        (field, what, {**untouched, **dict.fromkeys(names, [sent(value)] * 2)})
        for place, (field, names) in enumerate(rows.items())
        for what, value in (values[(place * each + n) % len(values)] for n in range(each))
    ]


def failures_of_forms(client, pages: dict[str, str]) -> tuple[dict[str, int], int]:
    failed, count = {}, 0
    for form in kinds_of_forms(pages):
        if form.method != "post" or form.action.startswith(getattr(client, "left", "nothing")):
            continue
        untouched: dict[str, list[str]] = {}
        for name, value in form.fields:
            untouched.setdefault(name, []).append(value)
        tries = [
            ("all", what, dict.fromkeys(form.names, sent(v)))
            for what, v in values_for(form.action).items()
        ]
        tries += [("none", "", {}), ("as it stands", "", untouched)]
        tries += one_by_one(form, untouched)
        stay(client)
        for name, what, data in tries:
            count += 1
            status = client.post(form.action, data).status_code
            if status >= 500:
                failed[f"POST {form.action} {name}: {what}"] = status
    stay(client)
    return failed, count


def test_no_query_and_no_form_makes_the_portal_fail(role):
    pages = explored(role)
    if hasattr(role, "provider"):
        assert any(route_of(urlsplit(url).path) == "provider_service" for url in pages)
    failed, queries = failures_of_queries(role, pages)
    failed_forms, posts = failures_of_forms(role, pages)
    print(f"{len(pages)} pages, {queries} queries, {posts} forms sent")
    assert failed | failed_forms == {}
    assert len(pages) > 15


def test_no_part_of_an_address_makes_the_portal_fail(role):
    failed = {}
    for route in routes():
        if "<" not in route.pattern or "(?P" in route.pattern:
            continue
        for what in FEW:
            part = SHARP[what][:300].encode("utf-8", "surrogatepass").decode("latin-1")
            url = "/" + part.join(re.split(r"<[^>]+>", route.pattern))
            for method in ("GET", "POST"):
                status = role.generic(method, url).status_code
                if status >= 500:
                    failed[f"{method} {route.pattern} {what}"] = status
    assert failed == {}


def broken(request):
    """A view that does what views must not: trust a number from outside."""
    return int(request.GET["n"] if "n" in request.GET else request.POST["n"])


broken.login_required = False


class WithABrokenView:
    urlpatterns = [path("schupena/", broken), *urls.urlpatterns]
    handler400, handler500 = urls.handler400, urls.handler500


def test_a_broken_view_is_noticed(client, town):
    client.raise_request_exception = False
    page = (
        '<a href="/schupena/?n=1">1</a>'
        '<form method="post" action="/schupena/"><input name="n" value="1"></form>'
    )
    with override_settings(ROOT_URLCONF=WithABrokenView):
        failed, queries = failures_of_queries(client, {"/": page})
        failed_forms, posts = failures_of_forms(client, {"/": page})
    assert len(failed) == queries > 5
    assert len(failed_forms) == posts > 5
