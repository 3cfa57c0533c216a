"""What higher floors show on the municipality's page, without the page knowing of them.

An app registers a section in its ``AppConfig.ready``; the page asks each for its data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from municipalities.models import Municipality


@dataclass(frozen=True)
class Section:
    """A part of the municipality's page: its place in the order, its template, its data.

    ``load`` takes the municipality and returns the template's variables; it must need the same
    number of queries whatever the rows, and use only public data.
    """

    order: int
    template: str
    load: Callable[[Municipality], dict]


_sections: list[Section] = []


def register_section(*, order: int, template: str, load: Callable[[Municipality], dict]) -> None:
    """Add a section; registering the same template again replaces it."""
    _sections[:] = [s for s in _sections if s.template != template]
    _sections.append(Section(order=order, template=template, load=load))
    _sections.sort(key=lambda s: s.order)


def sections_of(municipality: Municipality) -> list[dict]:
    """Return each section's template and variables for ``municipality``, in order."""
    return [
        {"template": section.template, "data": section.load(municipality)} for section in _sections
    ]
