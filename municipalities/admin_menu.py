"""Pages outside the admin that stand in its menu, among the lists of an app.

Each floor registers its own in its ``AppConfig.ready``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True)
class MenuLink:
    """A page: under which app it stands, what it is called, its route, who may open it."""

    app_label: str
    words: str | Promise
    route: str
    rule: Callable[[HttpRequest], bool]


_links: list[MenuLink] = []


def register_menu_link(link: MenuLink) -> None:
    """Add a page to the menu; registering the same one again changes nothing."""
    if link not in _links:
        _links.append(link)


def links_of(request: HttpRequest, app_label: str) -> list[dict[str, Any]]:
    """Return the pages under an app that the reader may open, as Django's menu has its lists."""
    return [
        {
            "model": None,
            "name": link.words,
            "object_name": link.route,
            "perms": {},
            "admin_url": reverse(link.route),
            "add_url": None,
            "view_only": True,
        }
        for link in _links
        if link.app_label == app_label and link.rule(request)
    ]
