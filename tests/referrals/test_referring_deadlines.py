"""The clocks of referring, by the verbs that start, stop and move them.

How days are counted is tested with ``municipalities.norms.deadlines``; here is what they are
counted from, by which norm, and what a step does to them.
"""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from municipalities.models import WorkdayChange
from municipalities.tenancy import municipality_scope
from referrals.assessments import assessing
from referrals.demo_referring import clock_at
from referrals.models import NeedsAssessment, Referral, ReferringPolicy
from referrals.placing import referring, waiting
from referrals.provider import answering
from referrals.workflow.machine import Actor, StepRefused, Who
from tests.factories import CapacityFactory, MembershipFactory, ServiceFactory
from tests.factories_applications import ApplicationFactory, NormFactory
from tests.factories_people import PersonFactory
from tests.factories_referring import AssessmentFactory, ReferralFactory, form_in_force

pytestmark = pytest.mark.django_db

WORKING, CALENDAR, MONTHS = "working_days", "calendar_days", "months"
PROVIDER = Actor(Who.PROVIDER)


def day(written: str) -> dt.date:
    return dt.datetime.strptime(written, "%d.%m.%Y").date()


def on(written: str):
    """Have it be ten in the morning of that day."""
    return clock_at(timezone.make_aware(dt.datetime.combine(day(written), dt.time(10))))


def moved(owner, changes: dict[str, bool]) -> None:
    for written, is_working in changes.items():
        WorkdayChange.objects.create(municipality=owner, day=day(written), is_working=is_working)


@pytest.fixture
def desk(sliven) -> Actor:
    return Actor(Who.SPECIALIST, MembershipFactory(municipality=sliven).user)


@pytest.fixture
def town(sliven, desk):
    with municipality_scope(sliven):
        yield sliven


def chosen(owner, requested: str = "02.11.2026", **facts) -> Referral:
    return ReferralFactory(municipality=owner, requested_on=day(requested), **facts)


@pytest.mark.parametrize(
    ("value", "unit", "changes", "sent", "due"),
    [
        (5, WORKING, {}, "18.11.2026", "25.11.2026"),  # over a weekend
        (5, WORKING, {}, "21.11.2026", "27.11.2026"),  # sent on a Saturday
        (1, WORKING, {}, "23.12.2026", "29.12.2026"),  # Christmas and the Monday for the 26th
        (3, WORKING, {}, "30.12.2026", "05.01.2027"),  # New Year
        (3, WORKING, {"31.12.2026": False}, "30.12.2026", "06.01.2027"),
        (3, WORKING, {"09.01.2027": True}, "06.01.2027", "09.01.2027"),  # a working Saturday
        (3, WORKING, {}, "08.04.2027", "13.04.2027"),
        (7, CALENDAR, {}, "23.04.2027", "05.05.2027"),  # Good Friday to the day for 1 May
        (14, CALENDAR, {}, "18.12.2026", "04.01.2027"),
        (1, MONTHS, {}, "31.01.2028", "29.02.2028"),
        (1, MONTHS, {"01.12.2026": False}, "30.10.2026", "30.11.2026"),
    ],
)
def test_a_provider_answers_within_what_the_municipality_wrote(
    town, desk, value, unit, changes, sent, due
):
    NormFactory(municipality=town, code="provider-answer", value=value, unit=unit)
    moved(town, changes)
    row = chosen(town, requested="01.10.2026")
    with on(sent):
        row = referring.send(referral=row, actor=desk)
    assert (row.clock_from, row.due_on) == (day(sent), day(due))
    assert row.norm["code"] == "provider-answer"


def test_where_nobody_wrote_how_long_there_is_no_deadline(town, desk):
    NormFactory(municipality=town, code="provider-answer", value=None)
    row = referring.send(referral=chosen(town), actor=desk)
    assert (row.due_on, row.norm) == (None, {})
    with pytest.raises(StepRefused, match="Няма срок"):
        referring.pause(referral=row, actor=desk, reason="Чакаме.")
    row = answering.accept(referral=row, actor=PROVIDER)
    assert (row.due_on, row.norm) == (None, {})


