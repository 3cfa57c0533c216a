"""Links that let in whoever holds them, to one thing of one municipality.

A token is 256 random bits and their signature with the municipality's slug and the purpose. The
signature says, before anything is asked of the database, that the portal made this link for this
municipality, so its scope may be opened. What is kept of a token is its SHA-256
(``invitations.hash_of``).
"""

from __future__ import annotations

import secrets

from django.core.signing import BadSignature, Signer

from municipalities.models import Municipality

LONGEST_TOKEN = 200


def _signer(purpose: str, slug: str) -> Signer:
    return Signer(sep=".", salt=f"{purpose}.{slug}")


def new_token(municipality: Municipality, purpose: str) -> str:
    """Return a token for a link of ``municipality``."""
    return token_of(municipality, purpose, secrets.token_urlsafe(32))


def token_of(municipality: Municipality, purpose: str, body: str) -> str:
    """Return ``body`` signed as a token, where the caller can make the same secret again."""
    return _signer(purpose, municipality.slug).sign(body)


def municipality_of(slug: str, token: str, purpose: str) -> Municipality | None:
    """Return whose link it is, None where the portal did not make it for this municipality."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    try:
        _signer(purpose, slug).unsign(token)
    except BadSignature:
        return None
    return Municipality.objects.active().filter(slug=slug).first()
