"""The doors of identity providers, read from the environment."""

from __future__ import annotations

import json
import re

from django.core.exceptions import ImproperlyConfigured

REQUIRED = ("id", "name", "server_url", "client_id", "secret")
OPTIONAL = ("trusts_email", "fetch_userinfo", "scope", "token_auth_method")


def providers_from(text: str) -> dict:
    """Return allauth's SOCIALACCOUNT_PROVIDERS for OIDC_PROVIDERS, a JSON list of objects.

    Each needs id (in the address of return), name (on the button), server_url (the issuer),
    client_id and secret. ``trusts_email`` is true for a provider that gives only confirmed
    addresses without saying so. Raises ImproperlyConfigured, naming what is wrong.
    """
    try:
        entries = json.loads(text or "[]")
    except ValueError as error:
        raise ImproperlyConfigured(f"OIDC_PROVIDERS не е JSON: {error}") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ImproperlyConfigured("OIDC_PROVIDERS трябва да е списък от обекти")
    for entry in entries:
        _check(entry)
    if len({entry["id"] for entry in entries}) < len(entries):
        raise ImproperlyConfigured("OIDC_PROVIDERS: две врати имат еднакво id")
    return {
        "openid_connect": {
            "provider_class": "municipalities.signin.identity.IdentityProvider",
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [_app(entry) for entry in entries],
        }
    }


def _check(entry: dict) -> None:
    missing = [name for name in REQUIRED if not entry.get(name)]
    unknown = sorted(set(entry) - {*REQUIRED, *OPTIONAL})
    if missing or unknown:
        faults = [f"липсва {name}" for name in missing] + [f"непознато {name}" for name in unknown]
        raise ImproperlyConfigured(f"OIDC_PROVIDERS, {entry.get('id', '?')}: {', '.join(faults)}")
    if not re.fullmatch(r"[a-z0-9-]{1,40}", entry["id"]):
        raise ImproperlyConfigured(f"OIDC_PROVIDERS: id „{entry['id']}“ не е от a-z, 0-9 и тире")
    if not re.match(r"https://|http://(127\.0\.0\.1|localhost)[:/]", entry["server_url"]):
        raise ImproperlyConfigured(f"OIDC_PROVIDERS, {entry['id']}: server_url не е https")


def _app(entry: dict) -> dict:
    settings = {"server_url": entry["server_url"]}
    if entry.get("trusts_email") is True:
        settings["verified_email"] = True
    settings |= {
        name: entry[name]
        for name in ("fetch_userinfo", "scope", "token_auth_method")
        if name in entry
    }
    return {
        "provider_id": entry["id"],
        "name": entry["name"],
        "client_id": entry["client_id"],
        "secret": entry["secret"],
        "settings": settings,
    }
