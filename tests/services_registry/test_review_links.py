"""The links of reminders: what they do, who refuses them, and where their tokens are not."""

from __future__ import annotations

import datetime as dt
import logging
import re
import runpy
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from gunicorn.config import Config as gunicorn_config

from config.logs import HideTokens
from municipalities.tenancy import municipality_scope
from services_registry.models import Confirmation, ReviewReminder, Service
from services_registry.upkeep import links, tasks
from tests import factories
from tests.services_registry.reminding import MORNING, at, kept, link_in, reread
from tests.support import people
from tests.support.house import ROOT
from tests.support.html import StrictClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


# Links that cannot be used


def refused(link: str, method: str = "get") -> bytes:
    """Return what a refused link says, without what differs on every page."""
    cache.clear()
    answer = getattr(StrictClient(), method)(link)
    assert answer.status_code == 404, link
    assert answer["X-Robots-Tag"] == "noindex"
    return re.sub(rb"[0-9a-f]{8,}", b"", answer.content)


def test_wrong_used_expired_and_foreign_links_get_one_answer(sliven, elena, deliver):
    service = kept(sliven)
    link = link_in(deliver("2026-09-01")[0])
    path, token = link.rstrip("/").rsplit("/", 1)
    with at("2026-09-02T09:00:00+03:00"):
        answers = {
            "wrong": refused("/pregled/sliven/abc/"),
            "wrong sent": refused("/pregled/sliven/abc/", "post"),
            "changed": refused(f"{path}/A{token[1:]}x/"),
            "foreign": refused(f"/pregled/elena/{token}/"),
            "nowhere": refused(f"/pregled/nyama/{token}/"),
            "never mailed": refused(links.address_of(sliven, links.new_token(sliven))),
            "long": refused(f"/pregled/sliven/{'а' * 3000}/"),
        }
        cache.clear()
        assert StrictClient().post(link).status_code == 302
        answers["used"] = refused(link)
        answers["used sent"] = refused(link, "post")
    assert len(set(answers.values())) == 1, answers.keys()
    assert reread(service).checked_by == "provider"
    assert len(people.rows_of(sliven, Confirmation)) == 1
    assert people.rows_of(elena, Confirmation) == []


def test_a_link_holds_for_sixty_days(sliven, deliver):
    kept(sliven)
    link = link_in(deliver("2026-09-01")[0])
    with at("2026-10-31T06:00:00+02:00"):
        assert StrictClient().get(link).status_code == 200
    with at("2026-10-31T08:00:00+02:00"):
        assert StrictClient().get(link).status_code == 404


@pytest.mark.parametrize("change", [{"status": "closed"}, {"status": "draft"}])
def test_a_link_to_a_service_that_is_shown_no_more_is_refused(sliven, deliver, change):
    service = kept(sliven)
    link = link_in(deliver("2026-09-01")[0])
    with municipality_scope(sliven):
        Service.objects.filter(pk=service.pk).update(**change)
    with at("2026-09-02T09:00:00+03:00"):
        assert StrictClient().get(link).status_code == 404
        assert StrictClient().post(link).status_code == 404


def test_a_link_of_a_municipality_that_left_is_refused(sliven, deliver):
    kept(sliven)
    link = link_in(deliver("2026-09-01")[0])
    sliven.is_active = False
    sliven.save(update_fields=["is_active"])
    with at("2026-09-02T09:00:00+03:00"):
        assert StrictClient().get(link).status_code == 404


def test_somebody_signed_in_elsewhere_can_answer_too(sliven, elena_specialist, deliver):
    service = kept(sliven)
    link = link_in(deliver("2026-09-01")[0])
    with at("2026-09-02T09:00:00+03:00"):
        assert elena_specialist.get(link).status_code == 200
        assert elena_specialist.post(link).status_code == 302
    assert reread(service).checked_on == dt.date(2026, 9, 2)


def test_guessing_is_slowed_down_and_right_links_are_not(sliven, deliver):
    kept(sliven)
    link = link_in(deliver("2026-09-01")[0])
    with at("2026-09-02T09:00:00+03:00"):
        for _ in range(25):
            assert StrictClient().get(link).status_code == 200
        got = [StrictClient().get("/pregled/sliven/abc/").status_code for _ in range(21)]
        assert got == [404] * 20 + [429]
        assert StrictClient().get(link).status_code == 429