@pytest.mark.parametrize(
    ("requested", "accepted", "due"),
    [
        ("02.11.2026", "16.11.2026", "23.11.2026"),  # the 22nd is a Sunday
        ("14.12.2026", "21.12.2026", "04.01.2027"),  # the 3rd is a Sunday after New Year
        ("02.11.2026", "01.12.2026", "23.11.2026"),  # late before it began
        ("12.02.2027", "15.02.2027", "04.03.2027"),  # the 3rd of March is a holiday
    ],
)
def test_the_providers_assessment_is_due_twenty_days_after_the_wish(
    town, desk, requested, accepted, due
):
    NormFactory(municipality=town, code="provider-answer", value=5, unit=WORKING)
    NormFactory(municipality=town, code="provider-assessment", value=20, unit=CALENDAR)
    row = chosen(town, requested=requested)
    with on(accepted):
        row = referring.send(referral=row, actor=desk)
        row = answering.accept(referral=row, actor=PROVIDER)
        assert row.is_late == (day(accepted) > day(due))
    assert (row.clock_from, row.due_on) == (day(requested), day(due))


def test_what_the_provider_writes_moves_the_clock_on(town, desk):
    for code, value in (("provider-answer", 5), ("provider-assessment", 20), ("start-service", 10)):
        NormFactory(municipality=town, code=code, value=value, unit=WORKING)
    with on("16.11.2026"):
        row = referring.send(referral=chosen(town), actor=desk)
        row = answering.accept(referral=row, actor=PROVIDER)
        assert row.due_on == day("30.11.2026")
    with on("20.11.2026"):
        row = answering.dates(
            referral=row, actor=PROVIDER, provider_assessment_on=day("18.11.2026")
        )
        assert row.due_on == day("30.11.2026"), "the plan is not there yet"
        row = answering.dates(referral=row, actor=PROVIDER, support_plan_on=day("19.11.2026"))
        assert row.due_on is None
        row = answering.dates(referral=row, actor=PROVIDER, contract_on=day("20.11.2026"))
        assert (row.clock_from, row.due_on) == (day("20.11.2026"), day("04.12.2026"))
        row = answering.start(referral=row, actor=PROVIDER, on=day("20.11.2026"))
    assert (row.clock_from, row.due_on, row.norm) == (None, None, {})


@pytest.mark.parametrize(
    ("unit", "paused", "resumed", "due"),
    [
        (WORKING, "20.11.2026", "30.11.2026", "03.12.2026"),
        (WORKING, "20.11.2026", "22.11.2026", "25.11.2026"),  # a weekend alone is no time
        (WORKING, "23.11.2026", "28.12.2026", "30.12.2026"),  # two were left, over Christmas
        (CALENDAR, "18.11.2026", "25.11.2026", "30.11.2026"),
        (CALENDAR, "20.11.2026", "20.11.2026", "23.11.2026"),
    ],
)
def test_a_clock_that_stood_leaves_as_much_as_it_had(town, desk, unit, paused, resumed, due):
    NormFactory(municipality=town, code="provider-answer", value=5, unit=unit)
    with on("18.11.2026"):
        row = referring.send(referral=chosen(town), actor=desk)
    with on(paused):
        row = referring.pause(referral=row, actor=desk, reason="Доставчикът е в ремонт.")
    with on(resumed):
        assert not row.is_late
        assert not Referral.objects.late().exists()
        row = referring.resume(referral=row, actor=desk)
    assert (row.due_on, row.paused_on, row.pause_reason) == (day(due), None, "")
    with on(due):
        assert not row.is_late
        assert not Referral.objects.late().exists()
    with clock_at(
        timezone.make_aware(dt.datetime.combine(day(due), dt.time(10))) + dt.timedelta(1)
    ):
        assert row.is_late
        assert Referral.objects.late().get() == row


def test_an_answer_while_the_clock_stands_begins_the_next_one(town, desk):
    NormFactory(municipality=town, code="provider-answer", value=5, unit=WORKING)
    NormFactory(municipality=town, code="provider-assessment", value=20, unit=CALENDAR)
    with on("18.11.2026"):
        row = referring.send(referral=chosen(town), actor=desk)
        row = referring.pause(referral=row, actor=desk, reason="Чака се документ.")
    with on("24.11.2026"):
        row = answering.accept(referral=row, actor=PROVIDER)
    assert (row.paused_on, row.paused_days, row.due_on) == (None, 0, day("23.11.2026"))


