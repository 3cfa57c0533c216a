"""Pages of work that higher floors offer after signing in."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

_landings: list[tuple[Callable[[HttpRequest], bool], str]] = []


def register_landing(rule: Callable[[HttpRequest], bool], url_name: str) -> None:
    """Send people for whom ``rule`` holds to ``url_name`` after they sign in."""
    if all(name != url_name for _rule, name in _landings):
        _landings.append((rule, url_name))


def landing_urls() -> list[tuple[Callable[[HttpRequest], bool], str]]:
    """Return the registered (rule, URL name) pairs."""
    return list(_landings)
