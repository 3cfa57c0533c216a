"""What happened to a record: its history in words, for the data-protection officer.

An app registers the models whose history can be read (``register_trail``). Values are shown as the
pages show them, with the Bulgarian names of the fields; what is secret is never decrypted, only
said to have changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import Truncator, capfirst

from municipalities.models import User

PER_PAGE = 25
MASKED = "•••••• (скрито)"
NOTHING = "–"
LONGEST_VALUE = 400
_OF_HISTORY = {"id", "municipality", "created_at", "updated_at", "version", "form_key"}


@dataclass(frozen=True)
class Trail:
    """A model with a history: its rows, the columns to leave out and those to mask."""

    model: type[models.Model]
    events: type[models.Model]
    hidden: frozenset[str]
    masked: frozenset[str]
    labels: Mapping[str, str]
    is_personal: bool

    @property
    def kind(self) -> str:
        return self.model._meta.label_lower

    def fields(self) -> list[models.Field]:
        """Return the columns whose changes are told."""
        return [
            column
            for column in self.events._meta.concrete_fields
            if not column.name.startswith("pgh_") and column.name not in self.hidden
        ]


_trails: dict[str, Trail] = {}


def register_trail(
    model: type[models.Model],
    *,
    hidden: Iterable[str] = (),
    masked: Iterable[str] = (),
    labels: Mapping[str, str] | None = None,
    is_personal: bool = True,
) -> None:
    """Let the history of ``model`` (decorated with ``audit.tracked``) be read by the officer.

    ``hidden`` columns are left out; of ``masked`` ones, and of every binary one, only that they
    changed is told. ``labels`` name columns that no form shows. Reading the history of an
    ``is_personal`` model is itself recorded.
    """
    _trails[model._meta.label_lower] = Trail(
        model=model,
        events=model.pgh_event_model,
        hidden=frozenset(hidden) | _OF_HISTORY,
        masked=frozenset(masked),
        labels=labels or {},
        is_personal=is_personal,
    )


def trail_of(kind: str) -> Trail | None:
    """Return the trail of a kind of record („frontoffice.consultation“), if it is kept."""
    return _trails.get(kind)


def kind_name(kind: str) -> str:
    """Return what a kind of record is called; the kind itself where there is no such model."""
    try:
        return str(capfirst(apps.get_model(kind)._meta.verbose_name))
    except (LookupError, ValueError):
        return kind


def kind_choices() -> list[tuple[str, str]]:
    """Return the kinds of records with a trail, by name, for a choice."""
    return sorted(((kind, kind_name(kind)) for kind in _trails), key=lambda pair: pair[1])


# One record's history


@dataclass
class Change:
    """One field before and after, in words."""

    name: str
    before: str
    after: str


@dataclass
class Step:
    """What one act did to the record."""

    at: dt.datetime
    what: str
    who: str
    path: str
    changes: list[Change] = field(default_factory=list)
    of: str = ""  # what a part is called, in the history of what it is part of


WHAT = {"insert": "Създаден", "update": "Променен", "delete": "Изтрит"}


def steps_of(trail: Trail, pk: int, page: int | str | None) -> tuple[Page, list[Step]]:
    """Return a page of the record's history, newest first, and its steps.

    The number of queries depends on the columns that point elsewhere, not on the rows.
    """
    return _told(trail, {"id": pk}, page)


def steps_of_parts(
    trail: Trail, parent: str, pk: int, page: int | str | None
) -> tuple[Page, list[Step]]:
    """As ``steps_of``, of every row whose column ``parent`` pointed to ``pk``."""
    shown, steps = _told(trail, {parent: pk}, page)
    for step, row in zip(steps, shown.object_list, strict=True):
        step.of = _name_of(row)
    return shown, steps


def _told(trail: Trail, which: dict, page: int | str | None) -> tuple[Page, list[Step]]:
    all_events = trail.events.objects
    before = all_events.filter(id=OuterRef("id"), pgh_id__lt=OuterRef("pgh_id"))
    events = all_events.filter(**which).order_by("-pgh_id")
    events = events.annotate(before_id=Subquery(before.order_by("-pgh_id").values("pgh_id")[:1]))
    shown = Paginator(events.select_related("pgh_context"), PER_PAGE).get_page(page)
    rows = shown.object_list = list(shown.object_list)
    if not rows:
        return shown, []
    # Each row is compared with the one before it, which may lie on another page.
    known = {row.pgh_id: row for row in rows}
    missing = {row.before_id for row in rows} - known.keys() - {None}
    # Asked for even where none is missing, by a number that no row has: as many queries always.
    known |= {row.pgh_id: row for row in all_events.filter(pgh_id__in=missing | {0})}
    words = _Words(trail, list(known.values()))
    people = _authors(rows)
    return shown, [_step(row, known.get(row.before_id), words, people) for row in rows]


def _name_of(row) -> str:
    """Return what people call a row of the history: its number and name, as far as it has them."""
    said = (getattr(row, name, "") for name in ("number", "code", "name", "title", "description"))
    return Truncator(" ".join(str(word) for word in said if word)).chars(80)


def _step(row, before, words: _Words, people: dict[int, str]) -> Step:
    context = (row.pgh_context.metadata if row.pgh_context else None) or {}
    return Step(
        at=timezone.localtime(row.pgh_created_at),
        what=WHAT.get(row.pgh_label, row.pgh_label),
        who=people.get(context.get("user") or 0, "порталът (без влязъл човек)"),
        path=str(context.get("url") or NOTHING),
        changes=[] if row.pgh_label == "delete" else words.difference(before, row),
    )


def _authors(rows) -> dict[int, str]:
    ids = {(row.pgh_context.metadata or {}).get("user") for row in rows if row.pgh_context}
    found = User.objects.filter(pk__in=[pk for pk in ids if isinstance(pk, int)])
    return dict(found.values_list("pk", "name"))


class _Words:
    """Values of a page of history in words; what they point to is read at once."""

    def __init__(self, trail: Trail, rows: list) -> None:
        self.trail = trail
        self.columns = trail.fields()
        self.targets: dict[str, dict] = {}
        for column in self.columns:
            if column.is_relation and column.name not in trail.masked:
                ids = {getattr(row, column.attname) for row in rows} - {None}
                self.targets[column.name] = _rows_of(column.related_model, ids)

    def difference(self, before, after) -> list[Change]:
        """Return the fields that differ; of a record just made, those that say something."""
        told = []
        for column in self.columns:
            old = getattr(before, column.attname) if before else None
            new = getattr(after, column.attname)
            if _plain(old) == _plain(new) or (before is None and new in (None, "", [])):
                continue
            name = str(capfirst(self.trail.labels.get(column.name, column.verbose_name)))
            told.append(Change(name, self.of(column, old), self.of(column, new)))
        return told

    def of(self, column: models.Field, value) -> str:
        """Say a value as the pages do."""
        if value is None or value in ("", []):
            return NOTHING
        if column.name in self.trail.masked or isinstance(column, models.BinaryField):
            return MASKED
        if column.is_relation:
            return str(self.targets[column.name].get(value, f"№ {value}"))
        if isinstance(column, ArrayField):
            known = dict(column.base_field.flatchoices)
            return ", ".join(str(known.get(item, item)) for item in value)
        if column.flatchoices:
            return str(dict(column.flatchoices).get(value, value))
        return _written(value)


def _rows_of(model: Any, ids: set) -> dict:
    # Of models with a scope the scoped manager: what belongs to others is only a number here.
    return {row.pk: row for row in model._default_manager.filter(pk__in=ids)} if ids else {}


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else value


def _written(value) -> str:
    if isinstance(value, bool):
        return "да" if value else "не"
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value):%d.%m.%Y г., %H:%M}"
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y г.}"
    if isinstance(value, Decimal):
        return number_format(value, force_grouping=True)
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
