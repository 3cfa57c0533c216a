"""What every municipality that uses the portal has from its first day, by what the apps say."""

from __future__ import annotations

from collections.abc import Callable

from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope

_starts: list[Callable[[Municipality], int]] = []


def register_start(start: Callable[[Municipality], int]) -> None:
    """Let ``start`` add what is missing to a municipality; it returns how many rows it added.

    Runs in the municipality's scope, at every start of the portal, so it changes nothing that is
    there: what somebody has corrected stays corrected.
    """
    if start not in _starts:
        _starts.append(start)


def begin(municipality: Municipality) -> int:
    """Add what is missing to ``municipality``; return how many rows were added."""
    with municipality_scope(municipality):
        return sum(start(municipality) for start in _starts)