def test_the_page_asks_for_as_many_queries_for_a_large_service(sliven, deliver, queries):
    service = kept(sliven)
    link = link_in(deliver("2026-09-01")[0])
    mine = {"municipality": sliven, "service": service}

    def make(count: int) -> None:
        for _ in range(count):
            factories.ServiceSiteFactory(**mine)
            factories.FeeFactory(**mine)

    with at("2026-09-02T09:00:00+03:00"):
        queries.assert_same(StrictClient(), link, make, name="pregled", at_most=20)


def test_a_shelter_keeps_its_address_to_itself(sliven, deliver):
    service = kept(sliven)
    factories.ServiceSiteFactory(
        municipality=sliven, service=service, address="", address_is_secret=True
    )
    link = link_in(deliver("2026-09-01")[0])
    with at("2026-09-02T09:00:00+03:00"):
        page = StrictClient().get(link).content.decode()
    assert "Адресът не се показва" in page
    assert "ул. „Примерна“" not in page


# Where the token is, and where not


def test_the_token_is_in_the_mail_alone(sliven, deliver, caplog):
    kept(sliven)
    with caplog.at_level(logging.DEBUG):
        (message,) = deliver("2026-09-01")
    token = link_in(message).rstrip("/").rsplit("/", 1)[1]
    assert len(token) > 60
    assert token not in caplog.text
    (row,) = people.rows_of(sliven, ReviewReminder)
    assert re.fullmatch(r"[0-9a-f]{64}", row.token_hash)
    assert token not in str(vars(row))


def test_logs_have_no_tokens():
    line = "GET /pregled/sliven/tajna.podpis/?x=1 200"
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s", (line,), None)
    HideTokens().filter(record)
    assert record.getMessage() == "GET /pregled/sliven/…/?x=1 200"
    gunicorn = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))
    logger = gunicorn["QuietLogger"](gunicorn_config())
    environ = {
        "PATH_INFO": "/pregled/sliven/tajna.podpis/",
        "REQUEST_METHOD": "GET",
        "RAW_URI": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
    }
    answer = SimpleNamespace(status="200 OK", headers=[], sent=0)
    atoms = logger.atoms(answer, SimpleNamespace(headers=[]), environ, dt.timedelta(0))
    assert atoms["U"] == "/pregled/sliven/…/"


def test_arguments_of_tasks_are_ids(sliven, monkeypatch):
    kept(sliven)
    asked = []
    monkeypatch.setattr(tasks, "later", lambda task, **given: asked.append((task.name, given)))
    with at(f"2026-09-01{MORNING}"):
        tasks.keep_true()
        tasks.keep_true_in(municipality=sliven.pk)
    (row,) = people.rows_of(sliven, ReviewReminder)
    assert asked == [
        ("services_registry.keep_true_in", {"municipality": sliven.pk}),
        ("services_registry.send_reminders", {"municipality": sliven.pk, "reminders": [row.pk]}),
    ]


def test_the_worker_knows_the_tasks():
    from procrastinate.contrib.django import app

    assert {
        "services_registry.keep_true",
        "services_registry.keep_true_in",
        "services_registry.send_reminders",
    } <= set(app.tasks)


def test_the_second_of_two_presses_at_once_is_refused_and_counts_once(sliven, deliver, monkeypatch):
    """Both found the link unused; the table has room for one answer to a reminder."""
    service = kept(sliven)
    link = link_in(deliver("2026-09-01")[0])
    real = links.find_usable

    def found_before_the_other_answered(token, *, lock=False):
        reminder = real(token, lock=lock)
        if lock and reminder is not None:
            Confirmation.objects.create(
                municipality=sliven, service=service, side="provider", reminder=reminder
            )
        return reminder

    monkeypatch.setattr(links, "find_usable", found_before_the_other_answered)
    with at("2026-09-02T09:00:00+03:00"):
        assert StrictClient().post(link).status_code == 404
    assert reread(service).checked_by == "office"
