"""Free places, which stand beside the work while one talks."""

from __future__ import annotations

from services_registry.models import Service

PLACES_SHOWN = 12


def services_with_places(municipality, limit: int = PLACES_SHOWN):
    """Return published services of the municipality that count their places, freest first."""
    return (
        Service.public.filter(municipality=municipality)
        .select_related("municipality")
        .with_latest_capacity()
        .filter(capacity_places__isnull=False)
        .order_by("-capacity_free", "name", "pk")[:limit]
    )
