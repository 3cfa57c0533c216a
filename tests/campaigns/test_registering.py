"""Places at events: taken without an account, waited for, given up, told of and forgotten."""

from __future__ import annotations

import datetime as dt
import re
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps import apps
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from campaigns.models import CampaignEvent, Registration
from campaigns.registering import codes, forgetting, places, tasks, telling
from campaigns.registering.errors import RegistrationRefused
from campaigns.registering.views import REGISTRATIONS
from municipalities import guessing
from municipalities.tenancy import municipality_scope
from tests.factories_campaigns import AudienceFactory, RegistrationFactory
from tests.factories_projects import EventFactory
from tests.support.html import StrictClient
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db
FIND = "/kampanii/zapisvane/"
CODE = re.compile(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b")
NAME = "Пенка Измислена"


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()


@pytest.fixture
def event(sliven) -> CampaignEvent:
    """A conversation in five days with two places."""
    return EventFactory(
        municipality=sliven,
        title="Разговор в читалището",
        takes_registration=True,
        capacity=2,
        starts_at=timezone.now() + dt.timedelta(days=5),
    )


def page_of(event) -> str:
    return f"/kampanii/sabitiya/{event.pk}/zapisvane/"


def send(client, event, **facts):
    data = {"name": NAME, "email": "penka@example.bg", "form_key": str(uuid.uuid4()), **facts}
    return client.post(page_of(event), data)


def take(event, name="Гост", email="gost@example.bg") -> Registration:
    with municipality_scope(event.municipality):
        facts = {"name": name, "email": email}
        return places.register(event=event, facts=facts, form_key=uuid.uuid4())[0]


def states(event) -> list[str]:
    return [row.state for row in rows_of(event.municipality, Registration)]


# A citizen


def test_a_citizen_registers_and_comes_back_with_number_and_code(
    client, event, sliven, django_capture_on_commit_callbacks
):
    page = client.get(page_of(event)).content.decode()
    assert "Свободни места: <strong>2</strong> от 2" in page
    assert "организация" not in page.lower()
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(client, event, needs="Рампа")
    assert answer.status_code == 302
    shown = client.get(answer["Location"]).content.decode()
    code = CODE.search(shown)[0]
    (row,) = rows_of(sliven, Registration)
    assert row.number == f"СБ-{timezone.localdate().year}-000001"
    assert row.number in shown
    assert "Имате място" in shown
    assert code not in client.get(answer["Location"]).content.decode(), "the code is shown once"
    # The mail has both, its subject neither.
    (message,) = mail.outbox
    assert message.to == ["penka@example.bg"]
    assert code in message.body
    assert row.number in message.body
    assert code not in message.subject
    assert NAME not in message.subject + message.body
    # Another browser: not by the address alone, and by the two together.
    other = StrictClient()
    assert other.get(answer["Location"])["Location"].startswith(FIND)
    typed = {"obshtina": "sliven", "nomer": row.number.lower(), "kod": code.lower()}
    found = other.post(FIND, typed)
    assert found["Location"] == answer["Location"]
    assert NAME in other.get(found["Location"]).content.decode()


def test_wrong_numbers_and_wrong_codes_are_answered_alike_and_throttled(client, event, sliven):
    row = take(event)
    wrong = {"obshtina": "sliven", "nomer": row.number, "kod": "ZZZZ-ZZZZ-ZZZZ"}
    pages = []
    for facts in (wrong, {**wrong, "nomer": "СБ-2020-000999"}, {**wrong, "obshtina": "elena"}):
        answer = client.post(FIND, facts)
        assert answer.status_code == 422
        pages.append(re.search(r'<ul role="list">.*?</ul>', answer.content.decode(), re.S)[0])
    assert len(set(pages)) == 1
    assert "Не намерихме записване" in pages[0]
    for n in range(guessing.WRONG_OF_ADDRESS):
        last = client.post(FIND, {**wrong, "nomer": f"СБ-2020-{n:06d}"})
    assert last.status_code == 429
    right = codes.secret_of(row.form_key, sliven)
    assert client.post(FIND, {**wrong, "kod": right}).status_code == 429


def test_a_form_sent_twice_is_one_place(client, event, sliven):
    key = str(uuid.uuid4())
    first, second = (send(client, event, form_key=key) for _twice in range(2))
    assert first["Location"] == second["Location"]
    assert len(rows_of(sliven, Registration)) == 1
    assert CODE.search(client.get(second["Location"]).content.decode())
    elsewhere = EventFactory(municipality=sliven, takes_registration=True)
    assert send(client, elsewhere, form_key=key).status_code == 422


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "Напишете име"),
        ({"email": ""}, "е-поща или телефон"),
        ({"email": "x@"}, "Напишете адреса така"),
        ({"email": "", "phone": "12"}, "всичките му цифри"),
        ({"needs": "я" * 301}, "по-кратко"),
        ({"name": "а\x00б"}, "знак, който не се чете"),
        ({"audience": "999999999999999999999"}, "Изберете от списъка"),
        ({"form_key": "x"}, "Отворете страницата отново"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, event, sliven, wrong, words):
    answer = send(client, event, **{"phone": "", "needs": "Да остане", **wrong})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    if "needs" not in wrong:
        assert "Да остане" in answer.content.decode()
    assert rows_of(sliven, Registration) == []


