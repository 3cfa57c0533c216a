"""The norms of projects that a municipality begins with: where a plaque is due, how long to keep.

They come from ``projects/data/norms.json``, written from memory: none is marked as verified and
each says where it was found.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from municipalities.models import Municipality
from municipalities.norms.models import LegalNorm

SHIPPED = Path(__file__).resolve().parent / "data" / "norms.json"
# Codes of the norms that the code of projects asks for by name.
PLAQUE_THRESHOLD = "plaque-threshold"
DOCUMENTS_RETENTION = "project-documents-retention"


@cache
def shipped() -> list[dict[str, Any]]:
    """Return the shipped norms as they stand in the file."""
    return json.loads(SHIPPED.read_text(encoding="utf-8"))["norms"]


@transaction.atomic
def add_missing(municipality: Municipality) -> int:
    """Add the shipped norms that ``municipality`` has not; return how many.

    Needs the municipality's scope. What is there is known by its code and stays as somebody left
    it.
    """
    there = set(LegalNorm.objects.values_list("code", flat=True))
    missing = [norm for norm in shipped() if norm["code"] not in there]
    LegalNorm.objects.bulk_create(LegalNorm(municipality=municipality, **n) for n in missing)
    return len(missing)
