"""The public pages of a campaign and of an event, and the calendars of them."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.conference.programme import programme_of
from campaigns.materials.showing import material_cards
from campaigns.models import Audience, Campaign, CampaignEvent, Material
from campaigns.registering.places import Places, places_of
from campaigns.showing.calendar import calendar_of
from campaigns.showing.filters import EventFilter
from campaigns.showing.forms import OwnEventsFilter
from municipalities.calendars import calendar_response
from municipalities.mails import whole
from municipalities.tenancy import municipality_scope

MOST_MATERIALS = 10
EVENTS_PER_PAGE = 20
# For how long a calendar still tells of what is over: a program that reads it once a week should
# not find that yesterday's event was never there.
STILL_IN_CALENDAR = dt.timedelta(days=30)
CALENDAR_IS_READ_AGAIN = "public, max-age=300"


@login_not_required
@require_safe
def campaign(request: HttpRequest, obshtina: str, slug: str) -> HttpResponse:
    """A campaign with its events, coming or past, in one settlement or in all."""
    shown = Campaign.public.select_related("municipality", "project__programme")
    row = get_object_or_404(shown, municipality__slug=obshtina, slug=slug)
    events = CampaignEvent.public.filter(campaign=row)
    form = OwnEventsFilter(request.GET, events=events)
    now = timezone.now()
    found = form.narrowed(events, now).select_related("settlement")
    page = Paginator(found, EVENTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "campaigns/campaign.html",
        {
            "campaign": row,
            "audiences": _audiences(row),
            "channels": [str(Campaign.Channel(code).label) for code in row.channels],
            "materials": material_cards(Material.public.filter(campaign=row)[:MOST_MATERIALS]),
            "form": form,
            "page_obj": page,
        },
    )


@login_not_required
@require_safe
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """An event: when, where, what is said there, and how one registers."""
    row = _event_or_404(pk)
    now = timezone.now()
    return render(
        request,
        "campaigns/event_page.html",
        {
            "event": row,
            "campaign": row.campaign,
            "project": row.campaign.project,
            "languages": _languages(row),
            "programme": programme_of(row),
            "places": _places(row),
            "is_over": row.ends_at < now,
            "is_on": row.starts_at <= now <= row.ends_at,
            "address": whole(row.get_absolute_url()),
        },
    )


@login_not_required
@require_safe
def event_ics(request: HttpRequest, pk: int) -> HttpResponse:
    """One event as a calendar file."""
    row = _event_or_404(pk)
    content = calendar_of(CampaignEvent.public.filter(pk=row.pk), row.title_shown)
    return calendar_response(
        request, content, f"sabitie-{row.pk}.ics", cache_control=CALENDAR_IS_READ_AGAIN
    )


@login_not_required
@require_safe
def campaigns_ics(request: HttpRequest) -> HttpResponse:
    """The events that were asked for as a calendar to subscribe to; filters as in the list."""
    asked = EventFilter(request.GET)
    events = asked.events(since=None if asked.is_past else timezone.now() - STILL_IN_CALENDAR)
    if asked.is_used or asked.slug:
        events = events.filter(campaign__in=asked.campaigns().values("pk"))
    content = calendar_of(events, _("Събития за социалните услуги"))
    return calendar_response(request, content, "sabitiya.ics", cache_control=CALENDAR_IS_READ_AGAIN)


def _audiences(row: Campaign) -> list[Audience]:
    chosen = Campaign.public.filter(pk=row.pk).values("audiences")
    return list(Audience.public.filter(pk__in=chosen).order_by("order", "name", "pk"))


def _event_or_404(pk: int) -> CampaignEvent:
    rows = CampaignEvent.public.select_related(
        "campaign__municipality", "campaign__project__programme", "municipality", "settlement"
    )
    return get_object_or_404(rows, pk=pk)


def _places(row: CampaignEvent) -> Places | None:
    """Return how many places there are, None where nobody registers."""
    if not row.takes_registration:
        return None
    with municipality_scope(row.municipality):
        return places_of(row)


def _languages(row: CampaignEvent) -> list[str]:
    field = CampaignEvent._meta.get_field("languages").base_field
    return [str(words) for code, words in field.choices if code in row.languages]
