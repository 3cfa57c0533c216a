"""The second secret that opens an application or a draft to the citizen, and links to drafts."""

from __future__ import annotations

import hashlib
import secrets

from municipalities import second_secrets
from municipalities.models import Municipality
from municipalities.second_secrets import new_secret, plain

__all__ = ["hash_of_secret", "hash_of_token", "is_secret", "new_secret", "new_token", "plain"]

PURPOSE = "application"


def hash_of_secret(secret: str, municipality: Municipality) -> str:
    """Return what is kept of a secret: keyed, and different in every municipality."""
    return second_secrets.hash_of_secret(secret, municipality, purpose=PURPOSE)


def is_secret(typed: str, kept: str, municipality: Municipality) -> bool:
    """Say whether ``typed`` is the secret behind the hash, in the same time either way."""
    return second_secrets.is_secret(typed, kept, municipality, purpose=PURPOSE)


def new_token() -> str:
    """Return a token for a link; 256 bits."""
    return secrets.token_urlsafe(32)


def hash_of_token(token: str) -> str:
    """Return what is kept of a link's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
