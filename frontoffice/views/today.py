"""Today: what waits, what was recorded, and where there are places."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from frontoffice.day import Day, day_of, next_tasks
from frontoffice.models import Consultation
from frontoffice.places import services_with_places
from municipalities.permissions import can_manage_registry, can_use_desk, require
from municipalities.today import parts_for

LAST_TALKS = 15


@require(can_use_desk)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The day of whoever works at the desk: what waits, the office's day, places for now."""
    return render(
        request,
        "frontoffice/today.html",
        {
            **_live(request, _day(request)),
            "places": services_with_places(request.municipality),
            "now": timezone.localtime(),
        },
    )


@require(can_use_desk)
@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes by itself; 204 while it is as „s“ says it was.

    Asked for every minute by every open page: where nothing changed it costs counts only.
    """
    if not request.htmx:
        return redirect("desk")
    day = _day(request)
    if request.GET.get("s") == day.mark:
        return HttpResponse(status=204)
    return render(request, "frontoffice/today_live.html", _live(request, day))


def _day(request: HttpRequest) -> Day:
    # Specialists read the registry and decide nothing in it.
    return day_of(request.membership, decides_proposals=can_manage_registry(request))


def _live(request: HttpRequest, day: Day) -> dict:
    talks = Consultation.objects.on_day(day.today).for_listing()
    return {
        "day": day,
        "tasks": next_tasks(request.membership),
        "parts": parts_for(request.membership),
        "talks": list(talks[:LAST_TALKS]),
        "more": max(day.recorded - LAST_TALKS, 0),
    }
