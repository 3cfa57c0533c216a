"""Reminders: who is asked when and of what, and what a mail server that is away changes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.core.cache import cache

from municipalities.models import Role
from municipalities.tenancy import municipality_scope
from services_registry.models import Confirmation, ReviewReminder, Service
from services_registry.upkeep import tasks
from tests import factories
from tests.services_registry.reminding import ADDRESS, at, kept, link_in, reread, to
from tests.support import people
from tests.support.html import StrictClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


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


# One mail a day


def test_thirty_services_of_one_provider_are_one_mail_a_day(sliven, deliver, head_of_office):
    provider = factories.ProviderFactory(municipality=sliven, email="dostavchik@example.bg")
    services = [kept(sliven, None, provider=provider, name=f"Услуга № {n}") for n in range(1, 31)]
    (message,) = deliver("2026-04-01")
    assert message.to == ["dostavchik@example.bg"]
    assert "30 услуги" in message.subject
    for service in services:
        assert f"\n{service.name}\n" in message.body
    links = ADDRESS.findall(message.body)
    assert len(set(links)) == 30
    assert deliver("2026-04-01") == []
    assert deliver("2026-04-02") == []
    rows = people.rows_of(sliven, ReviewReminder)
    assert {row.service_id for row in rows} == {service.pk for service in services}

    with at("2026-04-03T10:00:00+03:00"):
        for link in links[:28]:
            assert StrictClient().post(link).status_code == 302
        assert StrictClient().post(links[0]).status_code == 404, "a link serves once"
    (message,) = deliver("2026-04-15")
    assert message.to == [head_of_office.email]
    assert len(ADDRESS.findall(message.body)) == 2
    assert deliver("2026-04-15") == []


def test_the_office_reads_what_is_due_and_what_closes_in_one_mail(sliven, deliver, head_of_office):
    nobody = factories.ProviderFactory(municipality=sliven)
    kept(sliven, provider=nobody, name="Остаряла")
    kept(sliven, "2026-09-01", provider=nobody, name="Спираща", closes_on=dt.date(2026, 9, 20))
    (message,) = deliver("2026-09-01")
    assert message.to == [head_of_office.email]
    assert "Остаряла" in message.subject
    assert "Спираща" in message.body
    assert "Последен ден: 20.09.2026" in message.body
    assert len(ADDRESS.findall(message.body)) == 1
    assert deliver("2026-09-02") == []


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
    tasks.send_reminders(municipality=sliven.pk, reminders=[unsent.pk])
    assert mail.outbox == []
    assert deliver("2026-09-02") == []
    assert people.rows_of(sliven, ReviewReminder) == []


def test_the_same_task_twice_sends_one_mail(sliven, deliver):
    kept(sliven)
    deliver("2026-09-01")
    (sent,) = people.rows_of(sliven, ReviewReminder)
    tasks.send_reminders(municipality=sliven.pk, reminders=[sent.pk])
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
    tasks.send_reminders(municipality=elena.pk, reminders=[row.pk])
    tasks.send_reminders(municipality=sliven.pk, reminders=[row.pk + 10**6])
    assert mail.outbox == []
