"""What other parts of campaigns add to a citizen's page of a registration.

A part registers in its ``joining.join``; ``load`` answers None where it has nothing to show.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campaigns.registering.models import Registration

Load = Callable[[Registration], dict[str, Any] | None]
_slots: dict[str, Load] = {}


def register_slot(template: str, load: Load) -> None:
    """Add a piece to the page; registering the same template again replaces it.

    The template gets ``data``, ``registration``, ``event`` and ``municipality``.
    """
    _slots[template] = load


def slots_of(registration: Registration) -> list[dict[str, Any]]:
    """Return the template and the variables of each piece; in the municipality's scope."""
    loaded = [(template, load(registration)) for template, load in _slots.items()]
    return [{"template": template, "data": data} for template, data in loaded if data is not None]
