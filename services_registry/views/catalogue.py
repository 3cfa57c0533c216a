"""Public pages of the registry: home and the catalogue, as a list and as a map."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from municipalities.models import Municipality, Office
from services_registry.classifiers import LifeSituation
from services_registry.facets import Options, catalogue_options
from services_registry.forms_catalogue import MAP, CatalogueForm
from services_registry.interpretation import interpret
from services_registry.mapping import draw
from services_registry.models import Service
from services_registry.narrowing import count_choices, narrow
from services_registry.places import WITHIN_KM, with_distance
from services_registry.search import arranged, ranked
from services_registry.searches import count_unmet, is_question

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
    understood = interpret(form.cleaned_data.get("q", ""))
    services = Service.public.for_listing()
    near = bool(form.cleaned_data.get("myasto")) and options.near
    if near:
        services = with_distance(services, options.places, options.points)
    filters, chosen = form.filters(), form.chosen()
    counts = count_choices(services, filters, understood)
    form.offer(counts)
    found = arranged(ranked(narrow(services, filters), understood), understood, near=near)
    as_map = form.cleaned_data.get("izgled") == MAP
    if is_question(request) and (place := _asked_about(filters, options)):
        count_unmet(place=place, words=form.cleaned_data.get("q", ""), kind=filters.get("vid", ""))
    return render(
        request,
        "services_registry/catalogue.html",
        {
            "form": form,
            "query": form.cleaned_data.get("q", ""),
            "count": counts.total,
            "page_obj": None if as_map else _page(found, counts.total, request.GET.get("page")),
            "drawing": draw(found) if as_map else None,
            "near": near,
            "has_points": bool(options.points),
            "elsewhere": form.cleaned_data.get("myasto") and options.elsewhere,
            "within_km": WITHIN_KM,
            "interpretation": understood,
            "chosen": chosen,
            "filters_chosen": len(filters),
            "quick_exit": filters.get("situatsiya") in options.quick_exit,
        },
    )


def _asked_about(filters: Mapping[str, str], options: Options) -> str:
    """Return the slug of the one municipality that is searched, "" for none or several."""
    only = options.places[0] if len(options.places) == 1 else ""
    return filters.get("obshtina") or only


def _page(found, count: int, number: str | None):
    """Return the page of the results; how many there are was counted with the choices."""
    paginator = Paginator(found, RESULTS_PER_PAGE)
    paginator.count = count
    return paginator.get_page(number)
