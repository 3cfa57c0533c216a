"""The second secret beside a number, by which somebody without an account opens what is theirs."""

from __future__ import annotations

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


def _shown(letters: str) -> str:
    return "-".join(letters[n : n + 4] for n in range(0, LENGTH, 4))


def new_secret() -> str:
    """Return a new second secret as it is shown: „ABCD-EFGH-JKLM“. It is kept only as a hash."""
    return _shown("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def secret_of(value: str, municipality: Municipality, *, purpose: str) -> str:
    """Return the second secret that the portal's key makes of ``value``, the same each time.

    For what is said again later (a mail, a form sent twice) and kept nowhere. ``value`` is itself
    random and not shown; each of the 32 signs takes five bits, so none is likelier.
    """
    made = blind_index(value, municipality=municipality, purpose=f"{purpose}-secret")
    return _shown("".join(ALPHABET[byte % len(ALPHABET)] for byte in made[:LENGTH]))


def plain(typed: str) -> str:
    """Return a secret as it is hashed, however it was typed: case, spaces, dashes, Cyrillic."""
    return re.sub(r"[^A-Z0-9]", "", typed.upper().translate(_LOOKALIKES))[:40]


def hash_of_secret(secret: str, municipality: Municipality, *, purpose: str) -> str:
    """Return what is kept of a secret: keyed, and different in every municipality."""
    return blind_index(plain(secret), municipality=municipality, purpose=purpose).hex()


def is_secret(typed: str, kept: str, municipality: Municipality, *, purpose: str) -> bool:
    """Say whether ``typed`` is the secret behind the hash, in the same time either way."""
    hashed = hash_of_secret(typed, municipality, purpose=purpose)
    return hmac.compare_digest(hashed, kept or "-" * 64)
