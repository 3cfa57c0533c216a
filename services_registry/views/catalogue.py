"""Public pages of the registry: home, catalogue, a service."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from municipalities.models import Municipality, Office
from services_registry.classifiers import LifeSituation
from services_registry.facets import catalogue_options
from services_registry.forms import NO_KIND, SUPPORTING_NAME, CatalogueForm
from services_registry.models import Service
from services_registry.search import search

RESULTS_PER_PAGE = 20
OFFICES_ON_HOME = 12
SUPPORTING = (99, NO_KIND, str(SUPPORTING_NAME))


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The one question of the portal, the life situations, and whom to call instead."""
    offices = Office.public.for_public(Municipality.objects.active()).order_by(
        "municipality__name", "pk"
    )[:OFFICES_ON_HOME]
    return render(
        request,
        "services_registry/home.html",
        {
            "situations": LifeSituation.objects.all(),
            "offices": [(office, office.open_state()) for office in offices],
            "municipality_names": list(dict.fromkeys(o.municipality.name for o in offices)),
        },
    )


@login_not_required
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Search and filters. Every state of the page is in its address, so a link repeats it."""
    options = catalogue_options(request.GET.get("myasto", ""))
    form = CatalogueForm(request.GET, options=options)
    form.is_valid()
    query = form.cleaned_data.get("q", "")
    services, interpretation = search(form.narrow(Service.public.for_listing()), query)
    page = Paginator(services, RESULTS_PER_PAGE).get_page(request.GET.get("page"))
    chosen = form.chosen()
    situation = form.cleaned_data.get("situatsiya")
    return render(
        request,
        "services_registry/catalogue.html",
        {
            "form": form,
            "query": query,
            "page_obj": page,
            "interpretation": interpretation,
            "chosen": chosen,
            "quick_exit": situation in options.quick_exit,
        },
    )


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
