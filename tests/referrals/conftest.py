"""An assessment that is being prepared by the specialist of Сливен, and what it stands on."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from municipalities.tenancy import municipality_scope
from referrals import clock
from referrals.assessments import assessing
from referrals.models import (
    Application,
    AssessmentQuestion,
    NeedsAssessment,
    ReferringPolicy,
)
from tests.factories_applications import ApplicationFactory, NormFactory
from tests.factories_people import PersonFactory
from tests.factories_referring import (
    form_in_force,
)
from tests.referrals.assessing import actor


@pytest.fixture
def question(sliven) -> AssessmentQuestion:
    """The one question of the form in force; required."""
    form = form_in_force(sliven)
    with municipality_scope(sliven):
        return AssessmentQuestion.objects.get(area__form=form)


@pytest.fixture
def application(sliven, specialist) -> Application:
    """A confirmed wish of a known person, with a clock."""
    norm = NormFactory(municipality=sliven, code="preliminary-assessment", value=20)
    with municipality_scope(sliven):
        clocked = clock.started(norm.code, timezone.localdate() - dt.timedelta(days=3))
    return ApplicationFactory(
        municipality=sliven,
        person=PersonFactory(municipality=sliven),
        confirmed_at=timezone.now(),
        state="in_work",
        owner=specialist.user,
        **clocked,
    )


@pytest.fixture
def assessment(application, question, specialist) -> NeedsAssessment:
    with municipality_scope(application.municipality):
        return assessing.begin(
            application=application, actor=actor(specialist), form_key=uuid.uuid4()
        )


@pytest.fixture
def policy(sliven) -> ReferringPolicy:
    with municipality_scope(sliven):
        return ReferringPolicy.objects.create(municipality=sliven, review="never")
