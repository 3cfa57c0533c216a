"""The door of an event: counted by group, by several at once, by name only where that is needed."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.utils import timezone

from campaigns import attended
from campaigns.models import CampaignEvent, DoorCount, Registration
from campaigns.registering import door
from municipalities.audit import AccessEvent
from municipalities.tenancy import municipality_scope
from tests.factories_campaigns import AudienceFactory, RegistrationFactory
from tests.factories_projects import EventFactory
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db
LIST = "/kampanii/vhod/"


@pytest.fixture
def event(sliven) -> CampaignEvent:
    """Going on now."""
    return EventFactory(
        municipality=sliven,
        title="Ден на отворените врати",
        takes_registration=True,
        starts_at=timezone.now() - dt.timedelta(minutes=5),
        ends_at=timezone.now() + dt.timedelta(minutes=5),
    )


@pytest.fixture
def group(sliven):
    return AudienceFactory(municipality=sliven, name="Възрастни хора")


def at(event) -> str:
    return f"/kampanii/sabitiya/{event.pk}/vhod/"


def press(client, event, what, key=None, **headers):
    data = {"press": what, "form_key": key or str(uuid.uuid4())}
    return client.post(at(event), data, headers=headers)


def total(event) -> int:
    with municipality_scope(event.municipality):
        return attended.total([event])


def test_two_count_at_once_and_a_press_sent_twice_is_one(specialist, manager, event, group):
    key = str(uuid.uuid4())
    for _twice in range(2):
        answer = press(specialist, event, f"{group.pk}:1", key)
        assert answer["Location"] == f"{at(event)}#group-{group.pk}"
    press(manager, event, f"{group.pk}:1")
    press(manager, event, "0:1")
    page = specialist.get(at(event)).content.decode()
    assert "<strong data-total-shown>3</strong>" in page
    assert f'data-count="{group.pk}">2<' in page
    with municipality_scope(event.municipality):
        assert attended.attended([event]) == {event.pk: 3}
        assert attended.by_audience(event) == {"": 1, "Възрастни хора": 2}


def test_a_page_that_is_open_gets_the_counters_alone(specialist, event, group):
    answer = press(specialist, event, f"{group.pk}:1", **{"HX-Request": "true"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.startswith('<div id="counts"')
    assert 'data-total="1"' in text
    wrong = press(specialist, event, f"{group.pk}:-5", **{"HX-Request": "true"})
    assert wrong.status_code == 422
    assert "няма толкова за изваждане" in wrong.content.decode()


def test_everybody_takes_back_their_own_last_and_each_once(specialist, manager, event, group):
    press(specialist, event, f"{group.pk}:1")
    press(manager, event, "0:1")
    several = {"what": "several", "group": group.pk, "change": "12", "form_key": uuid.uuid4()}
    assert specialist.post(at(event), several).status_code == 302
    assert total(event) == 14
    for left in (2, 1, 1):
        page = specialist.get(at(event)).content.decode()
        row = re.search(r'name="row" value="(\d+)"', page)
        for _twice in range(2):
            specialist.post(at(event), {"what": "undo", "row": row[1] if row else "1"})
        assert total(event) == left
    others = rows_of(event.municipality, DoorCount)[1]
    specialist.post(at(event), {"what": "undo", "row": others.pk})
    assert total(event) == 1, "the manager's count stays"


def test_there_are_never_fewer_than_none(specialist, event, group):
    press(specialist, event, f"{group.pk}:-1")
    assert total(event) == 0
    assert "няма толкова за изваждане" in specialist.get(at(event)).content.decode()


def test_wrong_counts_are_refused_in_words(specialist, event):
    for change in ("", "0", "201", "-201", "x", "9" * 30, "1\x00"):
        sent = {"what": "several", "group": "", "change": change, "form_key": uuid.uuid4()}
        answer = specialist.post(at(event), sent)
        assert answer.status_code == 422
        assert "Има проблем" in answer.content.decode()
    assert total(event) == 0


def test_wrong_presses_count_nobody(specialist, event):
    for what in ("", "x", "0:x", "999999999999:1", f"{'9' * 40}:1", "\x00:1"):
        assert press(specialist, event, what)["Location"] == at(event)
    assert total(event) == 0


def test_before_its_day_and_when_called_off_nobody_is_counted(specialist, event, group, sliven):
    for change, words in (
        ({"starts_at": timezone.now() + dt.timedelta(3)}, "тогава се брои"),
        ({"cancelled_at": timezone.now()}, "Събитието е отменено"),
    ):
        with municipality_scope(sliven):
            ends = timezone.now() + dt.timedelta(days=4)
            CampaignEvent.objects.filter(pk=event.pk).update(ends_at=ends, **change)
        page = specialist.get(at(event)).content.decode()
        assert words in page
        assert 'name="press"' not in page
        press(specialist, event, f"{group.pk}:1")
        assert total(event) == 0


def test_names_are_shown_only_where_they_are_needed_and_each_look_is_on_record(
    specialist, event, sliven
):
    guest = RegistrationFactory(municipality=sliven, event=event, name="Пенка Измислена")
    assert "Пенка" not in specialist.get(at(event)).content.decode()
    assert rows_of(sliven, AccessEvent) == []
    assert specialist.post(at(event), {"what": "came", "press": f"{guest.pk}:1"}).status_code == 302
    assert total(event) == 0
    with municipality_scope(sliven):
        CampaignEvent.objects.filter(pk=event.pk).update(is_named_at_door=True)
    assert "Пенка" in specialist.get(at(event)).content.decode()
    (look,) = rows_of(sliven, AccessEvent)
    assert (look.action, look.rows) == ("viewed", 1)
    assert "Пенка" not in repr(vars(look))


def test_somebody_is_marked_as_come_found_by_name_and_walks_in(specialist, event, sliven, group):
    with municipality_scope(sliven):
        CampaignEvent.objects.filter(pk=event.pk).update(is_named_at_door=True, capacity=1)
    guest = RegistrationFactory(municipality=sliven, event=event, name="Пенка Измислена")
    waits = RegistrationFactory(municipality=sliven, event=event, name="Чака", state="waiting")
    found = specialist.post(at(event), {"what": "find", "q": "пенка"})
    assert "Пенка Измислена" in found.content.decode()
    assert (
        "Няма такова име"
        in specialist.post(at(event), {"what": "find", "q": "Чака"}).content.decode()
    )
    answer = specialist.post(at(event), {"what": "came", "press": f"{guest.pk}:1"})
    assert answer["Location"] == f"{at(event)}#guest-{guest.pk}"
    specialist.post(at(event), {"what": "came", "press": f"{waits.pk}:1"})
    walk_in = {"what": "walk_in", "name": "Без записване", "audience": group.pk}
    key = str(uuid.uuid4())
    for _twice in range(2):
        specialist.post(at(event), {**walk_in, "form_key": key})
    assert specialist.post(at(event), {**walk_in, "name": "", "form_key": key}).status_code == 422
    press(specialist, event, f"{group.pk}:1")
    assert total(event) == 3
    with municipality_scope(sliven):
        assert door.counted(event).named == 2
        assert attended.by_audience(event) == {"": 1, group.name: 2}
    specialist.post(at(event), {"what": "came", "press": f"{guest.pk}:0"})
    assert total(event) == 2


def test_the_desk_registers_somebody_who_calls_and_cancels_for_them(specialist, sliven):
    event = EventFactory(municipality=sliven, takes_registration=True, capacity=1)
    people = f"{at(event)}zapisani/"
    sent = {"name": "Пенка Измислена", "form_key": str(uuid.uuid4())}
    answer = specialist.post(f"{at(event)}zapisvane/", sent)
    assert answer["Location"] == people
    page = specialist.get(people).content.decode()
    assert re.search(r"Кажете му номера и кода: № СБ-\d{4}-000001, [A-Z2-9-]{14}\.", page)
    assert "Пенка Измислена" in page
    specialist.post(f"{at(event)}zapisvane/", {"name": "Втора", "form_key": str(uuid.uuid4())})
    first, second = rows_of(sliven, Registration)
    assert (first.registered_by_id, second.state) == (specialist.user.pk, "waiting")
    own = f"{people}{first.pk}/"
    assert "Откажи записването" in specialist.get(own).content.decode()
    specialist.post(own, {"what": "cancel"})
    assert [row.state for row in rows_of(sliven, Registration)] == ["cancelled", "confirmed"]
    assert specialist.post(f"{at(event)}zapisvane/", {"name": ""}).status_code == 422


def test_who_has_no_mail_is_called_when_a_place_is_freed(specialist, manager, sliven):
    event = EventFactory(municipality=sliven, takes_registration=True, capacity=1, title="Среща")
    people = f"{at(event)}zapisani/"
    for name in ("Първа", "Втора"):
        sent = {"name": name, "phone": "044 123 456", "form_key": str(uuid.uuid4())}
        specialist.post(f"{at(event)}zapisvane/", sent)
    first, second = rows_of(sliven, Registration)
    assert "обадете се" not in specialist.get(people).content.decode()
    specialist.post(f"{people}{first.pk}/", {"what": "cancel"})
    assert "Обадете се на 1\xa0човек" in specialist.get("/rabotno-myasto/").content.decode()
    assert "обадете се на 1\xa0човек без е-поща" in manager.get("/admin/").content.decode()
    assert specialist.get(people).content.decode().count("обадете се") == 1
    own = f"{people}{second.pk}/"
    assert "Обадихме се" in specialist.get(own).content.decode()
    specialist.post(own, {"what": "called"})
    assert "Обадихме се" not in specialist.get(own).content.decode()
    assert "Обадете се" not in specialist.get("/rabotno-myasto/").content.decode()


def test_the_list_says_what_is_today_what_comes_and_what_is_over(manager, event, sliven):
    EventFactory(municipality=sliven, title="Утре", starts_at=timezone.now() + dt.timedelta(2))
    past = timezone.now() - dt.timedelta(days=2)
    EventFactory(municipality=sliven, title="Минало", starts_at=past)
    for tab, title in (
        ("", event.title),
        ("?koga=predstoyashti", "Утре"),
        ("?koga=minali", "Мина"),
    ):
        page = manager.get(f"{LIST}{tab}").content.decode()
        assert title in page
        assert len(re.findall(r"<h2><a", page)) == 1
    assert "Ден на отворените врати" in manager.get(f"{LIST}?koga=x&page=9999").content.decode()


def test_the_desk_sees_todays_events_on_its_first_page(specialist, event):
    page = specialist.get("/rabotno-myasto/").content.decode()
    assert f'href="{at(event)}"' in page


def test_the_event_of_another_municipality_is_not_there(elena_specialist, event):
    for path in ("", "zapisani/", "zapisvane/", "zapisani/1/"):
        assert elena_specialist.get(f"{at(event)}{path}").status_code == 404
    assert press(elena_specialist, event, "0:1").status_code == 404
    assert event.title not in elena_specialist.get(LIST).content.decode()


def test_lists_take_as_many_queries_whatever_they_hold(queries, specialist, event, sliven):
    def more(count: int) -> None:
        for _one in range(count):
            RegistrationFactory(municipality=sliven, event=event)
            EventFactory(
                municipality=sliven,
                starts_at=timezone.now() - dt.timedelta(minutes=1),
                campaign=event.campaign,
            )

    queries.assert_same(specialist, LIST, more, name="events at the door")
    queries.assert_same(specialist, f"{at(event)}zapisani/", more, name="those who registered")
    with municipality_scope(sliven):
        CampaignEvent.objects.filter(pk=event.pk).update(is_named_at_door=True)
    queries.assert_same(specialist, at(event), more, name="the door by name")


ADMIN = "/admin/campaigns/registration/"


def test_the_manager_reads_who_registered_on_record_gives_places_and_cancels(manager, sliven):
    event = EventFactory(municipality=sliven, takes_registration=True, capacity=1)
    first = RegistrationFactory(municipality=sliven, event=event, name="Пенка Измислена")
    second = RegistrationFactory(municipality=sliven, event=event, name="Чака", state="waiting")
    page = manager.get(ADMIN).content.decode()
    assert "Пенка Измислена" in page
    assert "Пенка Измислена" in manager.get(f"{ADMIN}{first.pk}/change/").content.decode()
    assert manager.get(f"{ADMIN}xlsx/").status_code == 200
    looks = [(row.action, row.rows) for row in rows_of(sliven, AccessEvent)]
    assert looks == [("exported", 2), ("viewed", 1), ("viewed", 2)]

    def act(name: str, row):
        data = {"action": name, "_selected_action": row.pk, "confirmed": "1"}
        return manager.post(ADMIN, data, follow=True).content.decode()

    assert "Няма свободно място" in act("give_places", second)
    assert "Отказани: 1" in act("cancel_registrations", first)
    assert [row.state for row in rows_of(sliven, Registration)] == ["cancelled", "confirmed"]
    assert manager.get(f"{ADMIN}add/").status_code == 403
    assert manager.post(f"{ADMIN}{second.pk}/delete/").status_code == 403
    named = {"name": "", "part": "guest", "language": "bg"}
    url = f"{ADMIN}{second.pk}/change/"
    assert "errornote" in manager.post(url, named).content.decode()
    manager.post(url, {**named, "name": "Чака Вече"})
    second = rows_of(sliven, Registration)[1]
    assert (second.name, second.part) == ("Чака Вече", "guest")
