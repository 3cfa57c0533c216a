"""Избрани за печат: the services somebody gathers for one person, kept in their browser only.

A signed cookie holds keys of published services and nothing about anybody. It goes when the browser
is closed, so the next person at a shared computer finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from services_registry.models import Service

MOST = 20
SALT = "services_registry.basket"
KEY = re.compile(r"([a-z0-9_-]{1,100})/([a-z0-9_-]{1,100})", re.IGNORECASE | re.ASCII)


def cookie_name() -> str:
    """Return the cookie's name: bound to the host where cookies are secure."""
    return "__Host-izbrani" if settings.SECURE_COOKIES else "izbrani"


def key_of(service: Service) -> str:
    """Return how a service is named in addresses: „sliven/patronazh“."""
    return f"{service.municipality.slug}/{service.slug}"


def clean_keys(keys: Iterable[str]) -> list[str]:
    """Return the well-formed ones of ``keys``, each once, in their order, at most ``MOST``."""
    return list(dict.fromkeys(key for key in keys if KEY.fullmatch(key)))[:MOST]


def chosen_keys(request: HttpRequest) -> list[str]:
    """Return what the browser keeps; nothing where the cookie is missing or not signed by us."""
    kept = request.get_signed_cookie(cookie_name(), default="", salt=SALT)
    return clean_keys((kept or "").split(" "))


def keep(response: HttpResponse, keys: Iterable[str]) -> None:
    """Let the browser keep ``keys`` until it is closed; forget the cookie where none are left."""
    kept = clean_keys(keys)
    if not kept:
        response.delete_cookie(cookie_name(), samesite="Lax")
        return
    response.set_signed_cookie(
        cookie_name(),
        " ".join(kept),
        salt=SALT,
        httponly=True,
        secure=settings.SECURE_COOKIES,
        samesite="Lax",
    )


def services_of(keys: list[str]) -> list[Service]:
    """Return the published services among ``keys`` in that order, all that their pages show.

    What is not published, or not there, is left out: both look the same from outside.
    """
    if not keys:
        return []
    wanted = Q(pk__in=())
    for key in keys:
        municipality, _slash, slug = key.partition("/")
        wanted |= Q(municipality__slug=municipality, slug=slug)
    found = {key_of(service): service for service in Service.public.for_page().filter(wanted)}
    return [found[key] for key in keys if key in found]


def shared_query(keys: Iterable[str]) -> str:
    """Return the query string that carries ``keys`` in an address that can be sent."""
    return urlencode([("u", key) for key in keys], safe="/")
