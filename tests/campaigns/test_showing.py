"""Events as the public finds and reads them, and takes them into a calendar."""

import datetime as dt
import re

import pytest
import time_machine
from django.utils import timezone, translation
from ical.calendar_stream import IcsCalendarStream

from campaigns.models import CampaignEvent, EventSession, Speaker
from municipalities.tenancy import municipality_scope
from tests.factories import SettlementFactory
from tests.factories_campaigns import AudienceFactory, RegistrationFactory
from tests.factories_projects import CampaignFactory, EventFactory, ProjectFactory

LIST = "/kampanii/"
FEED = f"{LIST}kalendar.ics"
NOW = dt.datetime(2026, 12, 1, 10, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _in_december():
    with time_machine.travel(NOW, tick=False):
        yield


def at(day: int, hour: int = 10, month: int = 12, year: int = 2026) -> dt.datetime:
    return timezone.make_aware(dt.datetime(year, month, day, hour))


def page(event: CampaignEvent) -> str:
    return f"{LIST}sabitiya/{event.pk}/"


def text_of(response) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


def titles(response) -> list[str]:
    """Titles of the events of the list, in order."""
    return [e.title for campaign in response.context["page_obj"] for e in campaign.shown_events]


def read(response):
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return IcsCalendarStream.calendar_from_ics(response.content.decode())


@pytest.fixture
def events(sliven, elena) -> dict[str, CampaignEvent]:
    """Three campaigns: in Сливен a meeting, a workshop and a past one; in Елена a conference."""
    parents = AudienceFactory(municipality=sliven, code="semeystva", name="Семейства с деца")
    campaign = CampaignFactory(municipality=sliven, name="За семейства")
    with municipality_scope(sliven):
        campaign.audiences.add(parents)
    CampaignFactory(municipality=sliven, name="Без събития")
    town, village = (
        SettlementFactory(municipality=sliven, kind=kind, name=name)
        for kind, name in (("гр.", "Сливен"), ("с.", "Тополчане"))
    )
    of = {"municipality": sliven, "campaign": campaign}
    return {
        "meeting": EventFactory(**of, title="Среща", starts_at=at(4), settlement=town),
        "workshop": EventFactory(
            **of, title="Работилница", starts_at=at(9), settlement=village, kind="workshop",
            takes_registration=True, capacity=2,
        ),
        "past": EventFactory(**of, title="Минала", starts_at=at(2, month=11), settlement=town),
        "conference": EventFactory(
            municipality=elena, title="Конференция", kind="conference",
            starts_at=at(5, month=1, year=2027),
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Среща", "Работилница", "Конференция"]),
        ("koga=2026-12", ["Среща", "Работилница"]),
        ("koga=2027-01", ["Конференция"]),
        ("koga=2026-11", ["Минала"]),
        ("koga=minali", ["Минала"]),
        ("vid=conference", ["Конференция"]),
        ("zapisvane=on", ["Работилница"]),
        ("za=semeystva", ["Среща", "Работилница"]),
        ("obshtina=sliven&vid=conference", []),
        ("obshtina=elena", ["Конференция"]),
        ("kampaniya=za-semeystva&koga=minali", ["Минала"]),
    ],
)
def test_events_are_found_by_what_is_asked(client, events, query, found):
    response = client.get(f"{LIST}?{query}")
    assert titles(response) == found
    feed = read(client.get(f"{FEED}?{query}"))
    expected = ["Минала", *found] if query in ("", "za=semeystva") else found
    assert [event.summary for event in feed.timeline] == expected


def test_by_settlement_of_the_chosen_municipality(client, events, elena):
    village = events["workshop"].settlement
    response = client.get(f"{LIST}?obshtina=sliven&mesto={village.ekatte}")
    assert titles(response) == ["Работилница"]
    other = client.get(f"{LIST}?obshtina=elena&mesto={village.ekatte}")
    assert titles(other) == ["Конференция"]
    assert "Няма събития в такова населено място" in text_of(other)


@pytest.mark.parametrize(
    "query", ["koga=%00", "koga=2026-13", "vid=x", "za=%ED", "mesto=%00", "koga=9999-12"]
)
def test_what_makes_no_sense_is_said_and_left_out(client, events, query):
    response = client.get(f"{LIST}?{query}")
    assert titles(response) == ["Среща", "Работилница", "Конференция"]
    assert "Показваме" in text_of(response)
    assert client.get(f"{FEED}?{query}").status_code == 200


def test_a_campaign_without_such_events_is_left_out_only_when_they_are_asked_for(client, events):
    assert "Без събития" in text_of(client.get(LIST))
    assert "Без събития" not in text_of(client.get(f"{LIST}?vid=workshop"))
    empty = text_of(client.get(f"{LIST}?vid=field_day"))
    assert "Няма такива събития" in empty
    assert "Виж всички кампании" in empty


def test_a_long_campaign_shows_its_first_events_and_leads_to_all(client, sliven):
    campaign = CampaignFactory(municipality=sliven, name="По селата")
    for day in range(2, 30):
        EventFactory(municipality=sliven, campaign=campaign, starts_at=at(day), title=f"ден {day}")
    response = client.get(LIST)
    assert titles(response) == [f"ден {day}" for day in range(2, 7)]
    assert "Всички 28 събития" in text_of(response)
    first = client.get(campaign.get_absolute_url())
    assert [event.title for event in first.context["page_obj"]][:2] == ["ден 2", "ден 3"]
    assert len(client.get(f"{campaign.get_absolute_url()}?page=2").context["page_obj"]) == 8


# A campaign


def test_a_campaign_says_for_whom_and_by_what_and_its_past(client, sliven, events):
    campaign = events["meeting"].campaign
    with municipality_scope(sliven):
        campaign.aim, campaign.channels = "Всяко семейство да знае", ["doctors"]
        campaign.save()
    url = campaign.get_absolute_url()
    text = text_of(client.get(url))
    for said in ("Семейства с деца", "лекари и аптеки", "Всяко семейство да знае", "с. Тополчане"):
        assert said in text
    assert "Минала" not in text
    assert "Минала" in text_of(client.get(f"{url}?koga=minali"))
    only = client.get(f"{url}?mesto={events['workshop'].settlement.ekatte}")
    assert [event.title for event in only.context["page_obj"]] == ["Работилница"]
    assert client.get(f"{url}?mesto=%00&koga=%00&page=x").status_code == 200


def test_hidden_and_foreign_pages_are_not_there(client, manager, sliven, events):
    hidden = CampaignFactory(municipality=sliven, is_public=False)
    secret = EventFactory(municipality=sliven, campaign=hidden)
    draft = EventFactory(municipality=sliven, is_public=False)
    missing = page(CampaignEvent(pk=draft.pk + 1000))
    wrong = [f"{LIST}elena/{events['meeting'].campaign.slug}/", hidden.get_absolute_url(), missing]
    for event in (secret, draft):
        wrong += [page(event), f"{page(event)}sabitie.ics"]
    for url in wrong:
        for who in (client, manager):
            assert who.get(url).status_code == 404, url
    shown = {event.summary for event in read(client.get(FEED)).events}
    assert not shown & {secret.title, draft.title}


# An event


def test_an_event_says_what_one_needs_to_come(client, sliven, events):
    event = events["workshop"]
    with municipality_scope(sliven):
        CampaignEvent.objects.filter(pk=event.pk).update(
            about="Първи ред.\n\nВтори ред.", access_note="Рампа и жестов превод",
            languages=["bg", "tr"], contact="044 611 122", place="читалището",
        )  # fmt: skip
    text = text_of(client.get(page(event)))
    for said in (
        "сряда, 9 декември 2026 г., 10:00 – 12:00", "с. Тополчане, читалището", "Втори ред.",
        "Рампа и жестов превод", "български, турски", "044 611 122", "Остават 2 места.",
        "Запиши се", f"http://testserver{page(event)}",
    ):  # fmt: skip
        assert said in text, said


def test_places_are_told_as_they_go(client, sliven, events):
    event = events["workshop"]
    RegistrationFactory(municipality=sliven, event=event)
    assert "Остава 1 място." in text_of(client.get(page(event)))
    RegistrationFactory(municipality=sliven, event=event)
    full = text_of(client.get(page(event)))
    assert "Местата са заети" in full
    assert "Запиши се в чакащите" in full
    with municipality_scope(sliven):
        CampaignEvent.objects.update(registration_until=at(1, 9))
    closed = text_of(client.get(page(event)))
    assert "Записването приключи." in closed
    assert "Запиши се" not in closed
    assert "Елате направо" in text_of(client.get(page(events["meeting"])))


def test_what_is_called_off_or_over_says_so(client, sliven, events):
    with municipality_scope(sliven):
        CampaignEvent.objects.filter(pk=events["workshop"].pk).update(
            cancelled_at=timezone.now(), cancelled_why="Няма ток в читалището.", sequence=3
        )
    off = text_of(client.get(page(events["workshop"])))
    assert "Събитието е отменено" in off
    assert "Няма ток в читалището." in off
    assert "Запиши се" not in off
    assert "отменено" in text_of(client.get(LIST))
    over = text_of(client.get(page(events["past"])))
    assert "Събитието е минало." in over
    assert "Елате направо" not in over


def test_english_stands_beside_and_alone_for_who_reads_it(client, sliven, events):
    with municipality_scope(sliven):
        CampaignEvent.objects.filter(pk=events["meeting"].pk).update(
            title_en="A meeting", about="Българско", about_en="What it is about"
        )
    both = client.get(page(events["meeting"])).content.decode()
    for said in ('<p class="lead soft" lang="en">A meeting</p>', "What it is about", "Българско"):
        assert said in both
    with translation.override("en"):
        text = text_of(client.get(page(events["meeting"])))
        assert text.count("A meeting") == both.count("Среща"), "in its place, not beside it"
        assert "Българско" not in text
        assert "Работилница" in text_of(client.get(page(events["workshop"])))


def test_who_pays_is_said_only_of_a_public_project(client, sliven):
    for is_public in (True, False):
        project = ProjectFactory(municipality=sliven, is_public=is_public, name="Проектът")
        campaign = CampaignFactory(municipality=sliven, project=project)
        event = EventFactory(municipality=sliven, campaign=campaign)
        for url in (page(event), campaign.get_absolute_url()):
            text = text_of(client.get(url))
            assert ("от Европейския съюз" in text, "Проектът" in text) == (is_public, is_public)


def test_the_programme_by_days_halls_and_languages(client, sliven, events):
    with municipality_scope(sliven):
        event = CampaignEvent.objects.get(pk=events["meeting"].pk)
        CampaignEvent.objects.filter(pk=event.pk).update(ends_at=at(5, 18))
        of = {"municipality": sliven, "event": event}
        speaker = Speaker.objects.create(
            **of, name="Anna Rossi", organisation="Comune di Osilo", country="Италия", about="Кмет."
        )
        for day, title, hall in ((4, "Откриване", "Синя зала"), (5, "Заключение", "")):
            session = EventSession.objects.create(
                **of, title=title, starts_at=at(day, 11), ends_at=at(day, 12), hall=hall,
                language="en", title_en="Closing" if day == 5 else "",
            )  # fmt: skip
            session.speakers.add(speaker)
    text = text_of(client.get(page(event)))
    for said in (
        "петък, 4 декември 2026 г.", "събота, 5 декември 2026 г.", "11:00 – 12:00", "Синя зала",
        "английски", "Anna Rossi (Comune di Osilo, Италия)", "Кмет.",
    ):  # fmt: skip
        assert said in text, said
    assert text.index("Откриване") < text.index("Заключение")
    assert "Closing" in text


# Calendars


def test_one_event_as_a_file(client, sliven, events):
    event = events["workshop"]
    with municipality_scope(sliven):
        CampaignEvent.objects.filter(pk=event.pk).update(
            title="Обяд; кафе, чай", place="читалището", access_note="Рампа", sequence=2
        )
    url = f"{page(event)}sabitie.ics"
    response = client.get(url)
    (entry,) = read(response).events
    assert entry.summary == "Обяд; кафе, чай"
    assert entry.location == "с. Тополчане, читалището, община Сливен"
    assert "Рампа" in entry.description
    assert (entry.uid, entry.sequence) == (f"event-{event.pk}@testserver", 2)
    assert str(entry.url) == f"http://testserver{page(event)}"
    assert entry.start == at(9)
    assert entry.end == at(9, 12)
    assert entry.status == "CONFIRMED"
    again = client.get(url, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Set-Cookie" not in str(response.headers)


def test_the_feed_keeps_what_was_called_off_and_forgets_what_is_long_over(client, sliven, events):
    EventFactory(
        municipality=sliven, campaign=events["past"].campaign, title="Стара",
        starts_at=at(2, month=10),
    )  # fmt: skip
    with municipality_scope(sliven):
        CampaignEvent.objects.filter(pk=events["meeting"].pk).update(
            cancelled_at=timezone.now(), cancelled_why="Буря", sequence=1
        )
    feed = read(client.get(FEED))
    by_title = {event.summary: event for event in feed.events}
    assert set(by_title) == {"Минала", "Среща", "Работилница", "Конференция"}
    assert (by_title["Среща"].status, by_title["Работилница"].status) == ("CANCELLED", "CONFIRMED")
    assert "Отменено: Буря" in by_title["Среща"].description
    assert len({event.uid for event in feed.events}) == 4


# What it costs


def test_pages_cost_the_same_for_any_number(client, queries, sliven):
    campaign = CampaignFactory(municipality=sliven, project=ProjectFactory(municipality=sliven))
    event = EventFactory(municipality=sliven, campaign=campaign, takes_registration=True)

    def make(n):
        for number in range(n):
            place = SettlementFactory(municipality=sliven)
            EventFactory(municipality=sliven, campaign=campaign, settlement=place)
            with municipality_scope(sliven):
                of = {"municipality": sliven, "event": event}
                speaker = Speaker.objects.create(**of, name=f"лектор {number}")
                EventSession.objects.create(
                    **of, title="тема", starts_at=event.starts_at, ends_at=event.ends_at
                ).speakers.add(speaker)

    pages = {
        "a campaign": campaign.get_absolute_url(),
        "an event": page(event),
        "kalendar.ics": f"{FEED}?obshtina=sliven",
    }
    make(3)
    few = {name: len(queries.of(client, url)) for name, url in pages.items()}
    make(17)
    assert {name: len(queries.of(client, url)) for name, url in pages.items()} == few
    for name, count in few.items():
        queries.compare(f"/kampanii/: {name}", count)
