"""One mail a working morning: how many, of whom, when not."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core import mail

from frontoffice.followups import following, tasks
from frontoffice.models import FollowUp
from municipalities.models import Membership
from municipalities.tenancy import municipality_scope
from tests.factories_desk import FollowUpFactory
from tests.factories_people import PersonFactory
from tests.support.people import rows_of

WEDNESDAY = "2026-11-18"
MORNING = f"{WEDNESDAY}T07:10:00+02:00"


@pytest.fixture
def promised(specialist, sliven):
    """Two of this Wednesday, one late, one of tomorrow."""
    person = PersonFactory(municipality=sliven, given_name="Вяра")
    return [
        FollowUpFactory(
            municipality=sliven,
            owner=specialist.user,
            title="Обаждане до Вяра",
            person=person,
            due_on=day,
        )
        for day in (WEDNESDAY, WEDNESDAY, "2026-11-02", "2026-11-19")
    ]


@pytest.fixture
def at(django_capture_on_commit_callbacks):
    """Run what is planned for a moment, with all that it causes."""

    def run(moment: str = MORNING) -> list[mail.EmailMessage]:
        mail.outbox.clear()
        planned = int(dt.datetime.fromisoformat(moment).timestamp())
        with (
            time_machine.travel(moment, tick=False),
            django_capture_on_commit_callbacks(execute=True),
        ):
            tasks.remind(planned)
        return list(mail.outbox)

    return run


def test_one_mail_with_numbers_and_nobodys_name(promised, specialist, at):
    (message,) = at()
    assert message.to == [specialist.user.email]
    assert message.subject == "[Фронт-офис] Последващи задачи: 2 за днес, 1 закъсняла"
    assert "за днес: 2" in message.body
    assert "с изтекъл срок: 1" in message.body
    assert "http://testserver/rabotno-myasto/posledvashti/" in message.body
    for secret in ("Вяра", "Обаждане", "Измислена"):
        assert secret not in message.body + message.subject


def test_a_second_run_mails_nobody_and_the_next_morning_does(promised, at):
    assert len(at()) == 1
    assert at() == []
    (message,) = at("2026-11-19T07:10:00+02:00")
    assert message.subject.endswith("1 за днес, 3 закъснели")


def test_each_owner_has_their_own(promised, colleague, sliven, at):
    FollowUpFactory(municipality=sliven, owner=colleague.user, due_on=WEDNESDAY)
    assert {message.to[0]: message.subject.split(": ")[1] for message in at()} == {
        promised[0].owner.email: "2 за днес, 1 закъсняла",
        colleague.user.email: "1 за днес",
    }


@pytest.mark.parametrize(
    ("moment", "mails"),
    [
        ("2026-11-18T06:10:00+02:00", 0),  # the other run of the day, in winter
        ("2026-11-18T07:10:00+02:00", 1),
        ("2027-07-14T07:10:00+03:00", 1),
        ("2027-07-14T08:10:00+03:00", 0),  # in summer
        ("2026-11-21T07:10:00+02:00", 0),  # a Saturday
        ("2026-12-24T07:10:00+02:00", 0),  # Christmas Eve
    ],
)
def test_at_ten_past_seven_on_working_days(promised, at, moment, mails):
    assert len(at(moment)) == mails


def test_the_queue_plans_both_hours():
    from procrastinate.contrib.django import app

    crons = [
        task.cron
        for task in app.periodic_registry.periodic_tasks.values()
        if task.task.name == "frontoffice.remind"
    ]
    assert crons == ["10 4,5 * * *"]


def test_who_asked_for_none_gets_none(promised, sliven, at):
    with municipality_scope(sliven):
        FollowUp.objects.update(reminds=False)
    assert at() == []


def test_what_is_closed_is_not_counted(promised, specialist, sliven, at):
    with municipality_scope(sliven):
        for row in promised[1:3]:
            following.close_follow_up(row, membership=specialist.membership, state="done")
    assert at()[0].subject.endswith(": 1 за днес")


def test_who_left_is_not_written_to(promised, specialist, sliven, at):
    with municipality_scope(sliven):
        Membership.objects.update(ended_at="2026-11-01T00:00:00Z")
    assert at() == []
    with municipality_scope(sliven):
        Membership.objects.update(ended_at=None)
    specialist.user.is_active = False
    specialist.user.save(update_fields=["is_active"])
    assert at() == []


def test_a_municipality_that_left_is_left_alone(promised, sliven, at):
    sliven.is_active = False
    sliven.save(update_fields=["is_active"])
    assert at() == []


def test_a_mail_that_cannot_leave_is_sent_by_the_next_run(promised, sliven, at, monkeypatch):
    def refuse(*_args, **_options):
        raise OSError("no route")

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
        assert at() == []
    assert {row.reminded_on for row in rows_of(sliven, FollowUp)} == {None}
    assert len(at()) == 1


def test_a_mail_changes_no_version(promised, sliven, at):
    """Who has the page open in the morning is not told that a colleague changed it."""
    at()
    assert {row.version for row in rows_of(sliven, FollowUp)} == {1}
