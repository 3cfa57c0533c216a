"""Mails of what is due and what is late: once a day and row, to whom, and what they do not say."""

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone

from municipalities.models import Membership, WorkdayChange
from municipalities.tenancy import municipality_scope
from referrals.caseload import tasks
from referrals.caseload.reminding import owners_to_remind, take_escalation, take_morning
from referrals.models import NeedsAssessment, Referral, ReferringPolicy
from tests.factories_referring import AssessmentFactory, ReferralFactory

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2026, 11, 16)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_value: MONDAY)


@pytest.fixture
def rows(sliven, specialist, colleague, head):
    mine = {"municipality": sliven, "owner": specialist.user}
    with municipality_scope(sliven):
        return {
            "late": AssessmentFactory(**mine, due_on=MONDAY - 4 * DAY),
            "soon": ReferralFactory(**mine, state="sent", due_on=MONDAY + 3 * DAY),
            "urgent": AssessmentFactory(
                **mine, is_urgent=True, urgent_reason="сам", follow_up_on=MONDAY,
                due_on=MONDAY + 60 * DAY,
            ),
            "later": ReferralFactory(**mine, state="sent", due_on=MONDAY + 4 * DAY),
            "paused": ReferralFactory(
                **mine, state="sent", due_on=MONDAY - DAY, paused_on=MONDAY - 2 * DAY
            ),
            "over": ReferralFactory(**mine, state="declined", due_on=MONDAY - DAY),
            "theirs": ReferralFactory(
                municipality=sliven, owner=colleague.user, state="offered", due_on=MONDAY + DAY
            ),
        }  # fmt: skip


def run(sliven, capture) -> list:
    mail.outbox.clear()
    with capture(execute=True):
        tasks.remind_cases_in(municipality=sliven.pk)
    return mail.outbox


def test_everybody_is_told_once_of_their_own_and_the_head_of_what_is_late(
    rows, sliven, specialist, colleague, head, django_capture_on_commit_callbacks
):
    sent = {one.to[0]: one for one in run(sliven, django_capture_on_commit_callbacks)}
    assert set(sent) == {specialist.user.email, colleague.user.email, head.user.email}
    own = sent[specialist.user.email]
    assert "2 със срок наскоро, 1 закъсняло" in own.subject
    told = {name for name, row in rows.items()
            if f"/{'nasochvaniya' if isinstance(row, Referral) else 'otsenki'}/{row.pk}/"
            in own.body}  # fmt: skip
    assert told == {"late", "soon", "urgent"}
    up = sent[head.user.email]
    assert f"/otsenki/{rows['late'].pk}/" in up.body
    assert "zakasneli" in up.body
    assert up.body.count("/otsenki/") == 1
    for one in sent.values():
        for row in rows.values():
            assert row.person.family_name not in one.subject + one.body
            assert row.person.given_name not in one.subject + one.body
    assert run(sliven, django_capture_on_commit_callbacks) == [], "once a day"


def test_the_next_day_it_is_told_again(rows, sliven, specialist, monkeypatch):
    with municipality_scope(sliven):
        assert take_morning(sliven, specialist.user.pk).late == 1
        assert take_morning(sliven, specialist.user.pk) is None
        monkeypatch.setattr(timezone, "localdate", lambda *_value: MONDAY + DAY)
        again = take_morning(sliven, specialist.user.pk)
        assert (again.late, again.soon) == (2, 2)  # the urgent one is late now, another is soon


def test_telling_does_not_change_the_row_for_whoever_works_on_it(rows, sliven, specialist):
    with municipality_scope(sliven):
        take_morning(sliven, specialist.user.pk)
        now = NeedsAssessment.objects.get(pk=rows["late"].pk)
    assert (now.version, now.reminded_on) == (rows["late"].version, MONDAY)


def test_the_municipality_says_how_soon_and_how_late(rows, sliven, specialist, head):
    with municipality_scope(sliven):
        ReferringPolicy.objects.create(municipality=sliven, soon_days=4, escalate_days=5)
        assert len(take_morning(sliven, specialist.user.pk).cases) == 4
        assert take_escalation(sliven) is None
        ReferringPolicy.objects.update(escalate_days=4)
        assert [case.row.pk for case in take_escalation(sliven).cases] == [rows["late"].pk]
        assert take_escalation(sliven) is None


def test_what_nobody_at_work_has_goes_up_at_once(rows, sliven, specialist, head):
    with municipality_scope(sliven):
        ReferringPolicy.objects.create(municipality=sliven, escalate_days=30)
        nobodys = ReferralFactory(municipality=sliven, state="accepted", due_on=MONDAY - DAY)
        Membership.objects.filter(user=specialist.user).update(ended_at=timezone.now())
        assert specialist.user.pk not in owners_to_remind(sliven)
        assert take_morning(sliven, specialist.user.pk) is None
        told = take_escalation(sliven)
    assert {case.row.pk for case in told.cases} == {rows["late"].pk, nobodys.pk}
    assert [user.pk for user in told.to] == [head.user.pk]


def test_without_a_head_nothing_is_marked(sliven, specialist):
    with municipality_scope(sliven):
        row = AssessmentFactory(municipality=sliven, due_on=MONDAY - 9 * DAY)
        assert take_escalation(sliven) is None
        assert NeedsAssessment.objects.get(pk=row.pk).escalated_on is None


def test_nobody_is_mailed_on_a_day_off(rows, sliven, head, monkeypatch):
    with municipality_scope(sliven):
        WorkdayChange.objects.create(municipality=sliven, day=MONDAY, is_working=False)
        assert owners_to_remind(sliven) == []
        assert take_escalation(sliven) is None


def test_a_mail_that_cannot_be_handed_over_is_as_if_never_tried(rows, sliven, specialist, settings):
    settings.EMAIL_BACKEND = "tests.referrals.test_reminding_cases.Broken"
    with pytest.raises(tasks.mails.MailRefused):
        tasks.send_cases(municipality=sliven.pk, owner=specialist.user.pk)
    with municipality_scope(sliven):
        assert not NeedsAssessment.objects.filter(reminded_on__isnull=False).exists()


class Broken:
    """A mail server that takes nothing."""

    def __init__(self, **_options):
        pass

    def send_messages(self, _messages):
        raise OSError


def test_of_two_runs_a_day_the_one_in_the_morning_works(rows, monkeypatch):
    started = []
    monkeypatch.setattr(tasks, "later", lambda task, **facts: started.append(facts))
    for hour in (4, 5):
        planned = dt.datetime(2026, 11, 16, hour, 20, tzinfo=dt.UTC)
        tasks.remind_cases(timestamp=int(planned.timestamp()))
    assert len(started) == 1
