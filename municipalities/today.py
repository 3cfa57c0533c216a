"""Cards of „Днес“ that any floor brings, without the desk knowing of them.

An app registers in its ``AppConfig.ready()``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from municipalities.models import Membership


@dataclass(frozen=True)
class Part:
    """A card of „Днес“ under the figures: its template and what ``load`` brings to it."""

    template: str
    load: Callable[[Membership], dict[str, Any]]


_parts: dict[str, Part] = {}


def register_part(template: str, load: Callable[[Membership], dict[str, Any]]) -> None:
    """Add a card to „Днес“; registering the same template again replaces it."""
    _parts[template] = Part(template, load)


def parts_for(membership: Membership) -> list[dict[str, Any]]:
    """Return each part's template and variables."""
    return [{"template": part.template, "data": part.load(membership)} for part in _parts.values()]
