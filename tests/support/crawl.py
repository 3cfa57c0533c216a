"""Finding every page by its links: what a person can reach without typing an address.

Of pages made by one route only a few are visited: sixty services look alike. A page with other
query parameters (filters, a chosen municipality) counts as another kind.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from django.urls import Resolver404, resolve

EXAMPLES = 2  # of a route without a query
LONGEST_QUERY = 2  # parameters; more of them only combine what was seen apart
OWN_HOST = "http://testserver"  # of Django's client, where a redirection is written out in full
NOT_PAGES = ("/static/", "/media/")
# The admin carries the filters of a list into the pages one opens from it: the same pages.
CARRIED = {"_changelist_filters"}


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.found.append(given["href"] or "")


def links_of(html: str) -> list[str]:
    """Return the addresses that the links of a page lead to, as they are written."""
    reader = _Links()
    reader.feed(html)
    return reader.found


class Frontier:
    """Addresses still to visit. Iterate over it and ``offer`` it what each page links to."""

    def __init__(
        self, start: list[str], *, examples: int = EXAMPLES, filters_of_admin: bool = True
    ) -> None:
        """``filters_of_admin`` False leaves out the admin's lists when they are filtered."""
        self.examples = examples
        self.filters_of_admin = filters_of_admin
        self.waiting: deque[tuple[str, str]] = deque()
        self.seen: set[str] = set()
        self.kinds: Counter[tuple] = Counter()
        for url in start:
            self.offer(url, came_from="")

    def offer(self, url: str, *, came_from: str) -> None:
        """Queue ``url`` (as written on the page ``came_from``) if its kind is not known enough."""
        whole = urldefrag(urljoin(came_from or "/", url)).url.removeprefix(OWN_HOST)
        parts = urlsplit(whole)
        if parts.scheme or parts.netloc or not parts.path.startswith("/") or whole in self.seen:
            return
        if parts.path.startswith(NOT_PAGES):
            return
        self.seen.add(whole)
        names = tuple(sorted({name for name, _value in parse_qsl(parts.query)} - CARRIED))
        route = route_of(parts.path)
        if names and not self.filters_of_admin and route.endswith("_changelist"):
            return
        kind = (route, *names)
        if len(names) > LONGEST_QUERY or self.kinds[kind] >= (1 if names else self.examples):
            return
        self.kinds[kind] += 1
        self.waiting.append((whole, came_from))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield (address, the page that links to it)."""
        while self.waiting:
            yield self.waiting.popleft()


def route_of(path: str) -> str:
    """Return the name of the route that answers ``path``, or the path where none does."""
    try:
        match = resolve(path)
    except Resolver404:
        return path
    return match.view_name or match.route
