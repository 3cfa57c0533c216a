"""„Намерих грешка“: a citizen reports, the office is told and answers, the address goes away."""

from __future__ import annotations

import datetime as dt
import logging
import re
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from municipalities import secrets
from municipalities.tenancy import municipality_scope
from services_registry.upkeep import tasks_reports
from services_registry.upkeep.models import ErrorReport
from tests import factories
from tests.support.people import rows_of
from tests.support.reports import CANARY, EMAIL, address, fresh, lunch, make, said

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def service(sliven, office):
    return lunch(sliven, office)


@pytest.fixture
def commits(django_capture_on_commit_callbacks):
    """What is done after a transaction is done: mails leave."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


# The whole way


def test_a_report_becomes_a_task_is_answered_and_mailed_and_the_address_is_gone(
    client, specialist, service, sliven, commits
):
    page = client.get(address(service))
    key = re.search(r'name="submission" value="([^"]+)"', page.content.decode())[1]
    assert 'name="robots" content="noindex"' in page.content.decode()
    with commits():
        sent = client.post(address(service), said(email=EMAIL, submission=key))
    thanks = client.get(sent["Location"])
    assert "044\xa0611\xa0000" in thanks.content.decode()

    (notice,) = mail.outbox
    assert notice.to == ["ofis@example.bg"]
    assert CANARY not in notice.body
    assert EMAIL not in notice.body
    link = re.search(r"http://testserver(/\S+)", notice.body)[1]

    (report,) = rows_of(sliven, ErrorReport)
    assert secrets.decrypt(report.email_encrypted) == EMAIL
    desk = specialist.get("/rabotno-myasto/").content.decode()
    assert 'href="/registar/signali/?sastoyanie=open">1</a>' in desk
    opened = specialist.get(link).content.decode()
    assert CANARY in opened
    assert service.get_absolute_url() in opened
    assert EMAIL not in opened

    before = timezone.now()
    with commits():
        answer = {"state": "corrected", "answer": "Вече е верният телефон."}
        assert specialist.post(link, answer)["Location"] == link
    letter = mail.outbox[1]
    assert letter.to == [EMAIL]
    assert "Вече е верният телефон." in letter.body
    assert f"http://testserver{service.get_absolute_url()}" in letter.body
    report = fresh(report)
    assert report.email_encrypted is None
    assert (report.state, report.answered_by) == ("corrected", specialist.user)
    assert before <= report.answered_at <= timezone.now()
    assert ">0</a>" in specialist.get("/rabotno-myasto/").content.decode()


def test_without_an_address_the_answer_stays_in_the_office(specialist, service, commits):
    report = make(service)
    with commits():
        url = reverse("report", args=[report.pk])
        specialist.post(url, {"state": "declined", "answer": "Цената е вярна."})
    assert mail.outbox == []
    assert fresh(report).state == "declined"


def test_history_tells_the_answer_and_never_the_address(specialist, service, sliven, commits):
    report = make(service, email=EMAIL)
    with commits():
        url = reverse("report", args=[report.pk])
        specialist.post(url, {"state": "declined", "answer": "Вярно е."})
    events = rows_of(sliven, ErrorReport.pgh_event_model)
    assert {"open", "declined"} <= {event.state for event in events}
    assert not any(field.name == "email_encrypted" for field in events[0]._meta.fields)


# The citizen's form


def test_a_double_press_makes_one_report(client, service, sliven, commits):
    sent = said()
    with commits():
        for text in (CANARY, CANARY, "друг текст след връщане"):
            answer = client.post(address(service), {**sent, "text": text})
            assert answer.status_code == 302
    assert [report.text for report in rows_of(sliven, ErrorReport)] == [CANARY]
    assert len(mail.outbox) == 1


def test_the_same_words_with_a_new_key_are_one_report_and_other_addresses_another(
    client, service, sliven
):
    """A browser that goes back may take the form anew, with what was typed."""
    for email in ("", "", EMAIL, EMAIL, f"vtora.{EMAIL}"):
        assert client.post(address(service), said(email=email)).status_code == 302
    assert len(rows_of(sliven, ErrorReport)) == 3
    with municipality_scope(sliven):
        ErrorReport.objects.update(created_at=timezone.now() - dt.timedelta(days=2))
    client.post(address(service), said())
    assert len(rows_of(sliven, ErrorReport)) == 4


def test_one_key_for_two_municipalities_is_two_reports(client, service, sliven, elena):
    other = factories.ServiceFactory(municipality=elena)
    sent = said()
    assert client.post(address(service), sent).status_code == 302
    assert client.post(address(other), sent).status_code == 302
    assert len(rows_of(sliven, ErrorReport)) == len(rows_of(elena, ErrorReport)) == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"part": ""}, "Изберете какво не е вярно."),
        ({"part": "няма"}, "Изберете едно от изброените."),
        ({"text": "  "}, "Опишете какво не е вярно."),
        ({"text": "а" * 2001}, "Най-много 2000 знака."),
        ({"text": "нула\x00"}, "има знак, който не се чете"),
        ({"email": "без маймунка"}, "Напишете цялата е-поща"),
        ({"email": "a\x00@example.bg"}, "има знак, който не се чете"),
        ({"email": f"{'a' * 300}@example.bg"}, "Е-пощата е твърде дълга."),
        ({"email": "a@example.bg\nBcc: b@example.bg"}, "Напишете цялата е-поща"),
        ({"website": "https://spam.example"}, "Изтрийте написаното тук"),
        ({"submission": "не е ключ"}, "Формулярът не е пълен."),
        ({"submission": ""}, "Формулярът не е пълен."),
    ],
)
def test_a_wrong_form_says_what_keeps_what_was_typed_and_saves_nothing(
    client, service, sliven, wrong, words
):
    answer = client.post(address(service), said(**wrong))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Грешка:" in page
    assert words in page
    if "text" not in wrong:
        assert CANARY in page
    assert rows_of(sliven, ErrorReport) == []


def test_a_form_with_a_broken_key_gets_one_that_works(client, service, sliven):
    page = client.post(address(service), said(submission="x")).content.decode()
    key = re.search(r'name="submission" value="([^"]+)"', page)[1]
    assert client.post(address(service), said(submission=key)).status_code == 302
    assert len(rows_of(sliven, ErrorReport)) == 1


def test_what_nobody_would_type_is_answered(client, service):
    bytes_that_are_no_text = b"part=contacts&text=%ED%A0%80%FF&submission=1&submission=2"
    answer = client.post(
        address(service), bytes_that_are_no_text, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 422
    assert client.post(address(service), {}).status_code == 422


def test_the_trap_is_hidden_until_it_caught_somebody(client, service):
    assert re.search(r"<div hidden>\s*<div class=\"field", client.get(address(service)).text)
    assert "<div hidden>" not in client.post(address(service), said(website="x")).text


def test_too_many_reports_of_one_address_wait_and_keep_their_text(client, service, sliven):
    for number in range(10):
        last = said(text=f"Сигнал {number}")
        assert client.post(address(service), last).status_code == 302
    answer = client.post(address(service), said(text="единадесети"))
    page = answer.content.decode()
    assert answer.status_code == 429
    assert "Изчакайте малко" in page
    assert "единадесети" in page
    assert "044\xa0611\xa0000" in page
    assert client.post(address(service), last).status_code == 302, "the tenth, pressed twice"
    elsewhere = client.post(address(service), said(), REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 302
    assert len(rows_of(sliven, ErrorReport)) == 11


@pytest.mark.parametrize("status", ["draft", "review", "closed"])
def test_what_is_not_public_cannot_be_reported_and_answers_like_what_is_not_there(
    client, specialist, sliven, status
):
    hidden = factories.ServiceFactory(municipality=sliven, status=status, slug="skrita")
    missing = "/uslugi/sliven/nyama-takava/greshka/"
    for who in (client, specialist):
        for path in ("", "blagodarim/"):
            url = address(hidden) + path
            assert who.get(url).status_code == who.get(missing + path).status_code == 404
        assert who.post(address(hidden), said()).status_code == 404
    assert rows_of(sliven, ErrorReport) == []


def test_a_paused_service_can_be_reported(client, sliven):
    paused = factories.ServiceFactory(municipality=sliven, status="paused", paused_reason="ремонт")
    assert client.post(address(paused), said()).status_code == 302


def test_staff_of_another_municipality_report_as_citizens_do(elena_specialist, service, sliven):
    assert elena_specialist.post(address(service), said()).status_code == 302
    assert len(rows_of(sliven, ErrorReport)) == 1


# The address


def test_the_address_is_in_no_log_when_the_mail_server_refuses_it(
    specialist, service, commits, monkeypatch, caplog
):
    def refuse(*_args, **_kwargs):
        raise SMTPRecipientsRefused({EMAIL: (550, f"no such user {EMAIL}".encode())})

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    report = make(service, email=EMAIL)
    with caplog.at_level(logging.DEBUG), commits():
        url = reverse("report", args=[report.pk])
        assert specialist.post(url, {"state": "declined", "answer": "Да."}).status_code == 302
    assert "MailRefused" in caplog.text, "the failure is told"
    assert EMAIL not in caplog.text
    assert fresh(report).email_encrypted is not None, "the next attempt has whom to write to"
    assert "още не е тръгнало" in specialist.get(url).content.decode()


def test_a_repeated_task_writes_once(service, sliven):
    report = make(
        service, email=EMAIL, state="declined", answer="Вярно е.", answered_at=timezone.now()
    )
    for _ in range(2):
        tasks_reports.send_answer(municipality=sliven.pk, report=report.pk)
    tasks_reports.send_answer(municipality=sliven.pk, report=report.pk + 1)
    assert len(mail.outbox) == 1


def test_an_open_report_is_never_mailed(service, sliven):
    report = make(service, email=EMAIL)
    tasks_reports.send_answer(municipality=sliven.pk, report=report.pk)
    assert mail.outbox == []
    assert fresh(report).email_encrypted is not None


def test_addresses_are_forgotten_in_time(service, sliven, elena):
    now = timezone.now()
    young, old, refused, other = (make(service, email=EMAIL) for _ in range(4))
    foreign = make(factories.ServiceFactory(municipality=elena), email=EMAIL)
    with municipality_scope(sliven):
        rows = ErrorReport.objects
        rows.filter(pk=young.pk).update(created_at=now - dt.timedelta(days=179))
        rows.filter(pk=old.pk).update(created_at=now - dt.timedelta(days=181))
        done = {"state": "declined", "answer": "Да."}
        rows.filter(pk=refused.pk).update(**done, answered_at=now - dt.timedelta(days=8))
        rows.filter(pk=other.pk).update(**done, answered_at=now - dt.timedelta(days=6))
    with municipality_scope(elena):
        ErrorReport.objects.filter(pk=foreign.pk).update(created_at=now - dt.timedelta(days=181))
    tasks_reports.tidy_reports()
    kept = [fresh(r).email_encrypted is not None for r in (young, old, refused, other, foreign)]
    assert kept == [True, False, False, True, False]
    assert fresh(old).text, "the report itself stays"


def test_the_worker_finds_the_tasks_and_the_nightly_one():
    from procrastinate.contrib.django import app

    import services_registry.tasks  # noqa: F401  as the worker does

    nightly = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert "services_registry.tidy_reports" in nightly
    assert {"services_registry.tell_office_of_report", "services_registry.send_report_answer"} <= {
        *app.tasks
    }


# The notice


def test_the_owner_is_told_while_they_keep_the_registry(service, sliven, colleague):
    service.owner = colleague.user
    with municipality_scope(sliven):
        service.save()
        assert tasks_reports.recipients(service) == [colleague.user.email, "ofis@example.bg"]
        colleague.membership.ended_at = timezone.now()
        colleague.membership.save()
        assert tasks_reports.recipients(service) == ["ofis@example.bg"]


def test_nobody_to_tell_is_no_failure(sliven):
    report = make(factories.ServiceFactory(municipality=sliven))
    tasks_reports.tell_office(municipality=sliven.pk, report=report.pk)
    assert mail.outbox == []
