"""Services as sheets of large print: what a page of several of them needs for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from municipalities.models import Municipality, Office
from services_registry.models import Service
from services_registry.qr import qr_svg
from services_registry.shown import ForCitizens


def sheets_of(services: list[Service], whole_address: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return for each of ``services`` (of ``for_page()``) what „sheets.html“ draws.

    ``whole_address`` makes the address in the QR code out of a path of the portal.
    """
    offices = _offices({service.municipality for service in services})
    return [
        {
            "service": service,
            "shown": ForCitizens(service),
            "office": offices.get(service.municipality_id),
            "qr": qr_svg(whole_address(service.get_absolute_url())),
        }
        for service in services
    ]


def _offices(municipalities: Iterable[Municipality]) -> dict[int, Office]:
    """Return the first front office of each municipality by its key, in two queries."""
    newest_first = Office.public.for_public(municipalities).order_by("-pk")
    return {office.municipality_id: office for office in newest_first}
