"""Calendar files (iCalendar, RFC 5545) and how they are answered with.

Hours are written in UTC: every program shows them in its reader's own zone, and no description of
a zone has to be right in the file. The same rows make the same bytes, and so the same ETag.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import icalendar
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

CONTENT_TYPE = "text/calendar; charset=utf-8"
READ_AGAIN = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Entry:
    """One event of a calendar; what is empty is left out of the file.

    ``uid`` is unique in the portal and stays for good. ``begins`` and ``ends`` are both moments, or
    both days of which the last is not counted (3.6.1). ``changed`` is when the row was changed: of
    a calendar that is published that is DTSTAMP too (3.8.7.2). ``sequence`` moves with each change.
    """

    uid: str
    changed: dt.datetime
    sequence: int
    begins: dt.date | dt.datetime
    ends: dt.date | dt.datetime
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    categories: tuple[str, ...] = ()
    is_cancelled: bool = False
    is_private: bool = False
    # Of a task: it does not make its owner busy.
    is_free: bool = False


def calendar(*, name: str, product: str, entries: Iterable[Entry]) -> bytes:
    """Return the file: lines ended by CRLF and folded at 75 octets, in UTF-8.

    ``name`` is what programs show over it, ``product`` says in English what made it.
    """
    made = icalendar.Calendar()
    made.add("version", "2.0")
    made.add("prodid", f"-//Front office//{product}//BG")
    made.add("calscale", "GREGORIAN")
    for word in ("name", "x-wr-calname"):  # of RFC 7986, and what was in use before it
        made.add(word, icalendar.vText(_clean(name)))
    made.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", READ_AGAIN)
    for entry in entries:
        made.add_component(_event(entry))
    return made.to_ical()


def calendar_response(
    request: HttpRequest, content: bytes, name: str, *, cache_control: str = "private, no-cache"
) -> HttpResponse:
    """Answer with a calendar, or with 304 where the reader has it; ``name`` ends in „.ics“."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response["ETag"] = etag
    response["Cache-Control"] = cache_control
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=etag, response=response) or response


def uid_of(kind: str, pk: int) -> str:
    """Return the identifier of a row for good: „event-15@portal.bg“."""
    host = settings.SITE_URL.partition("://")[2].strip("/") or "localhost"
    return f"{kind}-{pk}@{host}"


def _event(entry: Entry) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", _utc(entry.changed))
    event.add("last-modified", _utc(entry.changed))
    event.add("sequence", entry.sequence)
    event.add("dtstart", _utc(entry.begins))
    event.add("dtend", _utc(entry.ends))
    texts = {
        "summary": entry.summary,
        "description": entry.description,
        "location": entry.location,
    }
    for word, text in texts.items():
        if clean := _clean(text):
            event.add(word, clean)
    if entry.url:
        event.add("url", entry.url)
    if entry.categories:
        event.add("categories", [_clean(one) for one in entry.categories])
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    if entry.is_private:
        event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if entry.is_free or entry.is_cancelled else "OPAQUE")
    return event


def _utc(moment: dt.date | dt.datetime) -> dt.date | dt.datetime:
    if not isinstance(moment, dt.datetime):
        return moment
    return moment.astimezone(dt.UTC).replace(microsecond=0)


def _clean(text: str) -> str:
    """Return ``text`` with lines ended as one sign and without what no text may hold (3.1)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return "".join(sign for sign in lines if sign == "\n" or unicodedata.category(sign)[0] != "C")
