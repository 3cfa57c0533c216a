"""Codes of certificates: made, read however they were typed, kept as a keyed hash.

A code („SLV20-ABCD-EFGH-JKLM“) begins with that of the municipality, so that whoever checks it
need not say whose it is; of the rest (60 bits) a keyed hash alone is kept.
"""

from __future__ import annotations

import re
import secrets
import string

from municipalities.models import Municipality
from municipalities.secrets import blind_index

# Nothing that is read as something else.
ALPHABET = "".join(sorted({*string.ascii_uppercase, *string.digits} - {*"IO01"}))
LENGTH = 12  # of 32 signs each: 60 bits
LONGEST_CODE = 40
# Cyrillic letters that look the same as the Latin ones of a code.
_LOOKALIKES = str.maketrans("АВЕКМНРСТХУОІ", "ABEKMHPCTXYOI")


def new_code(municipality: Municipality) -> str:
    """Return a new code as it stands on paper; it is kept only as a hash."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join([municipality.code, *_in_fours(letters)])


def read_code(typed: str) -> tuple[str, str]:
    """Return (municipality's code, the rest), however it was typed: case, spaces, Cyrillic."""
    plain_code = re.sub(r"[^A-Z0-9]", "", typed[:200].upper().translate(_LOOKALIKES))
    plain_code = plain_code[:LONGEST_CODE]
    return plain_code[:-LENGTH], plain_code[-LENGTH:]


def as_written(code: str) -> str:
    """Return a code that was typed as it stands on paper and in addresses."""
    whose, rest = read_code(code)
    return "-".join([whose, *_in_fours(rest)])


def hash_of(code: str, municipality: Municipality) -> str:
    """Return what is kept of a code: keyed, and different in every municipality."""
    rest = read_code(code)[1]
    return blind_index(rest, municipality=municipality, purpose="certificate").hex()


def municipality_of(code: str) -> Municipality | None:
    """Return whose certificate the code would be, None where nobody's."""
    whose = read_code(code)[0]
    return Municipality.objects.active().filter(code=whose).first() if whose else None


def initials_of(name: str) -> str:
    """Return what a stranger may see of a name: „М. П.“."""
    return " ".join(f"{word[0].upper()}." for word in re.findall(r"[^\W\d_][\w'’-]*", name)[:3])


def _in_fours(letters: str) -> list[str]:
    return [letters[n : n + 4] for n in range(0, len(letters), 4)]
