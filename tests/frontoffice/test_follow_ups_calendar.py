"""Follow-ups by days, and the secret address from which calendar programs read them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from frontoffice.models import CalendarFeed, FollowUp
from municipalities.links import without_tokens
from municipalities.models import Membership, Role
from municipalities.tenancy import municipality_scope
from tests import factories
from tests.factories_desk import FollowUpFactory
from tests.factories_people import PersonFactory
from tests.support import people
from tests.support.people import rows_of

CALENDAR = "/rabotno-myasto/posledvashti/kalendar/"
SETTINGS = f"{CALENDAR}abonament/"
DAY = dt.timedelta(days=1)
TITLE = "Обаждане до дъщерята"


def text(response) -> str:
    return response.content.decode()


def shown(response) -> dict[str, list[str]]:
    """Return the titles by day, of the days that have any."""
    return {
        f"{day.day:%d.%m}": [row.title for row in day.rows]
        for week in response.context["weeks"]
        for day in week
        if day.rows
    }


def address_of(client) -> str:
    """Make an address of the client's calendar and return its path."""
    (path,) = re.findall(r"http://testserver(/kalendar/\S+?\.ics)", text(client.post(SETTINGS)))
    return path


def unfolded(response) -> list[str]:
    return text(response).replace("\r\n ", "").split("\r\n")


# Weeks and months


@pytest.fixture
def planned(specialist, colleague, office, sliven):
    """Follow-ups of November 2026."""
    for title, day, owner in [
        ("в неделя", "2026-11-15", specialist),
        ("в понеделник", "2026-11-16", specialist),
        ("следващата неделя", "2026-11-22", specialist),
        ("декември", "2026-12-01", specialist),
        ("на колега", "2026-11-17", colleague),
    ]:
        FollowUpFactory(
            municipality=sliven, office=office, owner=owner.user, title=title, due_on=day
        )


def test_a_week_begins_on_monday(specialist, planned):
    page = specialist.get(f"{CALENDAR}?den=18.11.2026")
    assert shown(page) == {"16.11": ["в понеделник"], "22.11": ["следващата неделя"]}
    assert "16.11 – 22.11.2026" in text(page)
    assert [f"{page.context[name]:%d.%m}" for name in ("before", "after")] == ["09.11", "23.11"]


def test_a_month_and_the_days_of_others_around_it(specialist, planned):
    page = specialist.get(f"{CALENDAR}?izgled=mesets&den=2026-11-18")
    assert set(shown(page)) == {"15.11", "16.11", "22.11", "01.12"}
    assert page.context["total"] == 3, "of the month itself"
    assert [f"{page.context[name]:%d.%m.%Y}" for name in ("before", "after")] == [
        "01.10.2026",
        "01.12.2026",
    ]


def test_the_offices_calendar(specialist, planned):
    page = specialist.get(f"{CALENDAR}?den=18.11.2026&chii=ofis")
    assert shown(page)["17.11"] == ["на колега"]
    assert "den=18.11.2026" in page.context["tabs"][0]["href"]


def test_holidays_are_named(specialist):
    page = text(specialist.get(f"{CALENDAR}?izgled=mesets&den=01.03.2027"))
    assert "Ден на Освобождението" in page


def test_what_was_dropped_is_not_there_and_what_is_done_says_so(specialist, sliven):
    today = timezone.localdate()
    closed = {"closed_at": timezone.now(), "closed_by": specialist.user, "due_on": today}
    for state in ("done", "dropped"):
        FollowUpFactory(
            municipality=sliven, owner=specialist.user, title=state, state=state, **closed
        )
    page = specialist.get(CALENDAR)
    assert list(shown(page).values()) == [["done"]]
    assert "свършена" in text(page)


