"""Public pages about municipalities, and the pages every footer links to."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from municipalities.models import Municipality, Office
from municipalities.sections import sections_of

MUNICIPALITIES_PER_PAGE = 30


def public_offices(municipalities):
    """Return (office, its open state) of the given municipalities, in two queries."""
    offices = Office.public.for_public(municipalities).order_by("name", "pk")
    return [(office, office.open_state()) for office in offices]


@login_not_required
@require_safe
def municipality_list(request: HttpRequest) -> HttpResponse:
    """The municipalities that use the portal, with their offices."""
    active = Municipality.objects.active().select_related("province").order_by("name", "pk")
    page = Paginator(active, MUNICIPALITIES_PER_PAGE).get_page(request.GET.get("page"))
    offices: dict[int, list] = {}
    for office, state in public_offices(list(page.object_list)):
        offices.setdefault(office.municipality_id, []).append((office, state))
    rows = [(municipality, offices.get(municipality.pk, [])) for municipality in page.object_list]
    return render(
        request, "municipalities/municipality_list.html", {"page_obj": page, "rows": rows}
    )


@login_not_required
@require_safe
def municipality_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One municipality: whom to ask, and what the other apps show of it."""
    municipality = get_object_or_404(
        Municipality.objects.active().select_related("province"), slug=slug
    )
    return render(
        request,
        "municipalities/municipality_detail.html",
        {
            "municipality": municipality,
            "offices": public_offices([municipality]),
            "sections": sections_of(municipality),
        },
    )


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Декларация за достъпност (чл. 58в ЗЕУ; Решение (ЕС) 2018/1523 gives its sections)."""
    return render(
        request,
        "municipalities/accessibility.html",
        {"offices": public_offices(Municipality.objects.active())},
    )


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What the portal does with personal data, in plain words."""
    return render(
        request,
        "municipalities/privacy.html",
        {"municipalities": Municipality.objects.active().order_by("name", "pk")},
    )
