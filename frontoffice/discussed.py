"""What stands beside a talk: the services that are being discussed, with their order of use."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Prefetch

from municipalities.models import Municipality
from services_registry.models import Fee, Service, ServicePaper, ServiceSite
from services_registry.shown import ForCitizens

MOST_DISCUSSED = 12


def discussed_services(municipality: Municipality, ids: Iterable[str]) -> list[ForCitizens]:
    """Return the municipality's public services among ``ids``, by name, as citizens see them.

    Takes any text for an id; what is none, or is of another municipality, is left out. Six queries,
    however many services; none where no id is one.
    """
    wanted = {int(text) for text in ids if text.isascii() and text.isdigit() and len(text) < 19}
    if not wanted:
        return []
    sites = ServiceSite.public.select_related("settlement").order_by("pk")
    services = (
        Service.public.filter(municipality=municipality, pk__in=wanted)
        .select_related("provider", "municipality")
        .with_latest_capacity()
        .prefetch_related(
            Prefetch("fees", queryset=Fee.public.order_by("pk")),
            Prefetch("papers", queryset=ServicePaper.public.select_related("document")),
            Prefetch("sites", queryset=sites),
        )
        .order_by("name", "pk")
    )
    return [ForCitizens(service) for service in services[:MOST_DISCUSSED]]
