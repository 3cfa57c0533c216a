"""Trainings: what is refused, whose they are, and how hours add up."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django_scopes.exceptions import ScopeError

from municipalities.tenancy import municipality_scope
from tests.factories import UserFactory
from tests.factories_projects import (
    ParticipantFactory,
    ProjectFactory,
    TraineeFactory,
    TrainingFactory,
    make_now,
)
from trainings.models import Trainee, Training, TrainingParticipant


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"ends_on": dt.date(2026, 3, 1)}, "training_ends_after_start"),
        ({"academic_hours": 0}, "training_has_hours"),
    ],
)
def test_a_training_the_database_refuses(sliven, facts, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        TrainingFactory(municipality=sliven, **facts)


def test_a_training_may_take_one_day(sliven):
    TrainingFactory(municipality=sliven, ends_on=dt.date(2026, 3, 2))


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [({"academic_hours": 0}, "participant_has_hours")],
)
def test_a_participant_the_database_refuses(sliven, facts, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        ParticipantFactory(municipality=sliven, **facts)


def test_a_person_takes_part_once(sliven):
    of = {"municipality": sliven, "training": TrainingFactory(municipality=sliven)}
    ParticipantFactory(**of)
    trainee = TraineeFactory(municipality=sliven)
    ParticipantFactory(**of, trainee=trainee)
    with pytest.raises(IntegrityError, match="participant_once"):
        ParticipantFactory(**of, trainee=trainee)


def test_two_people_may_have_the_same_name(sliven):
    TraineeFactory.create_batch(2, municipality=sliven, name="Иван Иванов")


def test_a_colleague_lends_their_name(sliven):
    row = Trainee(municipality=sliven, user=UserFactory(name="Мария Примерова"))
    row.clean()
    assert row.name == "Мария Примерова"
    with pytest.raises(ValidationError, match="Изберете служител или напишете име"):
        Trainee(municipality=sliven).clean()


def test_nobody_takes_more_hours_than_there_are(sliven):
    training = TrainingFactory(municipality=sliven, academic_hours=Decimal(8))
    row = TrainingParticipant(training=training, academic_hours=Decimal("8.5"))
    with pytest.raises(ValidationError, match="Обучението е 8 учебни часа"):
        row.clean()


def test_hours_add_up(sliven):
    training = TrainingFactory(municipality=sliven, academic_hours=Decimal(8))
    of = {"municipality": sliven, "training": training}
    ParticipantFactory.create_batch(2, **of)
    part = ParticipantFactory(**of, academic_hours=Decimal("3.5"))
    empty = TrainingFactory(municipality=sliven)
    assert part.hours_taken == Decimal("3.5")
    with municipality_scope(sliven):
        counted = {t.pk: t for t in Training.objects.with_attendance()}
    assert (counted[training.pk].people, counted[training.pk].hours_taken) == (3, Decimal("19.5"))
    assert (counted[empty.pk].people, counted[empty.pk].hours_taken) == (0, None)


# Whose


@pytest.mark.parametrize("model", [Training, TrainingParticipant])
def test_a_query_without_a_scope_fails(model, db):
    with pytest.raises(ScopeError):
        list(model.objects.all())


@pytest.mark.parametrize("model", [Training, TrainingParticipant])
def test_plain_sql_sees_only_the_own_rows(sliven, elena, model):
    ParticipantFactory(municipality=sliven)

    def count() -> int:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
            return cursor.fetchone()[0]

    assert count() == 0
    with municipality_scope(elena):
        assert count() == 0
    with municipality_scope(sliven):
        assert count() == 1


def test_a_training_is_not_of_another_municipalitys_project(sliven, elena):
    project = ProjectFactory(municipality=elena)
    with pytest.raises(IntegrityError, match="same_municipality_project"):
        make_now(TrainingFactory, municipality=sliven, project=project)


def test_a_participant_is_not_of_another_municipalitys_training(sliven, elena):
    training = TrainingFactory(municipality=elena)
    with pytest.raises(IntegrityError, match="same_municipality_training"):
        make_now(ParticipantFactory, municipality=sliven, training=training)


# The demo


def test_the_demo_says_that_it_is_one(demo):
    from municipalities.demo import demo_municipalities

    for municipality in demo_municipalities().values():
        with municipality_scope(municipality):
            assert all("(пример)" in training.title for training in Training.objects.all())


def test_loading_again_changes_nothing(demo):
    from municipalities.models import Municipality
    from trainings import demo as trainings_demo

    with municipality_scope(Municipality.objects.get(slug="sliven")):
        before = Training.objects.count(), TrainingParticipant.objects.count()
    trainings_demo.load(report=lambda line: None)
    with municipality_scope(Municipality.objects.get(slug="sliven")):
        assert (Training.objects.count(), TrainingParticipant.objects.count()) == before
    assert min(before) > 0
