"""The demo shows applications in every state, as each municipality takes them."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import timezone

from municipalities.demo import demo_municipalities
from municipalities.tenancy import municipality_scope
from referrals import secrets
from referrals.applications.models import Channel, Outcome, State
from referrals.demo import CODE, ONLINE
from referrals.kinds.reading import kinds_online
from referrals.models import (
    Application,
    ApplicationEvent,
    Letter,
    NeedsAssessment,
    Offer,
    OutcomeQuestion,
    PaperRequest,
    Referral,
)
from referrals.placing.waiting import positions
from services_registry.free_places import newest_capacity

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture(params=["sliven", "dolni-chiflik", "aytos", "svoge", "elena"])
def town(request, demo):
    municipality = demo_municipalities()[request.param]
    with municipality_scope(municipality):
        yield municipality


def test_every_state_and_end_can_be_seen(town):
    rows = list(Application.objects.for_listing())
    assert {row.state for row in rows} == set(State)
    ends = {Outcome.ASSESSMENT, Outcome.ANSWERED, Outcome.FORWARDED}
    assert {row.outcome for row in rows if row.outcome} == ends
    assert any(row.is_late for row in rows)
    assert any(row.is_unconfirmed and row.owner is None for row in rows)
    assert any(row.paused_days for row in rows)
    assert any(row.is_alert and row.is_child_at_risk and row.notified for row in rows)
    talks = [row for row in rows if row.consultation]
    assert talks
    assert all(row.consultation.held_at < row.registered_at for row in talks)
    assert Letter.objects.filter(kind=Letter.Kind.PAPERS).count() == 1
    assert PaperRequest.objects.filter(closed_on=None).get().letter is not None
    assert sum(row.attachments.count() for row in rows) == 1


def test_every_state_of_referring_can_be_seen(town):
    referrals = list(Referral.objects.all())
    states = {"sent", "waiting", "offered", "started"}
    more = {"accepted", "declined", "ended"} if town.slug == "sliven" else set()
    assert {row.state for row in referrals} == states | more
    assessments = list(NeedsAssessment.objects.all())
    assert {row.state for row in assessments} >= {"draft", "done"}
    ends = {"referred", "directorate", "no_need"}
    assert {row.outcome for row in assessments if row.state == "done"} == ends
    assert any(row.is_urgent for row in assessments)
    assert any(row.is_late for row in referrals)
    assert any(row.is_late for row in assessments)
    assert Letter.objects.filter(kind=Letter.Kind.DIRECTORATE).count() == 1
    answered = OutcomeQuestion.objects.filter(state="answered")
    assert "yes" in answered.values_list("reached", flat=True)
    (offer,) = Offer.objects.all()
    assert offer.state == "open"
    assert offer.until > timezone.localdate() or timezone.localdate().isoweekday() > 5
    standing = positions(referrals)
    assert sorted(standing.values()) == [1, 2]
    for row in referrals:
        steps = list(row.events.order_by("pk"))
        assert [step.at for step in steps] == sorted(step.at for step in steps)
        assert steps[-1].target == row.state
        assert row.requested_on <= timezone.localdate(steps[0].at)
    for service in {row.service for row in referrals}:
        now = newest_capacity(service)
        assert now is None or 0 <= now.free <= now.places


def test_what_comes_online_follows_the_announcement(town):
    channels = set(Application.objects.values_list("channel", flat=True))
    assert (Channel.ONLINE in channels) is (town.slug in ONLINE)
    assert [kind.code for kind in kinds_online(town)] == (["wish"] if town.slug in ONLINE else [])


def test_its_days_are_in_order(town):
    now = timezone.now() + dt.timedelta(minutes=1)
    for row in Application.objects.all():
        moments = [step.at for step in row.events.order_by("pk")]
        assert moments == sorted(moments)
        assert moments[0] == row.registered_at
        assert max(moments) < now
        assert timezone.localdate(row.registered_at) == row.received_on
    for series in set(Application.objects.values_list("number_series", flat=True)):
        rows = Application.objects.filter(number_series=series).order_by("number_seq")
        came = [row.registered_at for row in rows]
        assert came == sorted(came)
        assert [row.number_seq for row in rows] == list(range(1, len(rows) + 1))


def test_a_step_in_the_past_is_still_a_step_that_nobody_changes():
    with pytest.raises(DatabaseError), municipality_scope(demo_municipalities()["elena"]):
        ApplicationEvent.objects.update(words="друго")


def test_the_start_tells_visitors_what_opens_an_application():
    said = io.StringIO()
    call_command("demo", accounts=True, stdout=said)
    for slug in ONLINE:
        town = demo_municipalities()[slug]
        line = next(
            line for line in said.getvalue().splitlines() if f"Община {town.name}: №" in line
        )
        assert CODE in line
        with municipality_scope(town):
            shown = Application.objects.get(number=line.split("№ ")[1].split(",")[0])
            assert secrets.is_secret(CODE, shown.secret_hash, town)
            offered = Referral.objects.get(state="offered").assessment.application
            assert f"предложено място: № {offered.number}, код {CODE}" in said.getvalue()
            assert secrets.is_secret(CODE, offered.secret_hash, town)
