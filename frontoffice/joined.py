"""What floors above add to the desk's pages, which know nothing of them.

An app registers in its ``AppConfig.ready()``: figures of „Днес“, lines of a person's timeline,
rows that a merge of two records moves. Its cards are in ``municipalities/today.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.http import HttpRequest

from frontoffice.models_people import Person
from municipalities.models import Membership


@dataclass(frozen=True)
class Figure:
    """A count of „Днес“ that is a link; ``name`` is unique on the page, ``is_late`` marks it.

    ``mark`` changes with whatever else the page shows of the same rows.
    """

    name: str
    words: str
    count: int
    url: str
    is_late: bool = False
    is_always_shown: bool = True
    mark: str = ""


@dataclass(frozen=True)
class Lines:
    """A kind of line of a person's timeline.

    ``rows`` are those the reader sees, ``moment`` and ``who`` their columns, ``bring`` the rows
    with all that ``template`` shows (given as ``row``). ``kind`` is (value, words) of the filter.
    """

    name: str
    kind: tuple[str, str]
    moment: str
    who: str
    rows: Callable[[HttpRequest, Person], models.QuerySet]
    bring: Callable[[], models.QuerySet]
    template: str


_figures: list[Callable[[Membership], list[Figure]]] = []
_lines: dict[str, Lines] = {}
_moving: dict[str, tuple[type[models.Model], str]] = {}


def register_figures(load: Callable[[Membership], list[Figure]]) -> None:
    """Let „Днес“ show what ``load`` counts, in a fixed number of cheap queries."""
    if load not in _figures:
        _figures.append(load)


def figures_for(membership: Membership) -> tuple[Figure, ...]:
    """Return the figures of the floors above, in the order in which they registered."""
    return tuple(figure for load in _figures for figure in load(membership))


def register_lines(lines: Lines) -> None:
    """Add a kind of line to the timeline of a person."""
    _lines[lines.name] = lines


def joined_lines() -> dict[str, Lines]:
    """Return the kinds of lines of the floors above, by name."""
    return dict(_lines)


def register_moving(name: str, model: type[models.Model], field: str) -> None:
    """Let a merge of two people move the rows of ``model`` that point at one by ``field``.

    The model has a ``version``. ``name`` stays in the record of the merge.
    """
    _moving[name] = (model, field)


def moving() -> dict[str, tuple[type[models.Model], str]]:
    """Return what moves with a merge, by name: the model and its field."""
    return dict(_moving)
