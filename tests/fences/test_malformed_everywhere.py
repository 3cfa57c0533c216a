"""Every address, parameter and form that a role can reach is sent what nobody would type.

The pages are found by their links and the forms on them are read, so a new page is tried by itself.

What several roles meet is tried in full by one of them: by the first in ``ROLES`` that finds
the same form or the same parameter by links of its own. No list says whose a section is, so
a new one falls to somebody by itself. The others send such a form one value in all its fields at
once, nothing, and itself as it stands; such parameters one value; what strangers are shown too,
they ask nothing. Forms, fields and parameters get some of the values in turn: more of them for
pages of our own, fewer for the admin's, which one machine makes.

A field is sharp alone in the first form of its address that has it; adding and changing in the
admin are one address. The hidden fields by which forms are kept (``PLUMBING``) are sharp in the
first form of a role that has them; elsewhere they stay as they stand: what is sent gets further.
"""

from __future__ import annotations

import os
import pickle
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import override_settings
from django.urls import Resolver404, path, resolve

from config import urls
from tests.factories import ServiceFactory, ServiceSiteFactory
from tests.fences.test_malformed import NASTY, encoded
from tests.fences.test_roles import ROLES
from tests.support.crawl import Frontier, links_of, route_of
from tests.support.forms import Form, forms_of
from tests.support.house import routes
from tests.support.html import contexts_are_not_kept
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
VALUES_OF_SHORT_FORM, VALUES_OF_LONG_FORM, VALUES_OF_PARAMETER = 2, 1, 3
PLUMBING = re.compile(r"(form_key|next|draft_\w+)$")
FEW = ("NUL", "surrogate", "huge", "markup")
STARTS = ["/", "/vhod/", "/profil/", "/admin/", "/accounts/login/", "/accounts/password/reset/"]
NOTES: dict[str, Path] = {}  # the folder in which the processes of a run tell each other of MET
MET: dict[str, set[tuple]] = {}  # what each role meets, once somebody has looked around
LEAVES = {"account_logout"}  # after it one is nobody; nobody is tried as well


# Each page is read for several things.
links_of = lru_cache(maxsize=600)(links_of)
forms_of = lru_cache(maxsize=600)(forms_of)


@pytest.fixture(autouse=True)
def _lighter():
    with contexts_are_not_kept():
        yield


@pytest.fixture(scope="session", autouse=True)
def _notes(tmp_path_factory):
    """The folder in which the processes of a run tell each other what the roles meet."""
    folder = tmp_path_factory.getbasetemp()
    NOTES["folder"] = folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder


@pytest.fixture
def town(sliven):
    return plant(sliven, "Слово", public=True)


@pytest.fixture(params=ROLES)
def role(request, town):
    """A client of each role in turn; ``earlier`` has those of the roles before it, by name."""
    clients = {name: client_of(request, name) for name in ROLES[: ROLES.index(request.param) + 1]}
    client = clients.pop(request.param)
    client.name, client.earlier = request.param, clients
    return client


def client_of(request, name: str):
    """Return a client of the role, which answers 500 instead of raising."""
    client = request.getfixturevalue("client" if name == "nobody" else name)
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
    # One list filtered is made as another, one row's page as another row's.
    frontier = Frontier(STARTS, examples=1, filters_of_admin=False)
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


def kind_of(form: Form) -> tuple:
    """Return what makes two forms one kind: same method, same address, same fields."""
    return (form.method, route_of(urlsplit(form.action).path), *sorted(form.names))


def kinds_of_forms(pages: dict[str, str]) -> dict[tuple, Form]:
    """Return the first form of each kind on the pages."""
    found: dict[tuple, Form] = {}
    for url, html in pages.items():
        for form in forms_of(url, html):
            if form.names and route_of(urlsplit(form.action).path) not in LEAVES:
                found.setdefault(kind_of(form), form)
    return found


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


