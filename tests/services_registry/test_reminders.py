"""Reminders: who is asked when, what a link does and does not, and services that close alone."""

from __future__ import annotations

import datetime as dt
import logging
import re
import runpy
from types import SimpleNamespace

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from gunicorn.config import Config as gunicorn_config

from config.logs import HideTokens
from municipalities.models import Role
from municipalities.tenancy import municipality_scope
from services_registry.models import Confirmation, ReviewReminder, Service, ServiceHistory
from services_registry.upkeep import links, tasks
from tests import factories
from tests.support import people
from tests.support.house import ROOT
from tests.support.html import StrictClient

pytestmark = pytest.mark.django_db

ADDRESS = re.compile(r"https?://\S+?(/pregled/\S+)")
MORNING = "T07:40:00+03:00"


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


@pytest.fixture
def deliver(django_capture_on_commit_callbacks):
    """Run the morning of a day; return the mails it sent."""

    def run(day: str) -> list:
        mail.outbox.clear()
        with (
            time_machine.travel(f"{day}{MORNING}", tick=False),
            django_capture_on_commit_callbacks(execute=True),
        ):
            tasks.keep_true()
        return list(mail.outbox)

    return run


def kept(municipality, on: str | None = "2026-03-15", **facts) -> Service:
    """Return a published service of a provider with an address; due half a year after ``on``."""
    day = {"checked_on": dt.date.fromisoformat(on), "checked_by": "office"} if on else {}
    provider = facts.pop("provider", None) or factories.ProviderFactory(
        municipality=municipality, email="dostavchik@example.bg"
    )
    with time_machine.travel("2026-03-15T12:00:00+02:00", tick=False):
        return factories.ServiceFactory(
            municipality=municipality, provider=provider, **day, **facts
        )


def reread(service: Service) -> Service:
    with municipality_scope(service.municipality):
        return Service.objects.get(pk=service.pk)


def link_in(message) -> str:
    (path,) = ADDRESS.findall(message.body)
    return path


def to(mails) -> list[str]:
    return [address for one in mails for address in one.recipients()]


def at(moment: str):
    return time_machine.travel(moment, tick=False)


@pytest.fixture
def head_of_office(sliven):
    return factories.MembershipFactory(municipality=sliven, role=Role.HEAD).user


# The whole way


def test_from_stale_to_fresh_by_mail_link_and_one_press(sliven, deliver):
    service = kept(sliven, name="Топъл обяд", summary="Обяд всеки ден.")
    (message,) = deliver("2026-09-02")
    assert message.to == ["dostavchik@example.bg"]
    assert "Топъл обяд" in message.subject
    assert "проверени за последно на 15.03.2026" in message.body
    link = link_in(message)
    browser = StrictClient()
    with at("2026-09-20T10:00:00+03:00"):
        page = browser.get(link)
        assert "Обяд всеки ден." in page.content.decode()
        assert page["X-Robots-Tag"] == "noindex"
        assert page["Referrer-Policy"] == "strict-origin"
        assert reread(service).is_stale, "opening the link says nothing yet"
        answer = browser.post(link)
        assert answer.url == service.get_absolute_url()
        assert "верни към днес" in browser.get(answer.url).content.decode()
        assert not reread(service).is_stale
    fresh = reread(service)
    assert (fresh.checked_on, fresh.checked_by) == (dt.date(2026, 9, 20), "provider")
    (said,) = people.rows_of(sliven, Confirmation)
    assert (said.side, said.by_id) == ("provider", None)
    assert deliver("2026-09-21") == []


def test_a_scanner_of_mails_that_follows_links_uses_none_up(sliven, deliver):
    kept(sliven)
    link = link_in(deliver("2026-09-02")[0])
    with at("2026-09-02T09:00:00+03:00"):
        for _ in range(3):
            assert StrictClient().get(link).status_code == 200
            assert StrictClient().head(link).status_code == 200
        assert StrictClient().post(link).status_code == 302


# When and to whom


def test_a_provider_is_asked_once_a_fortnight_before(sliven, deliver):
    kept(sliven)  # due on 15.09
    assert deliver("2026-08-31") == []
    assert to(deliver("2026-09-01")) == ["dostavchik@example.bg"]
    assert deliver("2026-09-01") == []
    assert deliver("2026-09-02") == []


def test_the_office_is_asked_when_the_provider_kept_silent_for_a_fortnight(
    sliven, deliver, head_of_office
):
    service = kept(sliven)
    deliver("2026-09-01")
    assert deliver("2026-09-14") == []
    (message,) = deliver("2026-09-15")
    assert message.to == [head_of_office.email]
    assert [deliver(day) for day in ("2026-09-16", "2026-10-20", "2027-01-01")] == [[], [], []]
    with at("2026-09-16T10:00:00+03:00"):
        StrictClient().post(link_in(message))
    assert reread(service).checked_by == "office"
    assert deliver("2027-02-28") == []
    assert to(deliver("2027-03-02")) == ["dostavchik@example.bg"], "the next round begins"


