"""Certificates of every kind, found by their code, for whoever checks one.

An app that issues certificates registers in its ``AppConfig.ready`` how it finds one of its own;
the page that checks a code asks them all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from municipalities.certificate_codes import hash_of, municipality_of
from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope


@dataclass(frozen=True)
class Certified:
    """What a stranger may see of a certificate: never the name.

    ``facts`` are (words, text) of what it is for, in the reader's language.
    """

    municipality: Municipality
    number: str
    issued_on: dt.date
    revoked_on: dt.date | None
    initials: str
    facts: list[tuple[str, str]]

    @property
    def is_valid(self) -> bool:
        """Whether nobody has declared it invalid."""
        return self.revoked_on is None


Lookup = Callable[[str, Municipality], Certified | None]
_lookups: dict[str, Lookup] = {}


def register_certificates(kind: str, lookup: Lookup) -> None:
    """Add a kind of certificates; registering the same kind again replaces it.

    ``lookup`` takes what is kept of a code and its municipality, whose scope is open, and returns
    the certificate or None.
    """
    _lookups[kind] = lookup


def find_certified(code: str) -> Certified | None:
    """Return the certificate of a typed code, whoever issued it; None where there is none."""
    municipality = municipality_of(code)
    if municipality is None:
        return None
    kept = hash_of(code, municipality)
    with municipality_scope(municipality):
        for lookup in _lookups.values():
            if found := lookup(kept, municipality):
                return found
    return None
