"""The Union's emblem and statement, as the documents of a project carry them."""

from __future__ import annotations

from typing import Any

from municipalities.typeset import EMBLEM, statement_fonts
from projects.models import Project


def union_of(project: Project) -> dict[str, Any]:
    """Return what ``union`` of ``templates/typst/base.typ`` needs for ``project``."""
    return {
        "statement": str(project.get_eu_statement_display()),
        "programme": str(project.programme),
        "emblem": EMBLEM.read_text(encoding="utf-8"),
        "fonts": statement_fonts(),
    }
