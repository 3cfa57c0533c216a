"""Factories of what stands around a consultation; tenant rows are made in their scope."""

from __future__ import annotations

import datetime as dt
import uuid

import factory
from django.db import models
from django.utils import timezone

from frontoffice.models import (
    CalendarFeed,
    Consultation,
    ConsultationVersion,
    DeskPolicy,
    DeskTopic,
    Draft,
    FollowUp,
    Handover,
    NoteTemplate,
    Person,
    PersonMerge,
    PersonNote,
    PersonRelation,
)
from tests.factories import ConsultationTopicFactory, TenantFactory, UserFactory
from tests.factories_people import PersonFactory


class FollowUpFactory(TenantFactory):
    """A follow-up of today; give ``owner`` to make it somebody's."""

    class Meta:
        model = FollowUp

    title = factory.Sequence(lambda n: f"Обаждане {n}")
    due_on = factory.LazyFunction(timezone.localdate)
    owner = factory.SubFactory(UserFactory)
    created_by = factory.SelfAttribute("owner")


class PersonNoteFactory(TenantFactory):
    class Meta:
        model = PersonNote

    person = factory.SubFactory(PersonFactory, municipality=factory.SelfAttribute("..municipality"))
    author = factory.SubFactory(UserFactory)
    text = "Идва с дъщеря си."
    form_key = factory.LazyFunction(uuid.uuid4)


class PersonRelationFactory(TenantFactory):
    class Meta:
        model = PersonRelation

    person = factory.SubFactory(PersonFactory, municipality=factory.SelfAttribute("..municipality"))
    kind = PersonRelation.Kind.CHILD
    name = "Дъщеря Измислена"
    created_by = factory.SubFactory(UserFactory)
    form_key = factory.LazyFunction(uuid.uuid4)


class DraftFactory(TenantFactory):
    """A draft without data; ``frontoffice.drafts`` encrypts what was typed."""

    class Meta:
        model = Draft

    user = factory.SubFactory(UserFactory)
    form = Draft.Form.CONSULTATION
    tab = factory.LazyFunction(uuid.uuid4)


class NoteTemplateFactory(TenantFactory):
    class Meta:
        model = NoteTemplate

    word = factory.Sequence(lambda n: f"дума{n}")
    text = "Обяснен е редът за заявяване."


class DeskTopicFactory(TenantFactory):
    class Meta:
        model = DeskTopic

    key = 1
    topic = factory.SubFactory(ConsultationTopicFactory)


class DeskPolicyFactory(TenantFactory):
    class Meta:
        model = DeskPolicy


def a_row_of_each(person: Person, consultation: Consultation) -> list[models.Model]:
    """Return a row of every model of the desk's packages, all of one municipality.

    To be called inside its scope.
    """
    owner, user = person.municipality, consultation.specialist
    follow_up = FollowUpFactory(municipality=owner, owner=user, person=person)
    other = PersonFactory(municipality=owner)
    return [
        follow_up,
        Handover.objects.create(
            municipality=owner, follow_up=follow_up, given_by=user, had_by=user, given_to=user
        ),
        CalendarFeed.objects.create(municipality=owner, user=user, token_hash=f"{owner.pk:064d}"),
        DraftFactory(municipality=owner, user=user),
        PersonNoteFactory(municipality=owner, person=person, author=user),
        PersonRelationFactory(municipality=owner, person=person, created_by=user),
        PersonMerge.objects.create(
            municipality=owner,
            kept=person,
            merged=other,
            by=user,
            undone_at=timezone.now(),
            undone_by=user,
        ),
        NoteTemplateFactory(municipality=owner),
        DeskTopicFactory(municipality=owner),
        DeskPolicyFactory(municipality=owner),
        ConsultationVersion.objects.create(
            municipality=owner,
            consultation=consultation,
            version=1,
            facts={},
            written_by=user,
            written_at=timezone.now() - dt.timedelta(minutes=1),
        ),
    ]
