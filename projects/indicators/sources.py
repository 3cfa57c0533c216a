"""What an indicator can count by itself: a registry that higher floors add to.

An app registers its sources in ``AppConfig.ready``. A source gives the rows that are counted, one
row for each thing or person, so the number and the evidence behind it never differ.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from django.db import models

from projects.models_project import Project

Rows = Callable[[Project, dt.date | None, dt.date | None], models.QuerySet]


@dataclass(frozen=True)
class EvidenceLine:
    """One thing or person that was counted: in words, on which day, where it can be seen."""

    words: str
    day: dt.date | None
    url: str = ""
    detail: str = ""


class Evidence(Sequence[EvidenceLine]):
    """Rows of a queryset as lines of evidence, read a page at a time."""

    def __init__(self, rows: models.QuerySet, line: Callable[[Any], EvidenceLine]):
        self.rows, self.line = rows, line

    def __len__(self) -> int:
        return self.rows.count()

    def __iter__(self) -> Iterator[EvidenceLine]:
        return (self.line(row) for row in self.rows)

    @overload
    def __getitem__(self, at: int) -> EvidenceLine: ...
    @overload
    def __getitem__(self, at: slice) -> list[EvidenceLine]: ...
    def __getitem__(self, at):
        found = self.rows[at]
        return [self.line(row) for row in found] if isinstance(at, slice) else self.line(found)


@dataclass(frozen=True)
class Source:
    """What can be counted.

    ``rows`` returns a queryset in which each row is counted once; with days, only those of the
    days, both included. ``line`` says a row in words. ``needs_start``: it counts the municipality's
    work while the project runs, so not before the project's start is known. ``is_confidential``:
    what it counts are people's cases: no line tells who, and outside the office no number below
    five is told. ``doubts`` returns what a manager should look at before trusting the number.
    """

    code: str
    words: str
    unit_hint: str
    rows: Rows
    line: Callable[[Any], EvidenceLine]
    needs_start: bool = False
    is_confidential: bool = False
    is_personal: bool = False
    doubts: Callable[[Project], list[str]] = field(default=lambda project: [])

    def count(self, project: Project, since: dt.date | None, upto: dt.date | None) -> int:
        """Return how many were counted from ``since`` to ``upto``, each once."""
        return self.rows(project, since, upto).count()

    def evidence(self, project: Project, since: dt.date | None, upto: dt.date | None) -> Evidence:
        """Return the lines behind the number, to be read a page at a time."""
        return Evidence(self.rows(project, since, upto), self.line)


_sources: dict[str, Source] = {}


def register_source(source: Source) -> None:
    """Let indicators count by ``source``; the same code again replaces it."""
    _sources[source.code] = source


def source_of(code: str) -> Source | None:
    """Return the source called ``code``; None for "" and for one that nobody registered."""
    return _sources.get(code)


def sources() -> list[Source]:
    """Return every source, in the order of registering."""
    return list(_sources.values())