@pytest.mark.parametrize(
    "query",
    ["den=x", "den=31.02.2026", "den=01.01.0001", "den=31.12.9999", "den=%00", "izgled=x",
     "izgled=mesets&den=01.01.2100", "izgled=mesets&den=31.12.2099", "den=01.01.2001",
     f"den={'9' * 500}", "chii=vsichki"],
)  # fmt: skip
def test_a_wrong_day_is_today(specialist, query):
    page = specialist.get(f"{CALENDAR}?{query}")
    assert page.status_code == 200


@pytest.mark.parametrize("view", ["sedmitsa", "mesets"])
def test_a_calendar_takes_as_many_queries_for_many(head, queries, sliven, view):
    def make(count: int) -> None:
        for _ in range(count):
            person = PersonFactory(municipality=sliven)
            FollowUpFactory(municipality=sliven, person=person)

    url = f"{CALENDAR}?chii=vsichki&izgled={view}"
    queries.assert_same(head, url, make, name=f"follow-ups: {view}")


def test_a_full_day_of_a_month_leads_to_its_week(specialist, sliven):
    for _ in range(7):
        FollowUpFactory(municipality=sliven, owner=specialist.user)
    page = specialist.get(f"{CALENDAR}?izgled=mesets")
    assert "още 3" in text(page)
    assert page.context["total"] == 7


# The secret address


def test_the_address_is_shown_once_and_only_its_hash_is_kept(specialist, sliven):
    path = address_of(specialist)
    token = path.removeprefix("/kalendar/").removesuffix(".ics")
    assert len(token) >= 43
    (feed,) = rows_of(sliven, CalendarFeed)
    assert feed.token_hash != token
    assert len(feed.token_hash) == 64
    again = text(specialist.get(SETTINGS))
    assert token not in again
    assert "Още не е четен" in again


def test_a_log_does_not_have_it():
    assert without_tokens("GET /kalendar/tainoto.ics HTTP/1.1") == "GET /kalendar/… HTTP/1.1"


def test_what_a_calendar_reads_names_nobody(client, specialist, colleague, sliven):
    person = PersonFactory(municipality=sliven, given_name="Вяра")
    row = FollowUpFactory(
        municipality=sliven,
        owner=specialist.user,
        title=TITLE,
        note="Тайна",
        person=person,
        due_on="2026-11-16",
    )
    timed = FollowUpFactory(
        municipality=sliven, owner=specialist.user, due_on="2026-07-16", due_at="14:30"
    )
    FollowUpFactory(municipality=sliven, owner=colleague.user)
    FollowUpFactory(
        municipality=sliven,
        owner=specialist.user,
        state="done",
        closed_at=timezone.now(),
        closed_by=specialist.user,
    )
    response = client.get(address_of(specialist))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "private, no-cache"
    for secret in (TITLE, "Обаждане", "Тайна", "Вяра", specialist.user.name, specialist.user.email):
        assert secret not in text(response)
    lines = unfolded(response)
    assert [line for line in lines if line.startswith("SUMMARY")] == [
        f"SUMMARY:Последваща задача № {timed.pk}",
        f"SUMMARY:Последваща задача № {row.pk}",
    ]
    assert f"URL:http://testserver{reverse('follow_up', args=[row.pk])}" in lines
    assert f"UID:follow-up-{row.pk}@testserver" in lines
    assert "DTSTART;VALUE=DATE:20261116" in lines
    assert "DTEND;VALUE=DATE:20261117" in lines
    assert "DTSTART:20260716T113000Z" in lines, "14:30 in Bulgaria, in summer"