def test_a_conference_asks_where_from_and_nobody_makes_themselves_organiser(client, sliven):
    event = EventFactory(
        municipality=sliven, takes_registration=True, asks_from_abroad=True, languages=["bg", "en"]
    )
    guest = {"organisation": "Comune", "country": "Италия", "language": "en", "part": "speaker"}
    assert send(client, event, **guest).status_code == 302
    (row,) = rows_of(sliven, Registration)
    assert (row.is_from_abroad, row.part, row.language) == (True, "speaker", "en")
    assert tasks.language_of(row) == "en"
    assert send(client, event, **{**guest, "part": "organiser"}).status_code == 422
    assert send(client, event, **{**guest, "language": "xx"}).status_code == 422


def test_what_takes_no_registration_says_why_and_what_is_hidden_is_not_there(client, event, sliven):
    now = timezone.now()
    as_it_is = {"takes_registration": True, "cancelled_at": None, "registration_until": None}
    for change, words in (
        ({"registration_until": now - dt.timedelta(hours=1)}, "Записването приключи"),
        ({"takes_registration": False}, "просто елате"),
        ({"cancelled_at": now}, "отменено"),
        ({"starts_at": now - dt.timedelta(hours=1)}, "вече започна"),
        ({"starts_at": now - dt.timedelta(days=2), "ends_at": now - dt.timedelta(1)}, "мина"),
    ):
        with municipality_scope(sliven):
            CampaignEvent.objects.filter(pk=event.pk).update(**as_it_is | change)
        page = client.get(page_of(event)).content.decode()
        assert words in page
        assert "Запиши ме" not in page
        assert send(client, event).status_code == 422
    with municipality_scope(sliven):
        CampaignEvent.objects.filter(pk=event.pk).update(is_public=False)
    hidden = client.get(page_of(event))
    nothing = client.get("/kampanii/sabitiya/999999999/zapisvane/")
    assert {hidden.status_code, nothing.status_code} == {404}


def test_one_address_cannot_take_everything(client, event, sliven, monkeypatch):
    monkeypatch.setattr(type(REGISTRATIONS), "is_reached", lambda limit, request: True)
    assert send(client, event).status_code == 429
    assert rows_of(sliven, Registration) == []


# Full, given up, given on


def test_when_it_is_full_one_waits_and_gets_the_place_that_is_given_up(
    client, event, sliven, django_capture_on_commit_callbacks
):
    first = take(event)
    take(event, "Втора", "")
    waiting = send(client, event)["Location"]
    take(event, "Четвърта", "chetvarta@example.bg")
    assert states(event) == ["confirmed", "confirmed", "waiting", "waiting"]
    page = client.get(waiting).content.decode()
    assert "Чакате място" in page
    assert "Вие сте № 1 сред чакащите" in page
    assert "Местата са заети" in client.get(page_of(event)).content.decode()
    owner = StrictClient()
    code = codes.secret_of(first.form_key, sliven)
    place = owner.post(FIND, {"obshtina": "sliven", "nomer": first.number, "kod": code})["Location"]
    assert "Какво ще стане" in owner.get(f"{place}otkaz/").content.decode()
    assert states(event)[0] == "confirmed", "looking gives nothing up"
    with django_capture_on_commit_callbacks(execute=True):
        for _twice in range(2):
            assert owner.post(f"{place}otkaz/")["Location"] == place
    assert states(event) == ["cancelled", "confirmed", "confirmed", "waiting"]
    assert "Имате място" in client.get(waiting).content.decode()
    told = sorted((one.to[0], one.subject) for one in mail.outbox)
    assert [address for address, _subject in told] == ["gost@example.bg", "penka@example.bg"]
    assert "Има място за вас" in told[1][1]


