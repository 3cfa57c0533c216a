"""Norms of learning: what is shipped with the portal, and which are in force in a year.

Shipped are rows without an amount: that the Наредба за качеството asks for trainings and
supervision is known, how much it asks for was not read (``trainings/data/norms.json`` says where
each comes from). An office fills them in and marks them as verified.
"""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from municipalities.models import Municipality
from trainings.models import DevelopmentNorm, Supervision, Training

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "norms.json"
What = DevelopmentNorm.What
# What each norm counts: kinds of trainings, forms of supervision.
TRAINING_KINDS: dict[str, set[str]] = {
    What.INTRODUCTORY: {Training.Kind.INTRODUCTORY},
    What.UPGRADING: {Training.Kind.UPGRADING},
    What.TRAINING: set(Training.Kind),
}
SUPERVISION_FORMS: dict[str, set[str]] = {
    What.INDIVIDUAL: {Supervision.Form.INDIVIDUAL},
    What.GROUP: {Supervision.Form.GROUP},
    What.TEAM: {Supervision.Form.TEAM},
    What.SUPERVISION: set(Supervision.Form),
}


@cache
def shipped() -> list[dict[str, Any]]:
    """Return the shipped norms as they stand in the file."""
    return json.loads(SHIPPED.read_text(encoding="utf-8"))


def shipped_codes() -> set[str]:
    """Return the codes of the shipped norms, which get an end and are never deleted."""
    return {row["code"] for row in shipped()}


@transaction.atomic
def add_missing(municipality: Municipality) -> int:
    """Add the shipped norms that ``municipality`` has not; return how many.

    Needs the municipality's scope. What is there is known by its code and stays as it was left.
    """
    there = set(DevelopmentNorm.objects.values_list("code", flat=True))
    missing = [row for row in shipped() if row["code"] not in there]
    DevelopmentNorm.objects.bulk_create(
        DevelopmentNorm(municipality=municipality, **row) for row in missing
    )
    return len(missing)


def norms_of(year: int) -> list[DevelopmentNorm]:
    """Return the norms of ``year``, in one query.

    Of editions of one norm (the same thing, for the same people, in the same measure) that follow
    each other within the year, the last is the one of the whole year.
    """
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    rows = DevelopmentNorm.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=last), Q(valid_to=None) | Q(valid_to__gte=first)
    )
    found: dict[tuple[str, str, str], DevelopmentNorm] = {}
    for norm in sorted(rows, key=lambda norm: (norm.valid_from or dt.date.min, norm.pk)):
        found[norm.what, norm.applies_to, norm.unit] = norm
    order = list(What.values)
    return sorted(found.values(), key=lambda norm: (norm.applies_to, order.index(norm.what)))
