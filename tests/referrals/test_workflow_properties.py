"""What holds on every path through the three machines, whoever walks it and with whatever.

A walk is a list of strides. Most of them are lawful (a step that leads on, by whoever may make it,
with all that it demands), the rest anything at all: any step, any actor, some of the demands. The
rows are real ones; each walk is rolled back. What must hold is written here anew and not taken
from the machines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st

from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from referrals.models import (
    Application,
    AssessmentDocument,
    NeedsAssessment,
    Referral,
    ReferringPolicy,
)
from referrals.workflow.application import APPLICATION
from referrals.workflow.assessment import ASSESSMENT
from referrals.workflow.machine import Actor, Machine, RowChanged, StepRefused, Who
from referrals.workflow.referral import REFERRAL
from services_registry.models import Capacity
from tests.factories import CapacityFactory, ServiceFactory, ServiceKindFactory, UserFactory
from tests.factories_applications import ApplicationFactory
from tests.factories_referring import (
    AssessmentDocumentFactory,
    AssessmentFactory,
    OfferFactory,
    ReferralFactory,
)
from tests.referrals.walking import MOVES, Walk, walk_about

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def actors(db) -> list[Actor]:
    users = [UserFactory() for _n in range(4)]
    return [
        Actor(Who.SPECIALIST, users[0]),
        Actor(Who.HEAD, users[1]),
        Actor(Who.CITIZEN),
        Actor(Who.PROVIDER, users[2]),
        Actor(Who.PROVIDER),
        Actor(Who.CLOCK),
    ]


# The application


def test_an_application(sliven, actors):
    def holds(row: Application) -> None:
        assert bool(row.closed_at) == (row.state in {"closed", "withdrawn"})
        assert row.outcome or row.state != "closed"

    def walk() -> Walk:
        row = ApplicationFactory(municipality=sliven)
        row = Application.objects.get(pk=row.pk)
        APPLICATION.record(row, "received", by=actors[2], source="", target=row.state)
        needs = {"close": [{"outcome": "answered"}], "reopen": [{"outcome": ""}]}
        return Walk(APPLICATION, row, actors, lambda row, step: needs.get(step, []), holds)

    with municipality_scope(sliven):
        walk_about(walk)


# The assessment


class Assessing:
    """Assessments of one application, by any policy of review."""

    NUMBER = {"number": "ПО-2026-000001", "number_year": 2026, "number_seq": 1}

    def __init__(self, owner: Municipality, actors: list[Actor]) -> None:
        self.owner, self.actors = owner, actors
        self.preparer, self.other = actors[0].user, actors[1].user
        self.kind = ServiceKindFactory()
        self.service = ServiceFactory(municipality=owner, status="published")
        self.template = AssessmentFactory(municipality=owner)
        NeedsAssessment.objects.update(state="cancelled", closed_at=timezone.now())

    def walk(self, review: str) -> Walk:
        """Begin an assessment where the policy is ``review``."""
        self.review = review
        ReferringPolicy.objects.create(municipality=self.owner, review=review)
        row = NeedsAssessment(
            municipality=self.owner, application=self.template.application,
            person=self.template.person, form=self.template.form, prepared_by=self.preparer,
        )  # fmt: skip
        ASSESSMENT.begin("begin", row, by=self.actors[0])
        return Walk(ASSESSMENT, row, self.actors, self.needs, self.holds)

    def document(self, row: NeedsAssessment) -> None:
        if not row.documents.exists():
            AssessmentDocumentFactory(municipality=self.owner, assessment=row)

    def choice(self, row: NeedsAssessment) -> None:
        if not row.referrals.exists():
            ReferralFactory(municipality=self.owner, assessment=row, service=self.service)

    def newer(self, row: NeedsAssessment) -> None:
        if not row.replaced_by.exists():
            AssessmentFactory(
                municipality=self.owner, application=row.application, person=row.person,
                form=row.form, replaces=row, done=True,
            )  # fmt: skip

    def sent(self, row: NeedsAssessment) -> None:
        row.referrals.update(state="sent", sent_at=timezone.now())

    def filled(self, row: NeedsAssessment) -> list[dict[str, Any]]:
        """Return the pieces of a whole assessment: of another conclusion each time."""
        referred = [{"outcome": "referred"}, {"do": lambda row: row.kinds.add(self.kind)},
                    {"do": self.choice}]  # fmt: skip
        away = [{"outcome": "directorate"}, {"authority": "ДСП – Сливен"}]
        none = [{"outcome": "no_need"}]
        conclusion = (referred, away, none)[0 if row.referrals.exists() else row.version % 3]
        return [{"is_complete": True}, {"participation": "personal"}, *conclusion]

    def needs(self, row: NeedsAssessment, step: str) -> list[dict[str, Any]]:
        if step in ("fill", "submit"):
            return self.filled(row)
        if step == "mark_urgent":
            return [{"is_urgent": True, "urgent_reason": "няма подслон", "follow_up_on": TODAY}]
        if step == "unmark_urgent":
            return [{"is_urgent": False}]
        if step in ("finish", "approve"):
            whose = self.preparer if row.version % 4 == 3 else self.other
            paper = [
                {"reviewed_by": whose},
                {"do": self.document},
                self.NUMBER | {"issued_on": TODAY},
            ]
            return paper + self.filled(row)
        if step == "replace":
            return [{"do": self.newer}]
        if step == "note" and row.is_urgent and row.is_open:
            return [{"do": self.sent}]
        return []

    def holds(self, row: NeedsAssessment) -> None:
        gone = row.referrals.open().exclude(state="chosen").exists()
        assert bool(row.closed_at) == (row.state in {"done", "replaced", "cancelled"})
        if gone and row.state in {"draft", "review", "cancelled"}:
            assert row.is_urgent
            assert row.urgent_reason
            assert row.follow_up_on
            assert row.state != "cancelled"
        if row.state not in {"review", "done", "replaced"}:
            return
        assert row.is_complete
        assert row.participation
        assert row.outcome
        assert row.authority or row.outcome != "directorate"
        assert (row.outcome == "referred") == row.referrals.exists()
        assert row.outcome != "referred" or row.kinds.exists()
        if row.state == "review":
            return
        assert row.number
        assert row.issued_on
        assert row.documents.exists()
        newer = row.replaced_by.filter(state="done")
        assert row.state == "done" or newer.get().documents.exists()
        if self.review == "always" or (self.review == "refusals" and row.outcome != "referred"):
            assert row.reviewed_by_id not in (None, row.prepared_by_id)


def test_an_assessment(sliven, actors):
    with municipality_scope(sliven):
        walk_about(Assessing(sliven, actors).walk, st.sampled_from(ReferringPolicy.Review.values))


@pytest.mark.parametrize(
    "lack", [{"confirmed_at": None}, {"person_id": None}, {"nature": "alert"}], ids=str
)
def test_an_assessment_begins_with_a_wish_of_a_known_person(sliven, actors, lack):
    with municipality_scope(sliven):
        assessing = Assessing(sliven, actors)
        for name, value in lack.items():
            setattr(assessing.template.application, name, value)
        with pytest.raises(StepRefused), transaction.atomic():
            assessing.walk("never")
        assert NeedsAssessment.objects.count() == 1
        for actor in actors[2:]:
            with pytest.raises(StepRefused, match="не се прави от"), transaction.atomic():
                ASSESSMENT.begin("begin", NeedsAssessment(), by=actor)


# The referral


class Referring:
    """Referrals of one municipality: by assessments of all sorts, to services of two."""

    def __init__(self, owner: Municipality, actors: list[Actor]) -> None:
        self.owner, self.actors = owner, actors
        urgent = {"is_urgent": True, "urgent_reason": "няма подслон", "follow_up_on": TODAY}
        make = partial(AssessmentFactory, municipality=owner)
        bare = make(done=True)
        AssessmentDocument.objects.filter(assessment=bare).delete()
        # The lawful ones first and more often.
        self.assessments = [
            make(done=True),
            make(**urgent),
            make(done=True, **urgent),
            make(),
            bare,
        ]
        service = partial(ServiceFactory, municipality=owner)
        # Of the first the places are counted.
        self.services = [service(status="published"), service(status="published"), service()]
        self.places = CapacityFactory(
            municipality=owner, service=self.services[0], places=3, free=1, waiting=0, as_of=TODAY
        )
        self.routes = [("municipality", ""), ("unclear", "по договор с ДСП"), ("unclear", ""),
                       ("directorate", ""), ("court", "не важи"), ("nobody", "")]  # fmt: skip

    def walk(self, which: int) -> Walk:
        """Begin a referral; of ``which`` three in four can be sent."""
        lawful = which % 4
        assessment = self.assessments[which % (3 if lawful else 5)]
        service = self.services[which % (2 if lawful else 3)]
        routed_to, note = self.routes[which % (2 if lawful else 6)]
        row = Referral(
            municipality=self.owner, assessment=assessment, person=assessment.person,
            service=service, provider=service.provider, routed_to=routed_to, routing_note=note,
            chosen_by="person", requested_on=TODAY,
        )  # fmt: skip
        REFERRAL.begin("choose", row, by=self.actors[which % 2])
        return Walk(REFERRAL, row, self.actors, self.needs, self.holds)

    def offered(self, row: Referral) -> None:
        OfferFactory(municipality=self.owner, referral=row, until=TODAY)

    def answered(self, row: Referral) -> None:
        row.offers.filter(state="open").update(state="lapsed")

    def needs(self, row: Referral, step: str) -> list[dict[str, Any]]:
        contract = {} if row.assessment.is_urgent and row.version % 2 else {"contract_on": TODAY}
        return {
            "decline": [{"decline_reason": "no_place"}],
            "offer": [{"do": self.offered}],
            "pass_offer": [{"do": self.answered}],
            "lapse": [{"do": self.answered}],
            # what was written is taken out too
            "dates": [{"contract_on": TODAY if row.version % 2 else None}],
            "start": [{"started_on": TODAY}, contract],
            "prolong": [{"until": TODAY + dt.timedelta(days=90 - row.version % 2 * 180)}],
            "end": [
                {"ended_on": TODAY - dt.timedelta(days=row.version % 2)},
                {"end_reason": "goal"},
            ],
            "withdraw": [{"withdraw_reason": "wish"}],
        }.get(step, [])

    def holds(self, row: Referral) -> None:
        state, assessment = row.state, row.assessment
        assert row.chosen_by
        assert bool(row.closed_at) == (state in {"ended", "declined", "withdrawn"})
        assert not row.holds_place or state in {"offered", "accepted", "started"}
        if row.service_id == self.places.service_id:
            now = Capacity.objects.order_by("as_of", "pk").last()
            assert (now.free, now.waiting) == (1 - row.holds_place, state == "waiting")
            assert row.holds_place == (state in {"offered", "accepted", "started"})
        if state == "chosen":
            return
        assert row.sent_at
        assert row.service.status == "published"
        assert row.routed_to == "municipality" or (row.routed_to == "unclear" and row.routing_note)
        if assessment.state != "done":
            assert assessment.is_urgent
            assert assessment.urgent_reason
            assert assessment.follow_up_on
        else:
            assert assessment.documents.exists()
        if state in {"waiting", "offered"}:
            assert row.waiting_since
        assert state != "offered" or row.offers.filter(state="open").exists()
        assert state != "declined" or row.decline_reason
        assert state != "withdrawn" or row.withdraw_reason
        if state in {"started", "ended"}:
            assert row.started_on
            assert row.contract_on or assessment.is_urgent
            assert row.until is None or row.until >= row.started_on
        if state == "ended":
            assert row.ended_on >= row.started_on
            assert row.end_reason


def test_a_referral(sliven, actors):
    with municipality_scope(sliven):
        walk_about(Referring(sliven, actors).walk, st.integers(0, 59), times=40)


# Any step from anywhere


def everywhere(owner: Municipality) -> Iterator[tuple[Machine, Any]]:
    """Yield a row in every state of every machine."""
    service = ServiceFactory(municipality=owner, status="published")
    for state in MOVES["application"]:
        over = {"closed_at": timezone.now(), "outcome": "answered"}
        row = ApplicationFactory(
            municipality=owner, state=state, **over if state in {"closed", "withdrawn"} else {}
        )
        yield APPLICATION, row
    for state in MOVES["assessment"]:
        over = {"closed_at": timezone.now()} if state not in {"draft", "review"} else {}
        row = AssessmentFactory(municipality=owner, done=True, **{"state": state} | over)
        yield ASSESSMENT, row
    for state in MOVES["referral"]:
        yield REFERRAL, ReferralFactory(municipality=owner, state=state, service=service)


def test_what_is_not_ones_own_to_do_or_not_from_here_is_refused(sliven, actors):
    """Every step, from every state, by everybody: what the machine does not give is refused."""
    tried = 0
    with municipality_scope(sliven):
        for machine, row in everywhere(sliven):
            walk = Walk(machine, row, actors, lambda row, step: [], lambda row: None)
            before = walk.kept()
            one_of_each = {actor.who: actor for actor in actors}.values()
            for (name, rule), actor in product(machine.steps.items(), one_of_each):
                if row.state in rule.sources and actor.who in rule.who:
                    continue
                tried += 1
                with pytest.raises(StepRefused):
                    machine.make(row, name, by=actor, words="не бива")
                assert not machine.may(row, name, actor)
            assert walk.kept() == before
    assert tried > 800


def test_what_somebody_else_changed_meanwhile_is_not_written_over(sliven, actors):
    with municipality_scope(sliven):
        row = ReferralFactory(municipality=sliven, state="started")
        walk = Walk(REFERRAL, row, actors, lambda row, step: [], lambda row: None)
        REFERRAL.make(row, "dates", by=actors[0], support_plan_on=TODAY, version=row.version)
        before = walk.kept()
        with pytest.raises(RowChanged) as theirs:
            REFERRAL.make(row, "dates", by=actors[1], version=row.version)
        assert theirs.value.current.support_plan_on == TODAY
        assert walk.kept() == before
