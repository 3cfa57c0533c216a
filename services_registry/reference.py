"""Classifiers that every installation needs. What an administrator changed is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from django.db import models

from services_registry.classifiers import (
    LifeSituation,
    RequiredDocument,
    SearchSynonym,
    ServiceKind,
    TargetGroup,
)

DATA = Path(__file__).parent / "data"


def load() -> Iterator[str]:
    """Create the classifiers that are not there yet; yield a line of report for each kind."""
    data = json.loads((DATA / "classifiers.json").read_text(encoding="utf-8"))
    synonyms = json.loads((DATA / "synonyms.json").read_text(encoding="utf-8"))
    yield _add_missing(ServiceKind, "code", data["kinds"])
    yield _add_missing(TargetGroup, "code", data["target_groups"])
    yield _add_missing(LifeSituation, "slug", data["life_situations"])
    yield _add_missing(RequiredDocument, "code", data["documents"])
    yield _add_missing(SearchSynonym, "term", synonyms)


def _add_missing(model: type[models.Model], key: str, rows: list[dict]) -> str:
    known = set(model._default_manager.values_list(key, flat=True))
    fresh = [model(**_fields(row)) for row in rows if row[key] not in known]
    model._default_manager.bulk_create(fresh)
    return f"{model._meta.verbose_name_plural}: нови {len(fresh)}, налични {len(known)}"


def _fields(row: dict) -> dict:
    return {name: "" if value is None else value for name, value in row.items()}
