"""The second secret that opens an application or a draft to the citizen, and links to drafts."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string

from municipalities.models import Municipality
from municipalities.secrets import blind_index

# Nothing that is read as something else.
ALPHABET = "".join(sorted({*string.ascii_uppercase, *string.digits} - {*"IO01"}))
LENGTH = 12  # of 32 signs each: 60 bits
# Cyrillic letters that look the same as the Latin ones of the secret.
_LOOKALIKES = str.maketrans("АВЕКМНРСТХУОІ", "ABEKMHPCTXYOI")


def new_secret() -> str:
    """Return a new second secret as it is shown: „ABCD-EFGH-JKLM“. It is kept only as a hash."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[n : n + 4] for n in range(0, LENGTH, 4))


def plain(typed: str) -> str:
    """Return a secret as it is hashed, however it was typed: case, spaces, dashes, Cyrillic."""
    return re.sub(r"[^A-Z0-9]", "", typed.upper().translate(_LOOKALIKES))[:40]


def hash_of_secret(secret: str, municipality: Municipality) -> str:
    """Return what is kept of a secret: keyed, and different in every municipality."""
    return blind_index(plain(secret), municipality=municipality, purpose="application").hex()


def is_secret(typed: str, kept: str, municipality: Municipality) -> bool:
    """Say whether ``typed`` is the secret behind the hash, in the same time either way."""
    return hmac.compare_digest(hash_of_secret(typed, municipality), kept or "-" * 64)


def new_token() -> str:
    """Return a token for a link; 256 bits."""
    return secrets.token_urlsafe(32)


def hash_of_token(token: str) -> str:
    """Return what is kept of a link's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