def met(pages: dict[str, str]) -> set[tuple]:
    """Return the kinds of forms on the pages, and each parameter with the page it belongs to."""
    asked = {
        (route_of(where), name) for where, names in parameters(pages).items() for name in names
    }
    return asked | set(kinds_of_forms(pages))


def note(name: str, kinds: set[tuple]) -> None:
    """Write down what the role meets, for this process and the others of the run."""
    MET[name] = kinds
    whole = NOTES["folder"] / f"{name}.{os.getpid()}"
    whole.write_bytes(pickle.dumps(kinds))
    whole.rename(NOTES["folder"] / f"{name}.met")


def known(name: str) -> set[tuple] | None:
    """Return what the role meets, if some process has looked around as it."""
    path = NOTES["folder"] / f"{name}.met"
    if name not in MET and path.exists():
        MET[name] = pickle.loads(path.read_bytes())
    return MET.get(name)


def others_meet(client) -> tuple[set[tuple], set[tuple]]:
    """Return what roles before the client's meet (``met``), and of it what strangers meet.

    Each role looks around once a run; in all tests it finds the same kinds.
    """
    for name, other in client.earlier.items():
        if known(name) is None:
            note(name, met(explored(other)))
    before = [MET[name] for name in client.earlier]
    return set().union(*before), set().union(*before[:1])


def all_at_once(form: Form, *, is_shared: bool) -> int:
    """Return how many values fill all fields of a form: fewest in the admin, made one way."""
    if is_shared:
        return 1
    return 1 if form.action.startswith("/admin/") else 4


def failures_of_queries(client, pages: dict[str, str]) -> tuple[dict[str, int], int]:
    """Send each parameter what it is due; return what was answered with 5xx, and how many asked."""
    shared, public = others_meet(client)
    failed, count, place = {}, 0, 0
    done = set()
    for where, names in parameters(pages).items():
        if (kind := (route_of(where), *sorted(names))) in done:
            continue
        done.add(kind)
        for name in sorted(name for name in names if (route_of(where), name) not in public):
            place += 1
            is_thin = (route_of(where), name) in shared or where.startswith("/admin/")
            values = in_turn(place, 1 if is_thin else VALUES_OF_PARAMETER)
            for what, value in values:
                count += 1
                written = encoded(value)
                query = f"{name}={written}&{name}={written}"
                status = client.generic("GET", where, QUERY_STRING=query).status_code
                if status >= 500:
                    failed[f"{where}?{name}={what}"] = status
    return failed, count


def one_by_one(form: Form, sharp: list[str], untouched: dict) -> list[tuple[str, str, dict]]:
    """Return (name, what, data): the form as it stands with one field sharp at a time.

    Rows of one table count as one field. Each gets some values in turn, fewer in a long form,
    and in the admin, whose forms are many and made one way, the next of them.
    """
    rows: dict[str, list[str]] = {}
    for name in sharp:
        rows.setdefault(re.sub(r"-(\d+|__prefix__)-", "-*-", name), []).append(name)
    if form.action.startswith("/admin/"):
        each = 1
    else:
        each = VALUES_OF_SHORT_FORM if len(rows) <= SHORT_FORM else VALUES_OF_LONG_FORM
    return [
        (field, what, {**untouched, **dict.fromkeys(names, [sent(value)] * 2)})
        for place, (field, names) in enumerate(rows.items())
        for what, value in in_turn(place, each)
    ]


def in_turn(place: int, each: int) -> list[tuple[str, str]]:
    """Return ``each`` of the values: those that are next for what stands at ``place``."""
    values = list(SHARP.items())
    return [values[(place * each + n) % len(values)] for n in range(each)]


def failures_of_forms(client, pages: dict[str, str]) -> tuple[dict[str, int], int]:
    """Send each form what it is due; return what was answered with 5xx, and how many were sent."""
    shared, _public = others_meet(client)
    failed, count = {}, 0
    tried: set[tuple[str, str]] = set()
    for place, (kind, form) in enumerate(kinds_of_forms(pages).items()):
        if form.method != "post":
            continue
        stay(client)
        for name, what, data in tries_of(form, tried, place=place, is_shared=kind in shared):
            count += 1
            status = client.post(form.action, data).status_code
            if status >= 500:
                failed[f"POST {form.action} {name}: {what}"] = status
    stay(client)
    return failed, count