def test_an_answer_spares_the_office_the_question(sliven, deliver, head_of_office):
    kept(sliven)
    (message,) = deliver("2026-09-01")
    with at("2026-09-03T10:00:00+03:00"):
        StrictClient().post(link_in(message))
    assert deliver("2026-09-15") == []


def test_the_owner_is_asked_before_the_head_while_they_work_there(sliven, deliver, head_of_office):
    owner = factories.MembershipFactory(municipality=sliven, role=Role.SPECIALIST).user
    gone = factories.UserFactory()
    kept(sliven, owner=owner)
    kept(sliven, owner=gone)
    deliver("2026-09-01")
    assert sorted(to(deliver("2026-09-15"))) == sorted([owner.email, head_of_office.email])


def test_people_of_a_provider_without_an_address_get_the_mail_apart(sliven, deliver):
    provider = factories.ProviderFactory(municipality=sliven)
    first, second = (
        factories.ProviderMembershipFactory(municipality=sliven, provider=provider).user
        for _ in range(2)
    )
    left = factories.ProviderMembershipFactory(municipality=sliven, provider=provider).user
    left.is_active = False
    left.save(update_fields=["is_active"])
    kept(sliven, provider=provider)
    (message,) = deliver("2026-09-01")
    assert (message.to, message.bcc) == ([first.email], [second.email])


def test_where_a_provider_has_no_address_the_office_is_asked_at_once(
    sliven, deliver, head_of_office
):
    kept(sliven, provider=factories.ProviderFactory(municipality=sliven))
    assert to(deliver("2026-09-01")) == [head_of_office.email]
    assert deliver("2026-09-02") == []


def test_data_that_nobody_ever_checked_are_asked_about_once(sliven, deliver, head_of_office):
    kept(sliven, None)
    (message,) = deliver("2026-04-01")
    assert "още никой не е проверявал" in message.body
    assert deliver("2026-04-02") == []
    assert to(deliver("2026-04-15")) == [head_of_office.email]
    assert deliver("2026-06-01") == []


@pytest.mark.parametrize(
    "facts",
    [
        {"status": "draft"},
        {"status": "review"},
        {"status": "closed"},
        {"closes_on": dt.date(2026, 8, 1)},
        {"on": "2026-08-01"},
    ],
    ids=str,
)
def test_nothing_is_sent_of_what_nobody_has_to_answer_for(sliven, deliver, facts):
    kept(sliven, **facts)
    assert deliver("2026-09-10") == []
    assert people.rows_of(sliven, ReviewReminder) == []


def test_a_municipality_that_left_the_portal_is_left_in_peace(sliven, elena, deliver):
    kept(sliven)
    kept(elena)
    elena.is_active = False
    elena.save(update_fields=["is_active"])
    (message,) = deliver("2026-09-10")
    assert "община Сливен" in message.body


def test_each_municipality_is_asked_of_its_own(sliven, elena, deliver):
    for one in (sliven, elena):
        provider = factories.ProviderFactory(municipality=one, email=f"{one.slug}@example.bg")
        kept(one, provider=provider, name=f"Услуга в {one.name}")
    mails = {message.to[0]: message for message in deliver("2026-09-10")}
    assert set(mails) == {"sliven@example.bg", "elena@example.bg"}
    assert "Елена" not in mails["sliven@example.bg"].body
    for message in mails.values():
        assert link_in(message).startswith(f"/pregled/{message.to[0].partition('@')[0]}/")


def test_mails_name_nobody(sliven, deliver, head_of_office):
    kept(sliven, owner=head_of_office)
    bodies = [one.body for day in ("2026-09-01", "2026-09-15") for one in deliver(day)]
    assert len(bodies) == 2
    for body in bodies:
        assert head_of_office.name not in body
        assert "@" not in body


# A mail server that is away, a worker that repeats itself


def test_a_mail_that_did_not_leave_is_sent_on_the_next_morning(sliven, deliver, monkeypatch):
    kept(sliven)

    def away(self, *args, **kwargs):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", away)
        assert deliver("2026-09-01") == []
    (unsent,) = people.rows_of(sliven, ReviewReminder)
    assert (unsent.sent_at, unsent.token_hash) == (None, "")
    assert len(deliver("2026-09-02")) == 1
    assert deliver("2026-09-03") == []


def test_an_unsent_mail_is_dropped_where_the_data_were_checked_meanwhile(
    sliven, deliver, monkeypatch
):
    service = kept(sliven)
    with monkeypatch.context() as patch:
        patch.setattr("services_registry.upkeep.tasks.later", lambda *a, **k: None)
        patch.setattr("services_registry.upkeep.tasks.keep_true", lambda: tasks.look_after(sliven))
        deliver("2026-09-01")
    (unsent,) = people.rows_of(sliven, ReviewReminder)
    with municipality_scope(sliven):
        Service.objects.filter(pk=service.pk).update(checked_on=dt.date(2026, 9, 1))
    tasks.send_reminder(municipality=sliven.pk, reminder=unsent.pk)
    assert mail.outbox == []
    assert deliver("2026-09-02") == []
    assert people.rows_of(sliven, ReviewReminder) == []


