"""A real browser on a live server with the demo in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Page

from municipalities.models import User
from tests.support.browser import DESKTOP, NARROW, Watch


@pytest.fixture
def portal(demo, live_server, settings) -> str:
    """The address of the portal, with a copy of the demo that the test may change."""
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Errors in the browser's console, refused resources and failed answers fail the test."""
    seen = Watch()
    yield seen
    assert not seen.faults, "\n".join(seen.faults)


@pytest.fixture
def browse(portal, new_context, watch) -> Callable[..., Page]:
    """Open a page in a browser of its own: ``browse("/uslugi/", viewport=NARROW)``."""

    def opened(path: str = "/", **options) -> Page:
        context = new_context(base_url=portal, **{"viewport": DESKTOP, **options})
        page = watch.over(context.new_page())
        page.goto(path)
        return page

    return opened


@pytest.fixture
def desk_of(new_context, live_server, watch):
    """Open a page in a browser in which this client's user is signed in."""

    def opened(client, path: str, viewport=DESKTOP, **options) -> Page:
        context = new_context(base_url=live_server.url, viewport=viewport, **options)
        cookie = next(iter(client.cookies.values()))
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = watch.over(context.new_page())
        page.goto(path)
        return page

    return opened


@pytest.fixture
def named(specialist, colleague):
    """Names by which the two can be told apart on a page."""
    for client, name in ((specialist, "Ани Първа"), (colleague, "Боян Втори")):
        User.objects.filter(pk=client.user.pk).update(name=name)


@pytest.fixture(params=[DESKTOP, NARROW], ids=["1280", "320"])
def screen(request) -> dict[str, int]:
    """Both ends of what a page must fit."""
    return request.param


def sign_in(page: Page, who: str) -> None:
    """Sign in through the form as a person of the demo: ``specialist.sliven``."""
    page.goto("/accounts/login/")
    page.get_by_label("Е-поща").fill(f"{who}@example.bg")
    page.get_by_label("Парола", exact=True).fill(settings.DEMO_PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Вход").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
