"""Sessions as people notice them: they end, warn, come back, and keep what was typed."""

from __future__ import annotations

import html
import re

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client

from frontoffice.models import Consultation
from municipalities.models import SignIn
from municipalities.signin import carried
from municipalities.tenancy import municipality_scope
from tests import factories
from tests.support.html import StrictClient

DESK = "/rabotno-myasto/"
FORM = "/rabotno-myasto/konsultatsii/nova/"
NOON = "2026-11-23 12:00:00+02:00"


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def at_noon(clock, specialist):
    """Signed in at noon, for pages of the desk. The fixture order puts the clock first."""
    return specialist


def text_of(response) -> str:
    return response.content.decode()


def form_of(page: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the form that goes to ``action``."""
    form = re.search(
        rf'<form[^>]*action="{re.escape(html.escape(action))}"[^>]*>(.*?)</form>', page, re.S
    )
    assert form, f"no form to {action}"
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form[1]):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        fields[html.unescape(given.get("name", ""))] = html.unescape(given.get("value", ""))
    return fields


# The clocks


def test_a_session_ends_after_thirty_idle_minutes(at_noon, clock):
    assert at_noon.get(DESK).status_code == 200
    clock.shift(29 * 60)
    assert at_noon.get(DESK).status_code == 200
    clock.shift(31 * 60)
    response = at_noon.get(DESK)
    assert response["Location"].startswith("/accounts/login/?next=")
    assert "сесията изтече" in text_of(at_noon.get(response["Location"]))


def test_work_keeps_it_alive_and_twelve_hours_end_it_anyway(at_noon, clock):
    for _half_hour in range(35):
        assert at_noon.get(DESK).status_code == 200
        clock.shift(20 * 60)
    clock.shift(21 * 60)
    assert at_noon.get(DESK).status_code == 302


def test_what_the_page_asks_by_itself_does_not_keep_it_alive(at_noon, clock):
    for _quarter in range(2):
        clock.shift(14 * 60)
        state = at_noon.get("/vhod/sesiya/", headers={"X-Background": "1"}).json()
        assert state["signed_in"]
    assert state["left"] == 2 * 60
    clock.shift(3 * 60)
    assert not at_noon.get("/vhod/sesiya/", headers={"X-Background": "1"}).json()["signed_in"]


def test_to_stay_is_one_small_request(at_noon, clock):
    clock.shift(29 * 60)
    assert at_noon.post("/vhod/ostani/").json()["left"] == 30 * 60
    clock.shift(20 * 60)
    assert at_noon.get(DESK).status_code == 200


def test_a_script_is_told_in_its_own_language(at_noon, clock):
    clock.shift(31 * 60)
    response = at_noon.get(DESK, headers={"Accept": "application/json"})
    assert response.status_code == 401
    assert "изтекла" in response.json()["error"]


# A form that comes too late

TYPED = {
    "channel": "phone",
    "note": "Първи ред\r\nвтори <b>„ред“</b> & още\r\n\r\nкрай ",
    "topics": ["7", "9", "7"],
    "form_key": "0b7c9e2e-6d0f-4a55-9c63-1c9cbb8f0e01",
    "next": "1",
    "празно": "",
}


@pytest.fixture
def late(at_noon, clock):
    """The page after a form was sent 31 minutes later."""
    at_noon.get(DESK)
    clock.shift(31 * 60)
    response = at_noon.post(FORM + "?opit=1", TYPED)
    assert response.status_code == 401
    return text_of(response)


def sign_in(client, token: str, email: str, password: str = factories.PASSWORD):
    data = {"login": email, "password": password, "carried": token}
    return client.post("/accounts/login/", data)


def test_nothing_typed_is_lost_and_sending_it_again_sends_the_same(at_noon, late):
    assert "написаното е запазено" in late
    assert "Първи ред" not in late  # encrypted, not only hidden
    token = form_of(late, "/accounts/login/")["carried"]

    wrong = sign_in(at_noon, token, at_noon.user.email, "не е тази парола 123")
    assert form_of(text_of(wrong), "/accounts/login/")["carried"] == token

    response = sign_in(at_noon, token, at_noon.user.email)
    assert response["Location"] == "/vhod/vashiyat-formulyar/"
    page = text_of(at_noon.get(response["Location"]))
    assert "Вие сте отново тук" in page
    assert f'action="{FORM}?opit=1"' in page
    again = [
        (html.unescape(name), html.unescape(value))
        for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
        if name != "csrfmiddlewaretoken"
    ]
    sent = [(k, v) for k, vs in TYPED.items() for v in (vs if isinstance(vs, list) else [vs])]
    assert again == sent


def test_somebody_else_never_sees_it(at_noon, late, sliven):
    token = form_of(late, "/accounts/login/")["carried"]
    other = factories.MembershipFactory(municipality=sliven).user
    response = sign_in(at_noon, token, other.email)
    assert response["Location"] == "/vhod/"
    again = at_noon.get("/vhod/vashiyat-formulyar/")
    assert again["Location"] == "/vhod/"
    assert carried.unpack(token, other.pk) is None


def test_it_is_kept_for_half_an_hour_and_not_changed_on_the_way(at_noon, late, clock):
    token = form_of(late, "/accounts/login/")["carried"]
    assert carried.unpack(token, at_noon.user.pk)
    assert carried.unpack(token[:-9] + "AAAAAAAA=", at_noon.user.pk) is None
    assert carried.unpack("\x00", at_noon.user.pk) is None
    clock.shift(31 * 60)
    assert carried.unpack(token, at_noon.user.pk) is None
    assert sign_in(at_noon, token, at_noon.user.email)["Location"] == "/vhod/"


def test_it_can_be_thrown_away(at_noon, late):
    token = form_of(late, "/accounts/login/")["carried"]
    sign_in(at_noon, token, at_noon.user.email)
    assert at_noon.post("/vhod/vashiyat-formulyar/").status_code == 302
    assert at_noon.get("/vhod/vashiyat-formulyar/").status_code == 302


def test_a_late_consultation_is_written_once(at_noon, clock, office):
    topic = factories.ConsultationTopicFactory()
    page = text_of(at_noon.get(FORM))
    sent = {
        "channel": "phone",
        "topics": [topic.pk],
        "subject": "self",
        "outcome": "informed",
        "note": "Разговор по телефона",
        "held_at": "23.11.2026 12:00",
        "duration_minutes": "10",
        "form_key": re.search(r'name="form_key"[^>]*value="([^"]*)"', page)[1],
    }
    clock.shift(31 * 60)
    token = form_of(text_of(at_noon.post(FORM, sent)), "/accounts/login/")["carried"]
    back = at_noon.get(sign_in(at_noon, token, at_noon.user.email)["Location"])
    held = back.context["carried"]
    again = dict(held.fields)
    for _twice in range(2):
        assert at_noon.post(held.path, again).status_code == 302
    with municipality_scope(at_noon.membership.municipality):
        assert [c.note for c in Consultation.objects.all()] == ["Разговор по телефона"]
    assert at_noon.get("/vhod/vashiyat-formulyar/").status_code == 302  # sent, so not kept


@pytest.mark.parametrize(
    "value", ["a\x00b", "\ud800".encode("utf-8", "surrogatepass"), "\U0010ffff"]
)
def test_strange_characters_are_carried_too(at_noon, clock, value):
    clock.shift(31 * 60)
    response = at_noon.post(FORM, {"note": value})
    token = form_of(text_of(response), "/accounts/login/")["carried"]
    response = sign_in(at_noon, token, at_noon.user.email)
    assert at_noon.get(response["Location"]).status_code == 200


def test_too_much_is_not_carried(at_noon, clock):
    clock.shift(31 * 60)
    response = at_noon.post(FORM, {"note": "я" * carried.LARGEST})
    assert response.status_code == 302


def test_a_stranger_cannot_have_anything_carried(client):
    assert client.post(FORM, {"note": "x"}).status_code == 302


# Signing in again in place


def again(client, who: str, **data):
    return client.post("/vhod/pak/", data, headers={"X-Who": who})


def who_of(page: str) -> str:
    return re.search(r'data-who="([^"]*)"', page)[1]


def test_the_owner_of_a_page_signs_in_again_without_leaving_it(at_noon, clock):
    who = who_of(text_of(at_noon.get(DESK)))
    clock.shift(31 * 60)
    wrong = again(at_noon, who, password="не е тази парола")
    assert (wrong.status_code, wrong.json()["error"]) == (403, "Това не е паролата ви.")
    right = again(at_noon, who, password=factories.PASSWORD)
    assert right.json()["signed_in"]
    assert right.json()["same"]
    assert at_noon.get(DESK).status_code == 200


def test_the_new_token_is_good_for_the_old_form(clock, sliven, office):
    client = Client(enforce_csrf_checks=True)
    user = factories.MembershipFactory(municipality=sliven, office=office).user
    client.force_login(user)
    page = text_of(client.get(FORM))
    who, old = who_of(page), form_of(page, "/vhod/pak/")["csrfmiddlewaretoken"]
    clock.shift(31 * 60)
    answer = client.post(
        "/vhod/pak/",
        {"password": factories.PASSWORD},
        headers={"X-Who": who, "X-CSRFToken": old},
    ).json()
    late = client.post("/vhod/ostani/", headers={"X-CSRFToken": answer["csrf"]})
    assert late.status_code == 200


def test_the_place_is_for_the_owner_only(at_noon, clock, colleague):
    who = who_of(text_of(at_noon.get(DESK)))
    assert again(colleague, who, password=factories.PASSWORD).status_code == 409
    clock.shift(31 * 60)
    assert again(at_noon, "нищо", password=factories.PASSWORD).status_code == 403
    assert again(at_noon, who + "x", password=factories.PASSWORD).status_code == 403
    clock.shift(25 * 60 * 60)
    assert again(at_noon, who, password=factories.PASSWORD).status_code == 403


def test_guesses_in_place_are_counted_with_the_others(at_noon, clock):
    who = who_of(text_of(at_noon.get(DESK)))
    clock.shift(31 * 60)
    statuses = [
        again(at_noon, who, password=f"опит номер {n} от много").status_code for n in range(7)
    ]
    assert statuses == [403] * 5 + [429] * 2
    assert again(at_noon, who, password=factories.PASSWORD).status_code == 429


# Own sessions


def browser(user, agent: str) -> StrictClient:
    client = StrictClient(headers={"user-agent": agent}, REMOTE_ADDR="203.0.113.77")
    client.post("/accounts/login/", {"login": user.email, "password": factories.PASSWORD})
    return client


WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"


@pytest.fixture
def two_places(sliven):
    user = factories.MembershipFactory(municipality=sliven).user
    return browser(user, WINDOWS), browser(user, PHONE)


def test_a_person_sees_where_they_are_signed_in(two_places):
    here, _there = two_places
    page = text_of(here.get("/profil/"))
    assert "Chrome на компютър с Windows" in page
    assert "Chrome на устройство с Android" in page
    assert "203.0.113.…" in page
    assert "203.0.113.77" not in page
    assert page.index("Windows") < page.index(">това устройство<") < page.index("Android")


def test_one_session_is_ended(two_places):
    here, there = two_places
    other = next(row for row in here.get("/profil/").context["sessions"] if not row.is_this)
    here.post(f"/profil/sesii/{other.pk}/")
    assert here.get("/profil/").status_code == 200
    assert there.get("/profil/").status_code == 302


def test_signing_out_everywhere_ends_this_one_too(two_places):
    here, there = two_places
    response = here.post("/profil/sesii/", follow=True)
    assert "Излязохте от всички устройства." in text_of(response)
    assert here.get("/profil/").status_code == there.get("/profil/").status_code == 302
    assert not SignIn.objects.exists()


def test_nobody_ends_the_session_of_another(two_places, specialist):
    row = SignIn.objects.exclude(user=specialist.user).first()
    assert specialist.post(f"/profil/sesii/{row.pk}/").status_code == 404
    assert specialist.post("/profil/sesii/999999999999999999999/").status_code == 404
    assert SignIn.objects.filter(pk=row.pk).exists()


def test_a_new_password_ends_the_other_sessions(two_places):
    here, there = two_places
    new = "съвсем нова дълга парола"
    data = {"oldpassword": factories.PASSWORD, "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", data).status_code == 302
    assert len(here.get("/profil/").context["sessions"]) == 1
    assert there.get("/profil/").status_code == 302


def test_the_list_goes_with_the_sessions(two_places):
    here, _there = two_places
    Session.objects.all().delete()
    assert not SignIn.objects.exists()
    assert here.get("/profil/").status_code == 302


def test_what_has_run_out_is_thrown_away(clock, specialist, colleague, capsys):
    cache.set("short", 1, 60)
    cache.set("long", 1, 10 * 24 * 60 * 60)
    clock.shift(5 * 24 * 60 * 60)
    with connection.cursor() as cursor:  # PostgreSQL's clock does not travel
        cursor.execute(
            "UPDATE portal_cache SET expires = now() +"
            " CASE WHEN cache_key LIKE '%short' THEN -1 ELSE 1 END * interval '1 day'"
        )
    call_command("clear_expired")
    assert not SignIn.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM portal_cache")
        assert [key for (key,) in cursor.fetchall()] == [":1:long"]