def test_the_same_task_twice_sends_one_mail(sliven, deliver):
    kept(sliven)
    deliver("2026-09-01")
    (sent,) = people.rows_of(sliven, ReviewReminder)
    tasks.send_reminder(municipality=sliven.pk, reminder=sent.pk)
    assert len(mail.outbox) == 1


def test_a_task_for_another_municipality_finds_nothing(sliven, elena):
    with municipality_scope(sliven):
        service = kept(sliven)
        row = ReviewReminder.objects.create(
            municipality=sliven,
            service=service,
            side="provider",
            email="a@example.bg",
            due_on=service.review_due_on,
        )
    tasks.send_reminder(municipality=elena.pk, reminder=row.pk)
    tasks.send_reminder(municipality=sliven.pk, reminder=row.pk + 10**6)
    assert mail.outbox == []


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
        ("services_registry.send_reminder", {"municipality": sliven.pk, "reminder": row.pk}),
    ]


def test_the_worker_knows_the_tasks():
    from procrastinate.contrib.django import app

    assert {
        "services_registry.keep_true",
        "services_registry.keep_true_in",
        "services_registry.send_reminder",
    } <= set(app.tasks)


# Closing


def test_a_service_closes_after_its_last_day_and_the_history_says_so(sliven, deliver):
    service = kept(sliven, "2026-08-01", closes_on=dt.date(2026, 9, 30))
    deliver("2026-09-30")
    assert reread(service).status == Service.Status.PUBLISHED
    deliver("2026-10-01")
    assert reread(service).status == Service.Status.CLOSED
    with municipality_scope(sliven):
        events = ServiceHistory.objects.filter(pgh_obj_id=service.pk).order_by("pk")
        assert [event.status for event in events] == ["published", "closed"]
        assert events.last().pgh_context.metadata == {"job": "services_registry.close_ended"}


def test_the_office_is_told_once_a_month_before(sliven, deliver, head_of_office):
    kept(
        sliven,
        "2026-08-01",
        name="Дневен център",
        closes_on=dt.date(2026, 9, 30),
        closing_note="Обърнете се към центъра в квартал „Младост“.",
    )
    assert deliver("2026-08-30") == []
    (message,) = deliver("2026-08-31")
    assert message.to == [head_of_office.email]
    assert "30.09.2026" in message.body
    assert "квартал „Младост“" in message.body
    assert "/pregled/" not in message.body
    assert deliver("2026-09-01") == []
    assert deliver("2026-10-01") == []


def test_a_last_day_that_is_moved_is_told_of_again(sliven, deliver, head_of_office):
    service = kept(sliven, "2026-08-01", closes_on=dt.date(2026, 9, 30))
    deliver("2026-09-01")
    with municipality_scope(sliven):
        Service.objects.filter(pk=service.pk).update(closes_on=dt.date(2026, 10, 20))
    assert deliver("2026-09-02") == []
    assert len(deliver("2026-09-20")) == 1


def test_telling_of_the_last_day_does_not_stand_for_asking(sliven, deliver, head_of_office):
    """Due on 15.09, closes on 20.09: the provider, the closing, and the office, each once."""
    kept(sliven, closes_on=dt.date(2026, 9, 20))
    got = {day: sorted(to(deliver(day))) for day in ("2026-09-01", "2026-09-02", "2026-09-15")}
    assert got == {
        "2026-09-01": sorted(["dostavchik@example.bg", head_of_office.email]),
        "2026-09-02": [],
        "2026-09-15": [head_of_office.email],
    }


def test_a_service_that_closes_before_it_is_due_is_not_asked_about(sliven, deliver):
    kept(sliven, closes_on=dt.date(2026, 9, 15))
    assert deliver("2026-09-05") == []


# By hand


def test_the_command_does_the_work_of_the_day_and_says_it(
    sliven, elena, capsys, django_capture_on_commit_callbacks
):
    kept(sliven)
    kept(elena, "2026-08-01", closes_on=dt.date(2026, 8, 31))
    with at(f"2026-09-01{MORNING}"):
        for expected in ("Сливен: закрити 0, напомняния 1", "Сливен: закрити 0, напомняния 0"):
            with django_capture_on_commit_callbacks(execute=True):
                call_command("registry_daily", municipality="sliven")
            said = capsys.readouterr().out
            assert expected in said
            assert "Елена" not in said
        call_command("registry_daily")
        assert "Елена: закрити 1, напомняния 0" in capsys.readouterr().out
    assert len(mail.outbox) == 1
    with pytest.raises(CommandError):
        call_command("registry_daily", municipality="nyama")


def test_one_municipality_that_fails_does_not_stop_the_others(sliven, elena, deliver, monkeypatch):
    kept(sliven)
    kept(elena)
    real = tasks.look_after

    def fails_in_elena(municipality):
        if municipality == elena:
            raise RuntimeError
        return real(municipality)

    monkeypatch.setattr(tasks, "look_after", fails_in_elena)
    (message,) = deliver("2026-09-10")
    assert "община Сливен" in message.body
