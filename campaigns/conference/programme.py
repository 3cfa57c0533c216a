"""The programme of an event, by day, as the public reads it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.utils import timezone

from campaigns.conference.models import EventSession, Speaker
from campaigns.models import CampaignEvent


@dataclass
class Day:
    """A day of the programme with its sessions in order."""

    day: dt.date
    sessions: list[EventSession] = field(default_factory=list)


@dataclass(frozen=True)
class Programme:
    """The days of an event, and those who speak, each once."""

    days: list[Day]
    speakers: list[Speaker]

    def __bool__(self) -> bool:
        return bool(self.days or self.speakers)

    @property
    def has_halls(self) -> bool:
        """Whether any session says in which hall it is."""
        return any(session.hall for day in self.days for session in day.sessions)

    @property
    def has_languages(self) -> bool:
        """Whether any session says in which language it is."""
        return any(session.language for day in self.days for session in day.sessions)

    @property
    def tells_of_speakers(self) -> bool:
        """Whether there is more to say of the speakers than their names in the programme."""
        named = {speaker.pk for day in self.days for row in day.sessions for speaker in row.named}
        return any(speaker.about or speaker.pk not in named for speaker in self.speakers)


def programme_of(event: CampaignEvent) -> Programme:
    """Return the programme of a public event, in three queries; needs no scope."""
    speakers = Speaker.public.order_by("name", "pk")
    sessions = (
        EventSession.public.filter(event=event)
        .prefetch_related(Prefetch("speakers", queryset=speakers, to_attr="named"))
        .order_by("starts_at", "hall", "pk")
    )
    days: dict[dt.date, Day] = {}
    for session in sessions:
        day = timezone.localdate(session.starts_at)
        days.setdefault(day, Day(day)).sessions.append(session)
    return Programme(list(days.values()), list(speakers.filter(event=event)))
