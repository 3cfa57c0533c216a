"""Parts of a service's public page that higher floors bring, without the page knowing of them."""

from __future__ import annotations

from collections.abc import Callable

from services_registry.models import Service

_parts: dict[str, Callable[[Service], dict]] = {}


def register_service_part(template: str, load: Callable[[Service], dict]) -> None:
    """Add a part to the page of every service.

    ``load`` takes a public service and returns the template's variables, {} where there is nothing
    to show; it reads public data alone, in the same number of queries whatever the rows.
    """
    _parts[template] = load


def parts_of(service: Service) -> list[dict]:
    """Return each part's template and variables for ``service``, without empty ones."""
    loaded = [(template, load(service)) for template, load in _parts.items()]
    return [{"template": template, "data": data} for template, data in loaded if data]
