"""The tracking pages are sent what nobody would type; two presses at once are one."""

from __future__ import annotations

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from municipalities.tenancy import municipality_scope
from referrals.applications import handling
from referrals.applications.models_parts import ApplicationEvent, Attachment
from tests import factories
from tests.factories_applications import SECRET, ApplicationFactory
from tests.fences.test_malformed import NASTY
from tests.support import people
from tests.support import uploads as made
from tests.support.html import StrictClient

TRACK = "/zayavlenie/prosledyavane/"


@pytest.fixture
def application(sliven):
    factories.OfficeFactory(municipality=sliven)
    with municipality_scope(sliven):
        return ApplicationFactory(municipality=sliven)


def opened(application) -> StrictClient:
    client = StrictClient()
    client.is_careful = False  # what is sent comes back as text, braces and all
    data = {"obshtina": "sliven", "nomer": application.number, "kod": SECRET}
    assert client.post(TRACK, data).status_code == 302
    return client


def page(application, name: str, *more) -> str:
    return reverse(name, args=["sliven", application.public_id, *more])


def sendable(value: str) -> str:
    return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


@pytest.mark.parametrize("value", NASTY.values(), ids=NASTY)
def test_nothing_that_is_typed_breaks_a_page(application, sliven, value):
    client, typed = opened(application), sendable(value)
    worker = people.member(sliven, "specialist").user
    with municipality_scope(sliven):
        handling.ask_papers(application=application, by=worker, papers=["Решение"])
    for path in (TRACK, page(application, "track_application"), page(application, "track_paper")):
        assert client.get(path, {"obshtina": typed, "x": typed}).status_code == 200
    paper = page(application, "track_paper")
    good = SimpleUploadedFile("a.pdf", made.pdf())
    for data in (
        {"files": typed, "papers": typed, "note": typed},
        {"files": good, "papers": [typed, typed], "note": typed},
        {"note": typed},
        {},
    ):
        assert client.post(paper, data).status_code in (302, 422)
    answer = client.post(page(application, "track_withdraw"), {"reason": [typed, typed]})
    assert answer.status_code in (302, 422)


@pytest.mark.parametrize(
    "path",
    [
        f"{TRACK}sliven/00000000-0000-0000-0000-000000000000/",
        f"{TRACK}nyama/00000000-0000-0000-0000-000000000000/",
        f"{TRACK}sliven/00000000-0000-0000-0000-000000000000/fayl/99999999999999999999999/",
    ],
)
def test_made_up_addresses_lead_to_the_form(client, sliven, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith(TRACK)


@pytest.mark.parametrize("name", ["track_paper", "track_withdraw"])
def test_a_stranger_changes_nothing(application, sliven, client, name):
    data = {"files": SimpleUploadedFile("a.pdf", made.pdf()), "reason": "x"}
    assert client.post(page(application, name), data)["Location"].startswith(TRACK)
    assert people.rows_of(sliven, Attachment) == []
    assert people.rows_of(sliven, ApplicationEvent) == []


def test_forms_from_elsewhere_are_refused(application):
    client = opened(application)
    strict = StrictClient(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    for path in (
        TRACK,
        f"{TRACK}izhod/",
        page(application, "track_paper"),
        page(application, "track_withdraw"),
    ):
        assert strict.post(path, {}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_add_one_file(application, sliven):
    client = opened(application)
    statuses, gate = [], threading.Barrier(3)

    def press():
        mine = StrictClient()
        mine.cookies = client.cookies
        gate.wait()
        data = {"files": SimpleUploadedFile("a.pdf", made.pdf())}
        statuses.append(mine.post(page(application, "track_paper"), data).status_code)
        connection.close()

    threads = [threading.Thread(target=press) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302] * 3
    assert len(people.rows_of(sliven, Attachment)) == 1
    assert len(people.rows_of(sliven, ApplicationEvent)) == 1
