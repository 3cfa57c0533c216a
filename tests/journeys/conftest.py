"""A real browser on a live server with the demo in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Page

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
