"""Who refers, and the norms of referring, as a municipality begins with them.

They come from ``referrals/data/referring.json``, written after public pages and from memory. None
of them is marked as verified and each says where it was found. What the sources leave open (who
refers to a service that the state pays for) stands as „уточнява се“, so that whoever refers writes
on what ground.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from municipalities.models import Municipality
from municipalities.norms.models import LegalNorm
from referrals.routing.models import RoutingRow
from services_registry.models import ServiceKind

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "referring.json"
# Codes of the norms that the code of referring asks for by name.
PROVIDER_ANSWER = "provider-answer"
PROVIDER_ASSESSMENT = "provider-assessment"
START_SERVICE = "start-service"
APPEAL = "appeal"


@cache
def shipped() -> dict[str, Any]:
    """Return what is shipped, as it stands in the file."""
    return json.loads(SHIPPED.read_text(encoding="utf-8"))


def shipped_codes() -> set[str]:
    """Return the codes of the shipped rows, which get an end and are never deleted."""
    return {row["code"] for row in shipped()["routing"]}


@transaction.atomic
def add_missing(municipality: Municipality) -> int:
    """Add the shipped norms and rows that ``municipality`` has not; return how many.

    Needs the municipality's scope. What is there is known by its code and stays as somebody left
    it. A row about a kind of service waits until the classifiers are there.
    """
    return _add_norms(municipality) + _add_rows(municipality)


def _add_norms(municipality: Municipality) -> int:
    there = set(LegalNorm.objects.values_list("code", flat=True))
    missing = [norm for norm in shipped()["norms"] if norm["code"] not in there]
    LegalNorm.objects.bulk_create(LegalNorm(municipality=municipality, **n) for n in missing)
    return len(missing)


def _add_rows(municipality: Municipality) -> int:
    there = set(RoutingRow.objects.values_list("code", flat=True))
    missing = [
        (order, row)
        for order, row in enumerate(shipped()["routing"], start=1)
        if row["code"] not in there
    ]
    if not missing:
        return 0
    kinds = {kind.code: kind for kind in ServiceKind.objects.all()}
    rows = [
        RoutingRow(
            municipality=municipality,
            order=order * 10,
            **{**row, "kind": kinds[row["kind"]] if "kind" in row else None},
        )
        for order, row in missing
        if row.get("kind") is None or row["kind"] in kinds
    ]
    RoutingRow.objects.bulk_create(rows)
    return len(rows)
