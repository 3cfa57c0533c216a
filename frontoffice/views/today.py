"""Today: what was recorded, and where there are places."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from frontoffice.models import Consultation
from frontoffice.places import services_with_places
from municipalities.permissions import can_manage_registry, can_use_desk, require
from services_registry.upkeep.proposals import waiting_of_all
from services_registry.upkeep.reports import open_reports

TODAY_ROWS = 50


@require(can_use_desk)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The office's day: what was recorded, what waits, and where there are places for now."""
    of_today = Consultation.objects.on_day(timezone.localdate())
    rows = Paginator(of_today.for_listing(), TODAY_ROWS).get_page(request.GET.get("page"))
    return render(
        request,
        "frontoffice/today.html",
        {
            "page_obj": rows,
            "mine": of_today.filter(specialist=request.user).count(),
            "open_reports": open_reports(),
            # Specialists read the registry and decide nothing in it.
            "proposals": waiting_of_all().count() if can_manage_registry(request) else None,
            "places": services_with_places(request.municipality),
            "now": timezone.localtime(),
        },
    )
