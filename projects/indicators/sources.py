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
from django.utils.functional import Promise

from municipalities.hours import within_days
from projects.models_project import Project

Rows = Callable[[Project, dt.date | None, dt.date | None], models.QuerySet]


@dataclass(frozen=True)
class EvidenceLine:
    """One thing or person that was counted: in words, on which day, where it can be seen."""

    words: str
    day: dt.date | None
    url: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Doubt:
    """What makes a number uncertain, and where it is mended: address and words of the link."""

    words: str
    url: str = ""
    link: str = ""


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
    ``weight`` names a column of the rows: they count for what stands in it, not for one each.
    """

    code: str
    words: str | Promise
    unit_hint: str | Promise
    rows: Rows
    line: Callable[[Any], EvidenceLine]
    needs_start: bool = False
    is_confidential: bool = False
    is_personal: bool = False
    weight: str = ""
    doubts: Callable[[Project], list[Doubt]] = field(default=lambda project: [])

    def count(self, project: Project, since: dt.date | None, upto: dt.date | None) -> int:
        """Return how many were counted from ``since`` to ``upto``, each once."""
        rows = self.rows(project, since, upto)
        if not self.weight:
            return rows.count()
        return sum(rows.order_by().values_list(self.weight, flat=True))

    def evidence(self, project: Project, since: dt.date | None, upto: dt.date | None) -> Evidence:
        """Return the lines behind the number, to be read a page at a time."""
        return Evidence(self.rows(project, since, upto), self.line)


def run_of(project: Project) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and the last day of ``project`` as far as they are known."""
    end = project.planned_end
    return project.starts_on, end.day if end else None


def while_it_runs(
    project: Project, since: dt.date | None, upto: dt.date | None
) -> tuple[dt.date | None, dt.date | None]:
    """Return the days from ``since`` to ``upto`` that are days of the project."""
    first, last = run_of(project)
    return (
        max(filter(None, (since, first)), default=None),
        min(filter(None, (upto, last)), default=None),
    )


def on_days(column: str, since: dt.date | None, upto: dt.date | None) -> models.Q:
    """Return the condition that the day in ``column`` is from ``since`` to ``upto``.

    What has no day is there from the beginning and in no period.
    """
    if since is None and upto is None:
        return models.Q()
    condition = models.Q(**{f"{column}__gte": since}) if since else models.Q()
    if upto:
        condition &= models.Q(**{f"{column}__lte": upto})
    return condition if since else condition | models.Q(**{f"{column}__isnull": True})


def moments_while_it_runs(
    column: str, project: Project, since: dt.date | None, upto: dt.date | None
) -> models.Q:
    """Return the condition that the moment in ``column`` is on such a day of the project."""
    return within_days(column, *while_it_runs(project, since, upto))


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