def test_it_is_written_as_rfc_5545_asks(client, specialist, sliven):
    for _ in range(3):
        FollowUpFactory(municipality=sliven, owner=specialist.user)
    content = client.get(address_of(specialist)).content
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    assert lines[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Front office//Follow-ups//BG"]
    begun: list[str] = []
    for line in lines[:-1]:
        name, _, value = line.partition(":")
        assert re.fullmatch(r"[A-Z][A-Z-]*(;[A-Z-]+=[A-Z]+)*", name), line
        if name == "BEGIN":
            begun.append(value)
        elif name == "END":
            assert begun.pop() == value
    assert begun == []
    events = "\n".join(lines).split("BEGIN:VEVENT")[1:]
    assert len(events) == 3
    for event in events:
        for needed in ("UID:", "DTSTAMP:", "DTSTART"):
            assert event.count(f"\n{needed}") == 1, "once, as 3.6.1 has it"


def test_what_has_not_changed_is_not_sent_again(client, specialist, sliven):
    row = FollowUpFactory(municipality=sliven, owner=specialist.user)
    path = address_of(specialist)
    first = client.get(path)
    unchanged = client.get(path, headers={"if-none-match": first["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    with municipality_scope(sliven):
        changed = FollowUp.objects.get(pk=row.pk)
        changed.due_on += DAY
        changed.save()
    assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_when_it_was_read_is_kept_once_an_hour(client, specialist, sliven):
    path = address_of(specialist)
    with time_machine.travel("2026-11-16T08:00:00+02:00", tick=False) as clock:
        kept = []
        for minutes in (0, 30, 31):
            clock.shift(dt.timedelta(minutes=minutes))
            client.get(path)
            kept.append(timezone.localtime(rows_of(sliven, CalendarFeed)[0].read_at))
    assert [f"{moment:%H:%M}" for moment in kept] == ["08:00", "08:00", "09:01"]


def test_a_new_address_ends_the_old_one(client, specialist):
    first, second = address_of(specialist), address_of(specialist)
    assert first != second
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


def test_a_removed_address_is_gone(client, specialist, sliven):
    path = address_of(specialist)
    assert specialist.post(SETTINGS, {"mahni": "1"}).url == SETTINGS
    assert client.get(path).status_code == 404
    assert rows_of(sliven, CalendarFeed) == []


def test_every_wrong_address_gets_the_same_answer(client, specialist):
    path = address_of(specialist)
    specialist.post(SETTINGS, {"mahni": "1"})
    wrong = [path, path[:-5] + ".ics", "/kalendar/x.ics", "/kalendar/%00.ics", "/kalendar/%ED.ics"]
    pages = set()
    for url in [*wrong, f"/kalendar/{'a' * 3000}.ics"]:
        response = client.get(url)
        assert response.status_code == 404
        pages.add(re.sub(r"[0-9a-f]{16}|[0-9a-f]{8}", "", text(response)))
    assert len(pages) == 1


def switched_off(client) -> None:
    client.user.is_active = False
    client.user.save(update_fields=["is_active"])


def role_ended(client) -> None:
    with municipality_scope(client.membership.municipality):
        Membership.objects.update(ended_at=timezone.now())


def other_role(client) -> None:
    with municipality_scope(client.membership.municipality):
        Membership.objects.update(role=Role.PROJECT_MANAGER)


def municipality_left(client) -> None:
    municipality = client.membership.municipality
    municipality.is_active = False
    municipality.save(update_fields=["is_active"])


@pytest.mark.parametrize("ends", [switched_off, role_ended, other_role, municipality_left])
def test_who_no_longer_works_here_reads_nothing(client, specialist, ends):
    path = address_of(specialist)
    assert client.get(path).status_code == 200
    ends(specialist)
    assert client.get(path).status_code == 404


def test_one_person_of_two_municipalities_has_two_calendars(client, sliven, elena):
    user = factories.UserFactory()
    rows = {}
    for place in (sliven, elena):
        factories.MembershipFactory(municipality=place, role=Role.SPECIALIST, user=user)
        rows[place] = FollowUpFactory(municipality=place, owner=user)
    path = address_of(people.signed_in(user))
    lines = unfolded(client.get(path))
    assert f"SUMMARY:Последваща задача № {rows[sliven].pk}" in lines
    assert f"SUMMARY:Последваща задача № {rows[elena].pk}" not in lines


def test_only_who_works_at_a_desk_makes_an_address(manager, administrator):
    for stranger in (manager, administrator):
        stranger.raise_request_exception = False
        assert stranger.post(SETTINGS).status_code == 403
