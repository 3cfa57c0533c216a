"""The campaigns the announcements promise, with invented dates that say so in their titles."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

from django.utils import timezone

from campaigns.demo_town import make_town
from campaigns.models import Campaign, CampaignEvent, EventSession, Material, Speaker
from campaigns.planning.audiences import add_missing
from campaigns.planning.settlements import working_day
from municipalities.demo import demo_municipalities
from municipalities.models import Municipality, Settlement
from municipalities.tenancy import municipality_scope
from projects.models import Project

DATA = Path(__file__).parent / "demo_data" / "campaigns.json"


def load(*, report: Callable[[str], None]) -> None:
    """Make the campaigns of the demo municipalities that have none."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    municipalities = demo_municipalities()
    for slug, row in data.items():
        with municipality_scope(municipalities[slug]):
            if not Campaign.objects.exists():
                add_missing(municipalities[slug])
                _make_campaign(municipalities[slug], row)
    for municipality in municipalities.values():
        with municipality_scope(municipality):
            if not Material.objects.exists():
                add_missing(municipality)
                make_town(municipality)
    report(f"Кампании: {len(data)} обявени и по една примерна, с материали, анкета и наръчник")


def _make_campaign(municipality: Municipality, row: dict) -> None:
    events = row.pop("events")
    campaign = Campaign.objects.create(
        municipality=municipality,
        project=Project.objects.order_by("pk").first(),
        is_public=True,
        **row,
    )
    for event in events:
        speakers, sessions = event.pop("speakers", []), event.pop("sessions", [])
        day = working_day(timezone.localdate() + dt.timedelta(days=event.pop("in_days")))
        made = CampaignEvent.objects.create(
            municipality=municipality,
            campaign=campaign,
            starts_at=_at(day, event.pop("from")),
            ends_at=_at(day, event.pop("to")),
            settlement=Settlement.objects.get(ekatte=event.pop("settlement")),
            **event,
        )
        _make_programme(made, day, speakers, sessions)


def _make_programme(
    event: CampaignEvent, day: dt.date, speakers: list[dict], sessions: list[dict]
) -> None:
    of_it = {"municipality": event.municipality, "event": event}
    people = [Speaker.objects.create(**of_it, **row) for row in speakers]
    for row in sessions:
        speaking = [people[place] for place in row.pop("speakers", [])]
        session = EventSession.objects.create(
            **of_it, starts_at=_at(day, row.pop("from")), ends_at=_at(day, row.pop("to")), **row
        )
        session.speakers.set(speaking)


def _at(day: dt.date, clock: str) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.fromisoformat(clock)))
