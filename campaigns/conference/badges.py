"""Badges: sheets A4 of eight, to be cut, from those who registered and those who speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from campaigns.conference.certificates import days_of
from campaigns.conference.models import Speaker
from campaigns.conference.words import BADGE_PARTS
from campaigns.models import CampaignEvent
from campaigns.registering.models import Registration
from municipalities import typeset
from projects.publicity.emblem import union_paying

TEMPLATE = "badges.typ"
MOST = 1000  # badges in one document


@dataclass(frozen=True)
class Badge:
    """What one badge says; an empty name leaves a line to write on."""

    name: str
    organisation: str = ""
    country: str = ""
    part: str = ""


def badges_of(
    event: CampaignEvent, *, part: str = "", with_speakers: bool = True, blank: int = 0
) -> list[Badge]:
    """Return the badges of ``event`` by name: confirmed people whose names are still known.

    ``part`` takes those of one kind alone. ``with_speakers`` adds those of the programme who did
    not register under the same name; ``blank`` so many for who comes unregistered. Two queries.
    """
    rows = event.registrations.filter(
        state=Registration.State.CONFIRMED, forgotten_at__isnull=True
    ).order_by("name", "pk")
    people = list(rows.filter(part=part) if part else rows)
    made = [
        Badge(row.name, row.organisation, row.country, _part_words(event, row.part))
        for row in people
    ]
    speaker = Registration.Part.SPEAKER
    if with_speakers and part in ("", speaker):
        known = {" ".join(row.name.casefold().split()) for row in people}
        made += [
            Badge(row.name, row.organisation, row.country, _part_words(event, speaker))
            for row in Speaker.objects.filter(event=event)
            if " ".join(row.name.casefold().split()) not in known
        ]
    made.sort(key=lambda badge: badge.name.casefold())
    empty = Badge("", part=_part_words(event, part or Registration.Part.PARTICIPANT))
    return [*made, *[empty] * blank][:MOST]


def sheets(event: CampaignEvent, badges: list[Badge]) -> bytes:
    """Return the badges as PDF/UA; the event comes with its campaign's project."""
    eu = union_paying(event.campaign.project)
    data: dict[str, Any] = {
        "title": f"Значки: {event.title}",
        "municipality": f"Община {event.municipality.name}",
        "event": event.title_en if event.asks_from_abroad and event.title_en else event.title,
        "days": days_of(event),
        "eu": eu,
        "badges": [
            {
                "name": badge.name,
                "organisation": badge.organisation,
                "country": badge.country,
                "part": badge.part,
            }
            for badge in badges
        ],
    }
    return typeset.render(TEMPLATE, data)


def _part_words(event: CampaignEvent, part: str) -> str:
    """Return in what capacity somebody comes; in two languages where guests are from abroad."""
    own = str(capfirst(Registration.Part(part).label))
    return f"{own} / {BADGE_PARTS[Registration.Part(part)]}" if event.asks_from_abroad else own
