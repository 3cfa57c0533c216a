"""The Union's emblem and statement, as the documents of a project carry them."""

from __future__ import annotations

from typing import Any

from municipalities.typeset import EMBLEM, statement_fonts
from projects.models import FundingSource, Project
from projects.visibility import OF_THE_UNION


def union_of(project: Project) -> dict[str, Any]:
    """Return what ``union`` of ``templates/typst/base.typ`` needs for ``project``."""
    return {
        "statement": str(project.get_eu_statement_display()),
        "programme": str(project.programme),
        "emblem": EMBLEM.read_text(encoding="utf-8"),
        "fonts": statement_fonts(),
    }


def union_paying(project: Project | None) -> dict[str, Any] | None:
    """Return the emblem and the statement where the Union pays for ``project``, else None."""
    if project is None:
        return None
    paid = FundingSource.objects.filter(project=project, source__in=OF_THE_UNION)
    if not project.programme.eu_fund and not paid.exists():
        return None
    return union_of(project)
