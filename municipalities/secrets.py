"""National identifiers at rest: encrypted, and found again by a keyed blind index.

Keys come from the environment. ``DATA_KEYS`` is a list, newest first: the first encrypts, all
decrypt, so that keys are changed by putting a new one in front and running
``manage.py rotate_data_keys``. ``INDEX_KEY`` makes the blind index; every municipality gets its own
key from it, so that equal identifiers of two municipalities do not look equal.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models


class UnreadableSecret(Exception):
    """A stored value that none of the configured keys can read."""


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> bytes:
    """Return ``text`` encrypted with the newest key (Fernet: AES-128-CBC with HMAC-SHA256)."""
    return _cipher(tuple(settings.DATA_KEYS)).encrypt(text.encode())


def decrypt(token: bytes) -> str:
    """Return the text of ``token``; raises UnreadableSecret when no key reads it."""
    try:
        return _cipher(tuple(settings.DATA_KEYS)).decrypt(bytes(token)).decode()
    except InvalidToken as error:
        raise UnreadableSecret from error


def rotated(token: bytes) -> bytes:
    """Return the same text encrypted with the newest key; raises UnreadableSecret."""
    try:
        return _cipher(tuple(settings.DATA_KEYS)).rotate(bytes(token))
    except InvalidToken as error:
        raise UnreadableSecret from error


@lru_cache(maxsize=512)
def _index_key(secret: str, municipality_code: str, purpose: str) -> bytes:
    info = f"frontoffice/{purpose}/{municipality_code}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())


def blind_index(value: str, *, municipality, purpose: str) -> bytes:
    """Return 32 bytes by which equal values of one municipality and purpose are found.

    Without ``INDEX_KEY`` they say nothing of the value. ``municipality`` is a Municipality.
    """
    key = _index_key(settings.INDEX_KEY, municipality.code, purpose)
    return hmac.new(key, value.encode(), hashlib.sha256).digest()


_encrypted: list[tuple[type[models.Model], str]] = []


def register_encrypted(model: type[models.Model], field: str) -> None:
    """Name a binary field that holds tokens, so that the rotation of keys finds it."""
    if (model, field) not in _encrypted:
        _encrypted.append((model, field))


def encrypted_fields() -> Iterator[tuple[type[models.Model], str]]:
    """Yield (model, field) of everything encrypted."""
    yield from _encrypted
