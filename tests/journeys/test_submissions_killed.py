"""The process is killed amid submissions: what was confirmed is there, and no number is lost.

Citizens send until they are told a number, as people do; meanwhile the worker that answers them is
killed with SIGKILL, every tenth time with the whole server. A kill counts only where it cut
somebody's answer. ``make interruptions`` does all 50; among the other tests a quarter.
"""

from __future__ import annotations

import http.client
import os
import random
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from referrals.models import Application, ApplicationEvent, ApplicationKind
from tests.factories_applications import ApplicationKindFactory
from tests.support.servers import PortalServer

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 50 if os.environ.get("INTERRUPTIONS") == "all" else 13
CITIZENS = 6
PATIENCE = 120  # seconds until all kills have happened and everybody has an answer
Form = uuid.UUID
# Sends a form and returns the number that the page told; raises OSError or HTTPException where no
# answer came.
Send = Callable[[Form], str]


@dataclass
class Day:
    """What the citizens did and saw."""

    told: dict[Form, str] = field(default_factory=dict)
    cut: int = 0
    kills: int = 0
    is_over: bool = False

    def citizen(self, send: Send) -> None:
        """Send form after form, each until it is confirmed, as long as the day lasts."""
        until = time.monotonic() + PATIENCE
        while not self.is_over:
            form = uuid.uuid4()
            while form not in self.told:
                assert time.monotonic() < until, "no answer"
                try:
                    self.told[form] = send(form)
                except ConnectionRefusedError:
                    time.sleep(0.05)  # nobody is there yet
                except (OSError, http.client.HTTPException):
                    self.cut += 1
                    time.sleep(0.02)

    def killer(self, server: PortalServer, chance: random.Random) -> None:
        """Kill the worker or the server at any moment, until ``KILLS`` of them have cut an answer."""
        until = time.monotonic() + PATIENCE
        try:
            while self.kills < KILLS:
                assert time.monotonic() < until, f"{self.kills} kills in {PATIENCE} s"
                before, answered = self.cut, len(self.told)
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


def spend(server: PortalServer, send: Send) -> Day:
    """Have ``CITIZENS`` send forms to ``server`` while its workers are killed."""
    day = Day()
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
