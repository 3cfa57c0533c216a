"""Calendar files, as strict a reader as there is takes them."""

import datetime as dt

import pytest
from django.test import RequestFactory
from ical.calendar_stream import IcsCalendarStream

from municipalities.calendars import Entry, calendar, calendar_response

NOON = dt.datetime(2026, 7, 1, 12, 30, 15, 999, tzinfo=dt.timezone(dt.timedelta(hours=3)))


def entry(**given) -> Entry:
    facts = {
        "uid": "event-1@portal.bg", "changed": NOON, "sequence": 2, "begins": NOON,
        "ends": NOON + dt.timedelta(hours=1), "summary": "Среща",
    }  # fmt: skip
    return Entry(**{**facts, **given})


def made(*entries: Entry, name: str = "Календар") -> bytes:
    return calendar(name=name, product="Tests", entries=entries)


def read(content: bytes):
    return IcsCalendarStream.calendar_from_ics(content.decode())


AWKWARD = "Обяд; кафе, чай \\ и „сок“\nвтори ред: ☕ " + "дълга дума€" * 40


@pytest.mark.parametrize("text", ["", "a" * 75, "я" * 200, AWKWARD, "BEGIN:VEVENT\r\nEND:VEVENT"])
def test_whatever_is_typed_is_read_back(text):
    content = made(entry(summary=text, description=text, location=text), name=text)
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    (event,) = read(content).events
    for kept in (event.summary, event.description, event.location):
        assert (kept or "") == text.replace("\r\n", "\n")


def test_control_signs_are_left_out():
    (event,) = read(made(entry(summary="a\x00b\x07c\u202ed\re", description=" \r\n"))).events
    assert (event.summary, event.description) == ("abcd\ne", None)
    assert b"DESCRIPTION" not in made(entry(description="\x01"))


def test_moments_days_and_states():
    day = dt.date(2026, 12, 4)
    content = made(
        entry(url="https://portal.bg/a,b/?c=d;e", categories=("среща", "а,б")),
        entry(uid="b@x", begins=day, ends=day + dt.timedelta(days=1), is_free=True),
        entry(uid="c@x", is_cancelled=True, is_private=True),
    )
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    for line in (
        "DTSTART:20260701T093015Z",
        "DTSTAMP:20260701T093015Z",
        "DTSTART;VALUE=DATE:20261204",
        "DTEND;VALUE=DATE:20261205",
        "URL:https://portal.bg/a,b/?c=d;e",
        "CATEGORIES:среща,а\\,б",
        "CLASS:PRIVATE",
    ):
        assert line in lines
    assert [line for line in lines if line.startswith(("STATUS", "TRANSP"))] == [
        "STATUS:CONFIRMED", "TRANSP:OPAQUE", "STATUS:CONFIRMED", "TRANSP:TRANSPARENT",
        "STATUS:CANCELLED", "TRANSP:TRANSPARENT",
    ]  # fmt: skip
    assert not [line for line in lines[:-1] if line.endswith(":")], "nothing is said empty"
    assert [event.sequence for event in read(content).events] == [2, 2, 2]


def test_what_the_reader_has_is_not_sent_again():
    requests, content = RequestFactory(), made(entry())
    first = calendar_response(requests.get("/"), content, "a.ics")
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    asked = requests.get("/", headers={"if-none-match": first["ETag"]})
    again = calendar_response(asked, content, "a.ics")
    assert (again.status_code, again.content) == (304, b"")
    changed = calendar_response(asked, made(entry(sequence=3)), "a.ics")
    assert changed.status_code == 200