@pytest.mark.parametrize(
    ("days", "changes", "freed", "until"),
    [
        (5, {}, "18.11.2026", "25.11.2026"),
        (5, {}, "21.12.2026", "31.12.2026"),
        (2, {}, "30.12.2026", "04.01.2027"),
        (2, {"04.01.2027": False}, "30.12.2026", "05.01.2027"),
        (1, {"28.11.2026": True}, "27.11.2026", "28.11.2026"),
    ],
)
def test_an_offer_waits_for_the_working_days_of_the_municipality(town, days, changes, freed, until):
    ReferringPolicy.objects.create(municipality=town, offer_days=days)
    moved(town, changes)
    service = ServiceFactory(municipality=town, status="published")
    row = ReferralFactory(municipality=town, service=service, state="waiting")
    CapacityFactory(municipality=town, service=service, places=9, free=1, as_of=day("01.11.2026"))
    with on(freed):
        offer = waiting.offer_next(service)
        assert (offer.referral, offer.until) == (row, day(until))
    with on(until):
        assert not waiting.lapse(offer), "its last day is a day to answer"
    with clock_at(
        timezone.make_aware(dt.datetime.combine(day(until), dt.time())) + dt.timedelta(1)
    ):
        assert waiting.lapse(offer)
    row.refresh_from_db()
    assert (row.state, row.due_on) == ("waiting", None)


def begun(town, desk, **clock) -> NeedsAssessment:
    person = PersonFactory(municipality=town)
    form_in_force(town)
    application = ApplicationFactory(
        municipality=town, person=person, confirmed_at=timezone.now(), state="in_work", **clock
    )
    return assessing.begin(application=application, actor=desk, form_key=uuid.uuid4())


def test_an_assessment_goes_on_by_the_clock_of_its_application(town, desk):
    norm = {"value": 20, "unit": CALENDAR, "legal_basis": "", "is_verified": False}
    with on("24.11.2026"):
        row = begun(
            town, desk, clock_from=day("18.11.2026"), due_on=day("10.12.2026"), paused_days=2,
            norm=norm,
        )  # fmt: skip
        assert (row.clock_from, row.due_on, row.paused_days, row.norm) == (
            day("18.11.2026"), day("10.12.2026"), 2, norm,
        )  # fmt: skip
        row = assessing.pause(assessment=row, actor=desk, reason="В болница е.")
        with pytest.raises(StepRefused, match="вече е спрян"):
            assessing.pause(assessment=row, actor=desk, reason="Още.")
    with on("11.12.2026"):
        assert not NeedsAssessment.objects.late().exists()
        row = assessing.resume(assessment=row, actor=desk)
        with pytest.raises(StepRefused, match="не е спрян"):
            assessing.resume(assessment=row, actor=desk)
    # seventeen days later is the 27th, a Sunday; the 28th is free for the 26th
    assert (row.due_on, row.paused_days, row.paused_on) == (day("29.12.2026"), 19, None)
    with on("30.12.2026"):
        assert NeedsAssessment.objects.late().get() == row
        assessing.cancel(assessment=row, actor=desk, reason="Не желае.")
        assert not NeedsAssessment.objects.late().exists()


def test_a_new_assessment_in_place_of_another_counts_from_its_own_day(town, desk):
    NormFactory(
        municipality=town, code="preliminary-assessment", value=7, unit=WORKING,
    )  # fmt: skip
    old = AssessmentFactory(municipality=town, done=True, due_on=day("01.10.2026"))
    type(old.application).objects.update(
        state="closed", outcome="assessment", closed_at=timezone.now()
    )
    with on("18.12.2026"):
        row = assessing.begin(
            application=old.application, actor=desk, form_key=uuid.uuid4(), replaces=old
        )
    assert (row.clock_from, row.due_on) == (day("18.12.2026"), day("04.01.2027"))