def test_more_places_are_given_to_those_who_wait_in_turn(event, sliven):
    for n in range(4):
        take(event, f"Гост {n}")
    with municipality_scope(sliven):
        CampaignEvent.objects.filter(pk=event.pk).update(capacity=3)
        assert [row.name for row in places.promote_waiting(event)] == ["Гост 2"]
        assert places.promote_waiting(event) == []
        event.refresh_from_db()
        found = places.places_of(event)
        assert (found.taken, found.waiting, found.left, found.is_full) == (3, 1, 0, True)
        last = Registration.objects.get(name="Гост 3")
        with pytest.raises(RegistrationRefused):
            places.give_place(last)


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_given_once(sliven):
    event = EventFactory(municipality=sliven, takes_registration=True, capacity=1)
    people = 4
    gate = threading.Barrier(people)

    def work(n: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait(30)
            take(event, f"Гост {n}", "")
        finally:
            connection.close()

    with ThreadPoolExecutor(people) as pool:
        for one in [pool.submit(work, n) for n in range(people)]:
            one.result(60)
    assert sorted(states(event)) == ["confirmed", *["waiting"] * (people - 1)]
    numbers = {row.number[-6:] for row in rows_of(sliven, Registration)}
    assert numbers == {f"{n:06d}" for n in range(1, people + 1)}


# Told


@pytest.fixture
def mails(django_capture_on_commit_callbacks):
    """Return the (address, subject) of what a verb has mailed."""

    def of(verb) -> list[tuple[str, str]]:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            verb()
        return sorted((one.to[0], one.subject.split("] ")[-1]) for one in mail.outbox)

    return of


def test_a_day_before_everybody_with_a_place_is_reminded_once(event, sliven, mails):
    take(event, "Първа", "parva@example.bg")
    take(event, "Втора", "")
    take(event, "Чака", "chaka@example.bg")
    assert mails(tasks.remind_registered) == []
    with municipality_scope(sliven):
        soon = timezone.now() + dt.timedelta(hours=20)
        CampaignEvent.objects.update(starts_at=soon, ends_at=soon + dt.timedelta(hours=2))
    said = [("parva@example.bg", "Напомняне за събитие")]
    assert mails(tasks.remind_registered) == said
    assert mails(tasks.remind_registered) == []
    # Whoever registers later than that is told when and where at once: nothing more comes.
    with municipality_scope(sliven):
        CampaignEvent.objects.update(capacity=5)
    event.refresh_from_db()
    assert len(mails(lambda: take(event, "Късна", "kasna@example.bg"))) == 1
    assert mails(tasks.remind_registered) == []


def test_a_mail_that_cannot_be_handed_over_leaves_the_reminder_unsent(event, sliven, monkeypatch):
    row = take(event)
    with municipality_scope(sliven):
        CampaignEvent.objects.update(starts_at=timezone.now() + dt.timedelta(hours=3))
    arguments = {"municipality": sliven.pk, "registration": row.pk, "what": "reminder"}
    with monkeypatch.context() as broken:
        broken.setattr("municipalities.mails.EmailMultiAlternatives.send", lambda *_a, **_k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tasks.mail_registration(**arguments)
    assert rows_of(sliven, Registration)[0].reminded_at is None
    tasks.mail_registration(**arguments)
    tasks.mail_registration(**arguments)
    assert len(mail.outbox) == 1


def test_those_who_registered_hear_that_it_is_moved_or_called_off(event, sliven, mails):
    take(event, "Първа", "parva@example.bg")
    gone = take(event, "Отказал се", "gone@example.bg")

    def within(verb):
        def run():
            with municipality_scope(sliven):
                verb(event)

        return run

    with municipality_scope(sliven):
        places.cancel(gone)
    assert mails(within(telling.tell_moved)) == [("parva@example.bg", "Промяна на събитие")]
    assert mails(within(telling.tell_called_off)) == [], "it is not called off"
    with municipality_scope(sliven):
        CampaignEvent.objects.update(cancelled_at=timezone.now(), cancelled_why="Буря")
    assert mails(within(telling.tell_called_off)) == [("parva@example.bg", "Събитието се отменя")]
    assert "Буря" in mail.outbox[0].body


# Forgotten


def test_names_are_taken_out_and_what_was_counted_stays(client, event, sliven):
    answer = send(client, event, needs="Рампа", phone="0888 123 456")
    with municipality_scope(sliven):
        ended = timezone.now() - dt.timedelta(days=29)
        CampaignEvent.objects.update(starts_at=ended - dt.timedelta(hours=2), ends_at=ended)
        Registration.objects.update(came_at=ended)
        assert forgetting.forget_due() == 0
    tasks.forget_registered()
    assert rows_of(sliven, Registration)[0].name == NAME
    with municipality_scope(sliven):
        ended -= dt.timedelta(days=1)
        CampaignEvent.objects.update(starts_at=ended - dt.timedelta(hours=2), ends_at=ended)
    tasks.forget_registered()
    (row,) = rows_of(sliven, Registration)
    assert {getattr(row, field) for field in forgetting.PERSONAL} == {""}
    assert row.forgotten_at
    assert row.came_at
    # The secret opens nothing any more, not even where it was opened before.
    assert client.get(answer["Location"])["Location"].startswith(FIND)
    with municipality_scope(sliven):
        assert forgetting.forget_due() == 0


def test_no_history_ever_held_a_name(client, event, sliven):
    send(client, event, needs="Рампа", phone="0888 123 456")
    (row,) = rows_of(sliven, Registration)
    with municipality_scope(sliven):
        places.cancel(row)
        history = list(apps.get_model("campaigns", "RegistrationHistory").objects.values())
    assert len(history) == 2
    for secret in (NAME, "penka@example.bg", "0888 123 456", "Рампа", row.secret_hash):
        assert secret not in repr(history)


def test_one_of_another_municipality_and_a_group_of_it_are_not_there(client, event, elena):
    group = AudienceFactory(municipality=elena)
    assert send(client, event, audience=group.pk).status_code == 422
    with municipality_scope(elena):
        foreign = RegistrationFactory(municipality=elena, secret_hash="x")
    assert client.get(f"/kampanii/zapisvane/sliven/{foreign.pk}/")["Location"].startswith(FIND)
