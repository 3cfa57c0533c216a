"""What waits for whoever works in the admin: the list over its first page.

Each floor says what it knows, in its ``AppConfig.ready``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest

LEVELS = ("late", "due", "")


@dataclass(frozen=True)
class Need:
    """Something to be done: in words, where, and how urgent („late“, „due“ or neither)."""

    words: str
    url: str
    level: str = ""


Load = Callable[[HttpRequest], Iterable[Need]]

_loads: list[tuple[Callable[[HttpRequest], bool], Load]] = []


def register_needs(rule: Callable[[HttpRequest], bool], load: Load) -> None:
    """Let ``load`` say what waits for those of whom ``rule`` holds, in a fixed number of queries.

    Registering the same ``load`` again changes nothing.
    """
    if all(known is not load for _rule, known in _loads):
        _loads.append((rule, load))


def needs_of(request: HttpRequest) -> list[Need]:
    """Return what waits for the reader, the most urgent first."""
    found = [need for rule, load in _loads if rule(request) for need in load(request)]
    return sorted(found, key=lambda need: LEVELS.index(need.level))


def has_needs(request: HttpRequest) -> bool:
    """Say whether anything is looked for, so that „nothing waits“ can be said."""
    return any(rule(request) for rule, _load in _loads)
