"""The process is killed amid submissions: what was confirmed is there, and no number is lost.

Citizens send until they are told a number, as people do; meanwhile the worker that answers them is
killed with SIGKILL, every tenth time with the whole server. A kill counts only where it cut
somebody's answer. ``make interruptions`` does all 50; among the other tests a quarter.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import RequestFactory
from django.urls import reverse

from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from municipalities.unlocking import unlock
from referrals.models import Application, ApplicationEvent, ApplicationKind, OnlineDraft
from referrals.online import drafts
from referrals.secrets import is_secret
from tests.factories_applications import ApplicationKindFactory
from tests.referrals import online
from tests.support.html import StrictClient
from tests.support.servers import PortalServer

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 50 if os.environ.get("INTERRUPTIONS") == "all" else 13
CITIZENS = 6
PATIENCE = 120  # seconds for one answer, on a machine that does much else
Form = uuid.UUID
# Sends a form and returns the number that the page told; raises OSError or HTTPException where no
# answer came, Away where what was cut was no submission.
Send = Callable[[Form], str]


class Away(Exception):
    """Nobody answered, and nothing was being sent."""


@dataclass
class Day:
    """What the citizens did and saw."""

    begin: Callable[[], Form] = uuid.uuid4
    told: dict[Form, str] = field(default_factory=dict)
    cut: int = 0
    kills: int = 0
    is_over: bool = False

    def citizen(self, send: Send) -> None:
        """Send form after form, each until it is confirmed, as long as the day lasts."""
        try:
            while not self.is_over:
                form, until = self.begin(), time.monotonic() + PATIENCE
                while form not in self.told:
                    assert time.monotonic() < until, "no answer"
                    try:
                        self.told[form] = send(form)
                    except (ConnectionRefusedError, Away):
                        time.sleep(0.05)
                    except (OSError, http.client.HTTPException):
                        self.cut += 1
                        time.sleep(0.02)
        finally:
            connection.close()

    def killer(self, server: PortalServer, chance: random.Random) -> None:
        """Kill the worker or the server at any moment, until ``KILLS`` have cut an answer."""
        tries = 0
        try:
            while self.kills < KILLS:
                tries += 1
                assert tries < 10 * KILLS, f"{self.kills} of {tries} kills cut an answer"
                before, answered = self.cut, len(self.told)
                until = time.monotonic() + PATIENCE
                while len(self.told) < answered + 2:  # the new one is at work
                    assert time.monotonic() < until, "the server did not come back"
                    time.sleep(0.005)
                time.sleep(chance.uniform(0, 0.08))
                if self.kills % 10 == 5:
                    server.kill()
                    server.start(wait=False)
                else:
                    server.kill_worker()
                time.sleep(0.05)
                self.kills += self.cut > before
        finally:
            self.is_over = True


def spend(server: PortalServer, send: Send, **habits) -> Day:
    """Have ``CITIZENS`` send forms to ``server`` while its workers are killed."""
    day = Day(**habits)
    with ThreadPoolExecutor(CITIZENS + 1) as pool:
        citizens = [pool.submit(day.citizen, send) for _n in range(CITIZENS)]
        pool.submit(day.killer, server, random.Random("submissions")).result()
        for citizen in citizens:
            citizen.result()
    print(f"\n{day.kills} kills amid submissions cut {day.cut} answers of {len(day.told)} forms")
    return day


def assert_all_there(day: Day, kind: ApplicationKind) -> None:
    """Every form is one application with the number its sender was told; none is missing."""
    with municipality_scope(kind.municipality):
        rows = list(Application.objects.order_by("number_seq"))
        events = ApplicationEvent.objects.filter(kind="received").count()
    assert {row.form_key: row.number for row in rows} == day.told
    assert [row.number_seq for row in rows] == list(range(1, len(rows) + 1))
    assert events == len(rows) == len(day.told)
    assert day.kills == KILLS


@pytest.fixture
def kind(transactional_db, sliven: Municipality) -> ApplicationKind:
    return ApplicationKindFactory(municipality=sliven)


@pytest.fixture
def bare_server(kind) -> Iterator[PortalServer]:
    with PortalServer("tests.support.wsgi_receiving") as running:
        yield running


def test_the_worker_is_killed_while_applications_are_registered(kind, bare_server):
    def send(form: Form) -> str:
        asked = http.client.HTTPConnection("127.0.0.1", bare_server.port, timeout=10)
        try:
            asked.request("GET", f"/?obshtina={kind.municipality.slug}&form={form}")
            answer = asked.getresponse()
            assert answer.status == 200
            return answer.read().decode()
        finally:
            asked.close()

    assert_all_there(spend(bare_server, send), kind)


# The whole way of a citizen


class Browser:
    """Somebody with a filled-in draft, as far as „Изпратете“, on real connections."""

    def __init__(self, server: PortalServer, draft: OnlineDraft, token: str) -> None:
        self.server, self.token = server, token
        self.cookies = {settings.SESSION_COOKIE_NAME: opened(draft)}
        self.body = ""  # of the form that was sent and not answered

    def ask(self, path: str, body: str = "") -> tuple[int, str, str]:
        """Return status, Location and text of the answer."""
        asked = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            asked.request("POST" if body else "GET", path, body or None, headers)
            answer = asked.getresponse()
            for name, value in SimpleCookie(answer.headers.get("Set-Cookie", "")).items():
                self.cookies[name] = value.value
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            asked.close()

    def look(self, path: str) -> tuple[int, str, str]:
        """Ask for a page; raises Away where none came."""
        try:
            return self.ask(path)
        except (OSError, http.client.HTTPException) as error:
            raise Away from error

    def send(self) -> tuple[str, str]:
        """Press „Изпратете“, again if need be, and return the number and the code told."""
        where = reverse("apply_check", args=[self.token])
        if not self.body:
            status, _where, text = self.look(where)
            assert status == 200, text
            hidden = re.findall(r'name="(csrfmiddlewaretoken|shown)" value="([^"]*)"', text)
            self.body = urlencode(dict(hidden))
        status, onwards, text = self.ask(where, self.body)
        assert status == 302, text
        status, _where, text = self.look(onwards)
        assert status == 200, text
        number = re.search(r"[А-Я]+-\d{4}-\d{6}", text)
        code = re.search(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b", text)
        return number[0], code[0]


def opened(draft: OnlineDraft) -> str:
    """Return the key of a session in which the secret of ``draft`` was given."""
    request = RequestFactory().get("/")
    request.session, request.user = SessionStore(), AnonymousUser()
    unlock(request, draft)
    request.session.save()
    return request.session.session_key


@pytest.fixture
def server(transactional_db, sliven) -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


def test_the_worker_is_killed_while_citizens_send(sliven, server):
    kind = online.ready(sliven)
    client = StrictClient()
    model = online.begin(client, kind)
    online.fill(client, model, online.answers(sliven))
    steps = online.kept(model)["steps"]
    browsers: dict[Form, Browser] = {}
    codes: dict[Form, str] = {}

    def begin() -> Form:
        with municipality_scope(sliven):
            draft, token = drafts.begin(municipality=sliven, kind=kind, service=None)
            drafts.write(draft, {**drafts.read(draft), "steps": steps})
            browsers[draft.form_key] = Browser(server, draft, token)
        return draft.form_key

    def send(form: Form) -> str:
        number, codes[form] = browsers[form].send()
        return number

    assert_all_there(spend(server, send, begin=begin), kind)
    with municipality_scope(sliven):
        for row in Application.objects.all():
            assert is_secret(codes[row.form_key], row.secret_hash, sliven)
