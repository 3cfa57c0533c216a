"""iCalendar text (RFC 5545) of follow-ups.

Written here and not by a library: it is one kind of entry, of seven lines, without time zones,
repetitions or alarms. What a library would do for it is folding and escaping, twenty lines below.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from frontoffice.followups.models import FollowUp
from municipalities.mails import whole

LONGEST_LINE = 75  # octets, without the end of the line (3.1)
LASTS = "PT30M"


def escaped(text: str) -> str:
    """Return a value of type TEXT (3.3.11)."""
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def folded(line: str) -> Iterator[str]:
    """Yield the pieces of a content line, none over 75 octets, no character in two of them.

    Each piece after the first begins with the space that says it goes on.
    """
    piece, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > LONGEST_LINE:
            yield piece
            piece, size = " ", 1
        piece, size = piece + character, size + octets
    yield piece


def calendar(follow_ups: Iterable[FollowUp]) -> bytes:
    """Return the calendar; an entry has its number and a link, and nothing of what or who."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Front office//Follow-ups//BG",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{escaped('Последващи задачи')}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for follow_up in follow_ups:
        lines += _entry(follow_up)
    lines.append("END:VCALENDAR")
    return "".join(f"{piece}\r\n" for line in lines for piece in folded(line)).encode()


def _entry(follow_up: FollowUp) -> list[str]:
    host = settings.SITE_URL.partition("://")[2].strip("/") or "localhost"
    # Of a calendar that is published, DTSTAMP is when the entry was changed (3.8.7.2): the same
    # rows make the same bytes, and so the same ETag.
    changed = _utc(follow_up.updated_at)
    return [
        "BEGIN:VEVENT",
        f"UID:follow-up-{follow_up.pk}@{host}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"SEQUENCE:{follow_up.version}",
        *_when(follow_up),
        f"SUMMARY:{escaped(f'Последваща задача № {follow_up.pk}')}",
        f"URL:{whole(reverse('follow_up', args=[follow_up.pk]))}",
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _when(follow_up: FollowUp) -> list[str]:
    """Return the whole day, or the hour of it in UTC, which needs no time zone in the file."""
    day = follow_up.due_on
    if follow_up.due_at is None:
        return [
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + dt.timedelta(days=1):%Y%m%d}",
        ]
    begins = timezone.make_aware(dt.datetime.combine(day, follow_up.due_at))
    return [f"DTSTART:{_utc(begins)}", f"DURATION:{LASTS}"]


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
