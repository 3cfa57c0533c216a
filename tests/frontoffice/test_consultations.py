"""Recording and correcting a consultation, under the pages."""

import uuid

import pytest
from django.utils import timezone

from frontoffice.consultations import (
    ConsultationChanged,
    correct_consultation,
    record_consultation,
)
from frontoffice.models import Consultation
from municipalities.models import Role
from municipalities.tenancy import municipality_scope
from tests.factories import ConsultationTopicFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def membership(sliven):
    return MembershipFactory(municipality=sliven, role=Role.SPECIALIST)


def facts(**changed) -> dict:
    return {
        "held_at": timezone.now(),
        "duration_minutes": 5,
        "channel": Consultation.Channel.PHONE,
        "subject": Consultation.Subject.SELF,
        "outcome": Consultation.Outcome.INFORMED,
        "note": "",
        "settlement": None,
        **changed,
    }


def test_the_same_form_twice_is_one_consultation(sliven, membership):
    key, topic = uuid.uuid4(), ConsultationTopicFactory()
    with municipality_scope(sliven):
        first, is_new = record_consultation(
            membership=membership, form_key=key, topics=[topic], **facts(note="първи")
        )
        second, is_new_again = record_consultation(
            membership=membership, form_key=key, topics=[topic], **facts(note="втори")
        )
        assert (is_new, is_new_again) == (True, False)
        assert second == first
        assert Consultation.objects.get().note == "първи"


def test_a_correction_of_an_older_version_is_refused_and_changes_nothing(sliven, membership):
    topic = ConsultationTopicFactory()
    with municipality_scope(sliven):
        saved, _ = record_consultation(
            membership=membership, form_key=uuid.uuid4(), topics=[topic], **facts()
        )
        correct_consultation(
            saved, by=membership.user, version=1, topics=[topic], **facts(note="на колегата")
        )
        with pytest.raises(ConsultationChanged):
            correct_consultation(
                saved, by=membership.user, version=1, topics=[topic], **facts(note="моята")
            )
        assert Consultation.objects.get().note == "на колегата"


def test_an_unknown_fact_is_a_mistake_of_the_caller(sliven, membership):
    with municipality_scope(sliven), pytest.raises(TypeError):
        record_consultation(
            membership=membership, form_key=uuid.uuid4(), topics=[], specialist=membership.user
        )
