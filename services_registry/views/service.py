"""Public pages about one service, and the services on the page of a municipality."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from municipalities.models import Municipality, Office
from services_registry.forms import NO_KIND, SUPPORTING_NAME
from services_registry.models import Service

SUPPORTING = (99, NO_KIND, str(SUPPORTING_NAME))


@login_not_required
@require_safe
def service(request: HttpRequest, municipality: str, slug: str) -> HttpResponse:
    """A service as a citizen asks about it: what, for whom, how much, papers, how, where."""
    found = get_object_or_404(Service.public.for_page(), municipality__slug=municipality, slug=slug)
    office = Office.public.for_public([found.municipality]).order_by("pk").first()
    return render(
        request,
        "services_registry/service.html",
        {
            "service": found,
            "office": office,
            "office_state": office.open_state() if office else None,
            "quick_exit": any(s.quick_exit for s in found.life_situations.all()),
        },
    )


def services_section(municipality: Municipality) -> dict:
    """Return what the municipality's page shows of its registry: kinds with their services."""
    services = list(
        Service.public.filter(municipality=municipality)
        .select_related("municipality")
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
        "kinds": [
            {"code": code, "name": name, "services": by_kind[number, code, name]}
            for number, code, name in sorted(by_kind)
        ],
    }
