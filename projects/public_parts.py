"""Parts of a project's public page that higher floors bring, without the page knowing of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from projects.models import Project


@dataclass(frozen=True)
class PublicPart:
    """A part: its place in the order, its template, its data.

    ``load`` takes a public project and returns the template's variables, {} where there is nothing
    to show; it reads public data alone, in the same number of queries whatever the rows.
    """

    order: int
    template: str
    load: Callable[[Project], dict]


_parts: list[PublicPart] = []


def register_public_part(order: int, template: str, load: Callable[[Project], dict]) -> None:
    """Add a part; registering the same template again replaces it."""
    _parts[:] = [part for part in _parts if part.template != template]
    _parts.append(PublicPart(order, template, load))
    _parts.sort(key=lambda part: part.order)


def public_parts_of(project: Project) -> list[dict]:
    """Return each part's template and variables for ``project``, in order, without empty ones."""
    loaded = [(part.template, part.load(project)) for part in _parts]
    return [{"template": template, "data": data} for template, data in loaded if data]
