"""Public pages of the registry: home and the catalogue."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from municipalities.models import Municipality, Office
from services_registry.classifiers import LifeSituation
from services_registry.facets import catalogue_options
from services_registry.forms import CatalogueForm
from services_registry.models import Service
from services_registry.search import search

RESULTS_PER_PAGE = 20
OFFICES_ON_HOME = 12


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
