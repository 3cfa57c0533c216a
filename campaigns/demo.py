"""The campaigns the announcements promise, with invented dates that say so in their titles."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

from django.utils import timezone

from campaigns.models import Campaign, CampaignEvent
from municipalities.demo import demo_municipalities
from municipalities.hours import is_holiday
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
                _make_campaign(municipalities[slug], row)
    report(f"Кампании: {len(data)}")


def _make_campaign(municipality: Municipality, row: dict) -> None:
    events = row.pop("events")
    campaign = Campaign.objects.create(
        municipality=municipality,
        project=Project.objects.order_by("pk").first(),
        is_public=True,
        **row,
    )
    for event in events:
        day = working_day(timezone.localdate() + dt.timedelta(days=event.pop("in_days")))
        CampaignEvent.objects.create(
            municipality=municipality,
            campaign=campaign,
            starts_at=_at(day, event.pop("from")),
            ends_at=_at(day, event.pop("to")),
            settlement=Settlement.objects.get(ekatte=event.pop("settlement")),
            **event,
        )


def working_day(day: dt.date) -> dt.date:
    """Return ``day``, or the first day after it that is neither a weekend nor a holiday."""
    while day.isoweekday() > 5 or is_holiday(day):
        day += dt.timedelta(days=1)
    return day


def _at(day: dt.date, clock: str) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.fromisoformat(clock)))
