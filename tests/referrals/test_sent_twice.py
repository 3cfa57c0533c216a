"""Pressed twice, sent again, sent from two tabs at once: one application, one number, one code."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from municipalities.models import NumberSeries
from municipalities.tenancy import municipality_scope
from referrals.models import Application, ApplicationEvent
from referrals.secrets import is_secret
from tests.factories_applications import ApplicationKindFactory
from tests.factories_people import PersonFactory
from tests.referrals import online
from tests.support.html import StrictClient
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 6
CODE = re.compile(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b")
NEW = "/rabotno-myasto/zayavleniya/novo/"
ALERT = "/rabotno-myasto/zayavleniya/signal/"


def at_once(client: StrictClient, ask: Callable[[StrictClient], object]) -> list:
    """Ask from ``AT_ONCE`` threads, each with the cookies of ``client``; return what came."""
    gate = threading.Barrier(AT_ONCE)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

    def one() -> object:
        tab = StrictClient()
        tab.cookies[settings.SESSION_COOKIE_NAME] = cookie
        try:
            gate.wait(30)
            return ask(tab)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [done.result(60) for done in [pool.submit(one) for _n in range(AT_ONCE)]]


def assert_one(owner) -> Application:
    """There is one application, the first of its series, with one first step."""
    (made,) = rows_of(owner, Application)
    (series,) = rows_of(owner, NumberSeries)
    assert (made.number_seq, series.last) == (1, 1)
    received = [step for step in rows_of(owner, ApplicationEvent) if step.kind == "received"]
    assert len(received) == 1
    return made


def test_a_citizen_presses_at_once_in_several_tabs(sliven):
    kind = online.ready(sliven)
    client = StrictClient()
    token = online.begin(client, kind)
    online.fill(client, token, online.answers(sliven))
    where = reverse("apply_check", args=[token])
    sent = {"shown": online.value_of(client.get(where), "shown")}
    answers = at_once(client, lambda tab: tab.post(where, sent))
    confirmed = reverse("apply_sent", args=[token])
    assert [(one.status_code, one["Location"]) for one in answers] == [(302, confirmed)] * AT_ONCE
    made = assert_one(sliven)
    pages = {client.get(confirmed).content.decode() for _twice in range(2)}
    codes = {CODE.search(page)[0] for page in pages}
    assert len(codes) == 1, "whoever lost the first answer reads the same code"
    assert is_secret(codes.pop(), made.secret_hash, sliven)
    # And a day later, from a tab that was left open.
    assert client.post(where, sent)["Location"] == confirmed
    assert_one(sliven)


@pytest.fixture
def person(sliven):
    return PersonFactory(municipality=sliven, given_name="Пенка", family_name="Измислена")


def test_the_desk_presses_at_once_and_still_reads_the_code(specialist, sliven, person):
    ApplicationKindFactory(municipality=sliven, code="wish")
    sent = {
        "kind": "wish", "channel": "oral", "on_behalf": "self", "need": "Помощ вкъщи.",
        "reply_by": "office", "form_key": str(uuid.uuid4()), "save": "1", "person": person.pk,
    }  # fmt: skip
    answers = at_once(specialist, lambda tab: tab.post(NEW, sent))
    assert [one.status_code for one in answers] == [302] * AT_ONCE
    assert len({one["Location"] for one in answers}) == 1
    made = assert_one(sliven)
    page = specialist.get(answers[0]["Location"]).content.decode()
    assert is_secret(CODE.search(page)[0], made.secret_hash, sliven)
    assert specialist.post(NEW, sent)["Location"] == answers[0]["Location"]
    assert_one(sliven)


def test_an_alert_pressed_at_once_is_one(specialist, sliven):
    ApplicationKindFactory(municipality=sliven, code="alert", nature="alert", is_online=False)
    sent = {
        "kind": "alert", "channel": "phone", "reporter": "neighbour", "names": "Пенка Измислена",
        "need": "Не е излизала от седмица.", "form_key": str(uuid.uuid4()), "save": "1",
    }  # fmt: skip
    answers = at_once(specialist, lambda tab: tab.post(ALERT, sent))
    assert [one.status_code for one in answers] == [302] * AT_ONCE
    assert assert_one(sliven).is_alert


def test_a_new_person_written_down_by_the_same_press_is_one(specialist, sliven):
    ApplicationKindFactory(municipality=sliven, code="wish")
    sent = {
        "kind": "wish", "channel": "oral", "on_behalf": "self", "need": "Помощ вкъщи.",
        "reply_by": "phone", "form_key": str(uuid.uuid4()), "save": "1", "person": "",
        "person_query": "Вяра Нова", "person_asked": "Вяра Нова",
        "new-names": "Вяра Нова", "new-phones": "0888 765 432", "new-form_key": str(uuid.uuid4()),
    }  # fmt: skip
    answers = at_once(specialist, lambda tab: tab.post(NEW, sent))
    assert {one.status_code for one in answers} <= {302, 422}
    made = assert_one(sliven)
    with municipality_scope(sliven):
        assert type(made.person).objects.count() == 1
