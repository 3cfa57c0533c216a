"""The clock of an application: from what it starts, and how a pause moves it."""

import datetime as dt

import pytest

from municipalities.models import WorkdayChange
from municipalities.tenancy import municipality_scope
from referrals import clock
from referrals.models import Application
from tests.factories_applications import ApplicationFactory, NormFactory

pytestmark = pytest.mark.django_db
WEDNESDAY = dt.date(2026, 11, 18)


def norm(sliven, **fields):
    return NormFactory(municipality=sliven, code="answer", **fields)


def running(sliven, start=WEDNESDAY, **changes) -> Application:
    """An application whose clock started on ``start``, as it is stored."""
    with municipality_scope(sliven):
        fields = clock.started("answer", start)
    row = ApplicationFactory(municipality=sliven, **fields | changes)
    with municipality_scope(sliven):
        return Application.objects.get(pk=row.pk)


@pytest.mark.parametrize("value", [None, 0])
def test_a_norm_of_unknown_length_sets_no_deadline(sliven, value):
    norm(sliven, value=value)
    with municipality_scope(sliven):
        fields = clock.started("answer", WEDNESDAY)
    assert fields == {"clock_from": WEDNESDAY, "norm": {}, "due_on": None}


def test_no_norm_sets_no_deadline(sliven):
    with municipality_scope(sliven):
        assert clock.started("", WEDNESDAY)["due_on"] is None
        assert clock.started("nyama", WEDNESDAY)["due_on"] is None


def test_the_norm_is_the_one_of_the_first_day(sliven):
    norm(sliven, value=20, valid_to=dt.date(2026, 11, 18))
    norm(sliven, value=5, valid_from=dt.date(2026, 11, 19), unit="working_days")
    assert running(sliven).due_on == dt.date(2026, 12, 8)
    assert running(sliven, start=dt.date(2026, 11, 19)).due_on == dt.date(2026, 11, 26)


def test_a_norm_that_changes_moves_no_deadline_that_runs(sliven):
    row = norm(sliven, value=7, unit="working_days")
    application = running(sliven)
    row.value, row.unit = 1, "months"
    with municipality_scope(sliven):
        row.save()
        application.paused_on = dt.date(2026, 11, 20)
        fields = clock.resumed(application, dt.date(2026, 11, 30))
    assert fields == {"paused_on": None, "paused_days": 10, "due_on": dt.date(2026, 12, 7)}
    words = clock.explained(application)
    assert words == "7 работни дни от 18.11.2026, чл. 1 от пробния закон, непотвърдена норма"


def test_calendar_days_move_by_calendar_days(sliven):
    norm(sliven, value=20)
    application = running(sliven, paused_on=dt.date(2026, 11, 20), paused_days=2, state="waiting")
    with municipality_scope(sliven):
        fields = clock.resumed(application, dt.date(2026, 11, 30))
    # the 18th of December, a Friday
    assert fields == {"paused_on": None, "paused_days": 12, "due_on": dt.date(2026, 12, 18)}
    application.paused_days = 12
    assert clock.explained(application).endswith(", спиран за 12 дни")


def test_days_moved_by_decision_count_in_a_pause(sliven):
    norm(sliven, value=7, unit="working_days")
    with municipality_scope(sliven):
        WorkdayChange.objects.create(municipality=sliven, day="2026-11-24", is_working=False)
        WorkdayChange.objects.create(municipality=sliven, day="2026-12-05", is_working=True)
    application = running(sliven)
    assert application.due_on == dt.date(2026, 11, 30)
    application.paused_on = dt.date(2026, 11, 20)
    with municipality_scope(sliven):
        fields = clock.resumed(application, dt.date(2026, 11, 26))
    # it stood on 23, 25 and 26 November
    assert fields["due_on"] == dt.date(2026, 12, 3)


def test_a_clock_that_did_not_stand_or_has_no_deadline(sliven):
    norm(sliven, value=None)
    application = running(sliven)
    with municipality_scope(sliven):
        assert clock.resumed(application, WEDNESDAY) == {}
        application.paused_on = WEDNESDAY
        fields = clock.resumed(application, dt.date(2026, 11, 17))
    assert fields == {"paused_on": None, "paused_days": 0}
    assert clock.explained(application) == ""
