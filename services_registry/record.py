"""The record of a service field by field: its sections, values in words, and what differs."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from services_registry.models import Service

_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Section:
    """A part of the record that is edited and saved by itself."""

    code: str
    title: Any  # a translatable string
    fields: tuple[str, ...]


# Fields of Service itself; what has rows of its own (sites, papers, fees, places) stands beside.
SECTIONS = (
    Section("nakratko", _("Накратко"), ("name", "summary", "description", "summary_en")),
    Section(
        "za-kogo",
        _("За кого"),
        ("for_whom", "not_for", "eligibility", "target_groups", "life_situations"),
    ),
    Section(
        "vid",
        _("Вид по закона"),
        ("kinds", "scope", "functions", "settings", "terms", "intensities"),
    ),
    Section("red", _("Как се кандидатства"), ("referred_by", "steps")),
    Section(
        "lesno", _("Лесно за четене"), ("easy_read", "easy_read_tested_by", "easy_read_tested_on")
    ),
    Section(
        "proizhod",
        _("Създаване и пари"),
        ("provider", "financing", "legal_act", "legal_act_on", "opened_on", "in_national_map"),
    ),
    Section("tarsene", _("Езици и търсене"), ("languages", "own_words", "slug")),
    Section(
        "sastoyanie",
        _("Състояние"),
        ("status", "paused_reason", "closes_on", "closing_note", "owner", "review_every"),
    ),
)


@dataclass(frozen=True)
class Difference:
    """One field that differs; ``pieces`` are (kind, text), kind of same, removed or added."""

    field: str
    label: str
    before: str
    after: str
    pieces: list[tuple[str, str]]


def label_of(field: str) -> str:
    """Return the name of a field as people read it."""
    return str(capfirst(Service._meta.get_field(field).verbose_name))  # type: ignore[union-attr]


def words_of(field: str, value: Any) -> str:
    """Return a stored value in words: of choices their names, of lists a line each; "" for none."""
    if value is None or value == "" or value == []:
        return ""
    column = Service._meta.get_field(field)
    if isinstance(column, ArrayField):
        names = dict(column.base_field.choices or ())
        return "\n".join(str(names.get(one, one)) for one in value)
    if isinstance(value, bool):
        return gettext("да") if value else gettext("не")
    if isinstance(column, models.DateField) and isinstance(value, str):
        value = dt.date.fromisoformat(value)
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    names = dict(getattr(column, "choices", None) or ())
    return str(names.get(value, value))


def pieces_of(before: str, after: str) -> list[tuple[str, str]]:
    """Return what stayed, went and came between two texts, word by word.

    Words that changed one after another are one piece gone and one come: a space that stayed
    between them is no island.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[tuple[str, str]] = []
    removed = added = ""
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for place, (kind, a, b, c, d) in enumerate(codes):
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if kind != "equal" or (removed and added and not gone.strip() and place < len(codes) - 1):
            removed, added = removed + gone, added + come
            continue
        pieces += [piece for piece in (("removed", removed), ("added", added)) if piece[1]]
        pieces.append(("same", gone))
        removed = added = ""
    return pieces + [piece for piece in (("removed", removed), ("added", added)) if piece[1]]


def differences(
    before: dict[str, Any], after: dict[str, Any], fields: Iterable[str] | None = None
) -> list[Difference]:
    """Return the fields (all of ``after`` by default) whose stored values differ, in words."""
    found = []
    for field in fields if fields is not None else after:
        old, new = words_of(field, before.get(field)), words_of(field, after.get(field))
        if old != new:
            found.append(Difference(field, label_of(field), old, new, pieces_of(old, new)))
    return found
