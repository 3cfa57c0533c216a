"""The form of the preliminary assessment that a municipality begins with.

It comes from ``referrals/data/assessment.json``. No official list of areas of life was found: the
areas are those of practice, the questions an assumption about what has to be known to choose a
support. Few of them are required, and the legal basis is not verified. A municipality that asks
something else prepares the next version in the admin; this one then stays with the assessments
that were begun by it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from municipalities.models import Municipality
from referrals.assessments.models_form import AssessmentArea, AssessmentForm, AssessmentQuestion

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "assessment.json"


@cache
def shipped() -> dict[str, Any]:
    """Return what is shipped, as it stands in the file."""
    return json.loads(SHIPPED.read_text(encoding="utf-8"))


@transaction.atomic
def add_missing(municipality: Municipality) -> int:
    """Give ``municipality`` version 1 of the form, in force, where it has none; return how many.

    Needs the municipality's scope. Where there is any version nothing is added.
    """
    if AssessmentForm.objects.exists():
        return 0
    of_it = {"municipality": municipality}
    own = {name: shipped()[name] for name in ("title", "legal_basis", "source")}
    # Prepared first: the parts of a version in force cannot be written.
    form = AssessmentForm.objects.create(number=1, **of_it, **own)
    areas = AssessmentArea.objects.bulk_create(
        AssessmentArea(
            form=form, order=order, code=row["code"], name=row["name"],
            hint=row.get("hint", ""), **of_it,
        )
        for order, row in enumerate(shipped()["areas"])
    )  # fmt: skip
    AssessmentQuestion.objects.bulk_create(
        AssessmentQuestion(area=area, order=order, **of_it, **question)
        for area, row in zip(areas, shipped()["areas"], strict=True)
        for order, question in enumerate(row["questions"])
    )
    form.state, form.in_force_from = AssessmentForm.State.IN_FORCE, timezone.localdate()
    form.save()
    return 1
