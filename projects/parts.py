"""Cards of the project page that higher floors bring, without the page knowing of them.

An app registers a card in its ``AppConfig.ready``; the page asks each for its data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from projects.models import Project


@dataclass(frozen=True)
class Part:
    """A card: its place in the order, its template, its data.

    ``load`` takes the project, in whose scope it runs, and returns the template's variables; it
    needs the same number of queries whatever the rows.
    """

    order: int
    template: str
    load: Callable[[Project], dict]


_parts: list[Part] = []


def register_part(order: int, template: str, load: Callable[[Project], dict]) -> None:
    """Add a card; registering the same template again replaces it."""
    _parts[:] = [part for part in _parts if part.template != template]
    _parts.append(Part(order, template, load))
    _parts.sort(key=lambda part: part.order)


def parts_of(project: Project) -> list[dict]:
    """Return each card's template and variables for ``project``, in order."""
    return [{"template": part.template, "data": part.load(project)} for part in _parts]
