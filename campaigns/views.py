"""The public list of campaigns with their coming events."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaigns.models import CampaignEvent
from campaigns.showing.filters import EventFilter
from campaigns.showing.listing import campaigns_with_events
from municipalities.models import Municipality

CAMPAIGNS_PER_PAGE = 20
EVENTS_OF_A_MUNICIPALITY = 6


@login_not_required
@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    """Public campaigns with the events that were asked for; the nearest event comes first."""
    asked = EventFilter(request.GET)
    page = Paginator(campaigns_with_events(asked), CAMPAIGNS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "campaigns/campaign_list.html", {"form": asked, "page_obj": page})


def events_section(municipality: Municipality) -> dict:
    """Return what the municipality's page shows of its campaigns: the next events, in one query."""
    events = CampaignEvent.public.coming().filter(municipality=municipality)
    nearest = events.select_related("settlement", "campaign").order_by("starts_at", "pk")
    return {"events": list(nearest[:EVENTS_OF_A_MUNICIPALITY])}