def tries_of(
    form: Form, tried: set[tuple[str, str]], *, place: int, is_shared: bool
) -> Iterable[tuple[str, str, dict[str, list[str]]]]:
    """Return (field, what, data) of all that the form is sent; ``tried`` gets its sharp fields."""
    untouched: dict[str, list[str]] = {}
    for name, value in form.fields:
        untouched.setdefault(name, []).append(value)
    where = re.sub("_(add|change)$", "", route_of(urlsplit(form.action).path))
    places = {name: ("" if PLUMBING.match(name) else where, name) for name in form.names}
    alone = [] if is_shared else [n for n, place in places.items() if place not in tried]
    sharp = [name for name in form.names if name in alone or not PLUMBING.match(name)]
    for what, value in in_turn(place, all_at_once(form, is_shared=is_shared)):
        yield "all", what, {**untouched, **{name: [sent(value)] for name in sharp}}
    yield "none", "", {}
    yield "as it stands", "", untouched
    tried.update(places[name] for name in alone)
    yield from one_by_one(form, alone, untouched)


def test_no_query_and_no_form_makes_the_portal_fail(role):
    pages = explored(role)
    if hasattr(role, "provider"):
        assert any(route_of(urlsplit(url).path) == "provider_service" for url in pages)
    note(role.name, met(pages))
    failed, queries = failures_of_queries(role, pages)
    failed_forms, posts = failures_of_forms(role, pages)
    print(f"{len(pages)} pages, {queries} queries, {posts} forms sent")
    assert failed | failed_forms == {}
    assert len(pages) > 15


def test_no_part_of_an_address_makes_the_portal_fail(role):
    """What no view answers is asked by strangers only, who may not enter asks once.

    Strangers ask everywhere with all the values, each role with the next of them.
    """
    failed, count = {}, 0
    for place, route in enumerate(routes()):
        if "<" not in route.pattern or "(?P" in route.pattern:
            continue
        mine = FEW[(place + len(role.earlier)) % len(FEW)]
        for what in [mine] if role.earlier else FEW:
            part = SHARP[what][:300].encode("utf-8", "surrogatepass").decode("latin-1")
            url = "/" + part.join(re.split(r"<[^>]+>", route.pattern))
            if role.earlier and not is_answered(url):
                continue
            for method in ("GET", "POST"):
                count += 1
                status = role.generic(method, url).status_code
                if status >= 500:
                    failed[f"{method} {route.pattern} {what}"] = status
            if role.earlier and status == 403:
                break
    print(f"{count} addresses")
    assert failed == {}
    assert count > 40


def is_answered(url: str) -> bool:
    """Whether a view answers the address, as the client sends it: its bytes read as UTF-8."""
    try:
        resolve(url.encode("latin-1").decode("utf-8", "replace"))
    except Resolver404:
        return False
    return True


def broken(request):
    """A view that does what views must not: trust a number from outside."""
    return int(request.GET["n"] if "n" in request.GET else request.POST["n"])


broken.login_required = False


class WithABrokenView:
    urlpatterns = [path("schupena/", broken), *urls.urlpatterns]
    handler400, handler500 = urls.handler400, urls.handler500


def test_a_broken_view_is_noticed(client, town):
    client.raise_request_exception = False
    client.earlier = {}
    page = (
        '<a href="/schupena/?n=1">1</a>'
        '<form method="post" action="/schupena/"><input name="n" value="1"></form>'
    )
    with override_settings(ROOT_URLCONF=WithABrokenView):
        failed, queries = failures_of_queries(client, {"/": page})
        failed_forms, posts = failures_of_forms(client, {"/": page})
    assert len(failed) == queries == VALUES_OF_PARAMETER
    assert len(failed_forms) == posts > 5
