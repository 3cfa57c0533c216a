"""Public pages about one service, and the services on the page of a municipality."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from municipalities.models import Municipality, Office
from services_registry import basket
from services_registry.forms import NO_KIND, SUPPORTING_NAME
from services_registry.jsonld import service_jsonld
from services_registry.models import Service
from services_registry.qr import qr_svg
from services_registry.service_parts import parts_of
from services_registry.shown import ForCitizens

SUPPORTING = (99, NO_KIND, str(SUPPORTING_NAME))
EXAMPLES_OF_A_KIND = 4


@login_not_required
@require_safe
def service(request: HttpRequest, municipality: str, slug: str) -> HttpResponse:
    """A service as a citizen asks about it: what, for whom, how much, papers, how, where."""
    found = _found(municipality, slug)
    return render(request, "services_registry/service.html", context_of(request, found))


def context_of(request: HttpRequest, found: Service) -> dict:
    """Return what the page of a service, brought by ``for_page``, shows; staff preview it too."""
    shown = ForCitizens(found)
    office = _office(found)
    chosen = basket.chosen_keys(request)
    return {
        "service": found,
        "shown": shown,
        "office": office,
        "office_state": office.open_state() if office else None,
        "quick_exit": _needs_quick_exit(found),
        "key": basket.key_of(found),
        "chosen": chosen,
        "public_parts": parts_of(found),
        "jsonld": service_jsonld(shown, request.build_absolute_uri(found.get_absolute_url())),
    }


@login_not_required
@require_safe
def sheet(request: HttpRequest, municipality: str, slug: str) -> HttpResponse:
    """The service on one A4 page, with the way back to its living page as a QR code."""
    found = _found(municipality, slug)
    address = request.build_absolute_uri(found.get_absolute_url())
    return render(
        request,
        "services_registry/service_sheet.html",
        {
            "service": found,
            "shown": ForCitizens(found),
            "office": _office(found),
            "quick_exit": _needs_quick_exit(found),
            "address": address,
            "qr": qr_svg(address),
        },
    )


def _found(municipality: str, slug: str) -> Service:
    """Return the published service with everything its page shows, else raise Http404."""
    return get_object_or_404(Service.public.for_page(), municipality__slug=municipality, slug=slug)


def _needs_quick_exit(service: Service) -> bool:
    """Return whether a reader of the page may have to leave it at once, as in violence at home."""
    return any(situation.quick_exit for situation in service.life_situations.all())


def _office(service: Service) -> Office | None:
    """Return the front office that citizens of the service's municipality turn to."""
    return Office.public.for_public([service.municipality]).order_by("pk").first()


def services_section(municipality: Municipality) -> dict:
    """Return what the municipality's page shows of its registry: kinds with their services.

    Of each kind a few services by name, how many there are, and the free places of all of them.
    """
    services = list(
        Service.public.filter(municipality=municipality)
        .select_related("municipality")
        .with_latest_capacity()
        .prefetch_related("kinds")
        .order_by("name", "pk")
    )
    by_kind: dict[tuple, list[Service]] = {}
    for one in services:
        kinds = [(kind.number, kind.code, kind.plain_name) for kind in one.kinds.all()]
        for kind in kinds or [SUPPORTING]:
            by_kind.setdefault(kind, []).append(one)
    return {
        "count": len(services),
        "stale": sum(one.is_stale for one in services),
        "kinds": [
            {
                "code": kind[1],
                "name": kind[2],
                "count": len(by_kind[kind]),
                "services": by_kind[kind][:EXAMPLES_OF_A_KIND],
                "more": max(len(by_kind[kind]) - EXAMPLES_OF_A_KIND, 0),
            }
            for kind in sorted(by_kind)
        ],
    }
