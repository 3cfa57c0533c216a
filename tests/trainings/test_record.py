"""What a person has learned in a year, and which norms that meets."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from municipalities.models import Role
from municipalities.starting import begin
from municipalities.tenancy import municipality_scope
from projects.risks import risks_of
from tests.factories import (
    MembershipFactory,
    ProviderFactory,
    ProviderMembershipFactory,
)
from tests.factories_projects import (
    ParticipantFactory,
    ProjectFactory,
    SupervisionFactory,
    TraineeFactory,
    TrainingFactory,
)
from trainings.models import DevelopmentNorm, Supervision, SupervisionParticipant, Training
from trainings.supervising.joining import of_project
from trainings.supervising.record import record_of, unmet

TODAY = dt.date(2026, 11, 22)
What, Unit, For = DevelopmentNorm.What, DevelopmentNorm.Unit, DevelopmentNorm.For


def norm(owner, what, value, unit=Unit.HOURS, **facts) -> DevelopmentNorm:
    with municipality_scope(owner):
        return DevelopmentNorm.objects.create(
            municipality=owner, what=what, value=value, unit=unit, **facts
        )


def attended(trainee, hours=8, kind="thematic", ends_on=dt.date(2026, 5, 5), **facts):
    training = TrainingFactory(
        municipality=trainee.municipality,
        kind=kind,
        academic_hours=Decimal(hours),
        starts_on=ends_on,
        ends_on=ends_on,
        **{name: facts.pop(name) for name in ("project",) if name in facts},
    )
    return ParticipantFactory(
        municipality=trainee.municipality, training=training, trainee=trainee, **facts
    )


def supervised(*people, form="group", held_on=dt.date(2026, 5, 5), hours=2, **facts) -> Supervision:
    owner = people[0].municipality
    row = SupervisionFactory(
        municipality=owner, form=form, held_on=held_on, hours=Decimal(hours), **facts
    )
    with municipality_scope(owner):
        for trainee in people:
            SupervisionParticipant.objects.create(
                municipality=owner, supervision=row, trainee=trainee
            )
    return row


def lines(trainee, year=2026, today=TODAY):
    with municipality_scope(trainee.municipality):
        record = record_of(trainee, year, today=today)
    return {(line.norm.what, line.norm.unit): line for line in record.lines}


def lacking(owner, year=2026, today=TODAY):
    with municipality_scope(owner):
        return [(row.trainee.name, row.norm.what, row.missing) for row in unmet(year, today=today)]


@pytest.fixture
def vera(sliven):
    return TraineeFactory(municipality=sliven, name="Вера Пробна")


def test_hours_and_times_are_counted_each_for_its_kind(sliven, vera):
    norm(sliven, What.TRAINING, 16)
    norm(sliven, What.UPGRADING, 10)
    norm(sliven, What.SUPERVISION, 3, Unit.TIMES)
    norm(sliven, What.TEAM, 4)
    attended(vera, 8, "upgrading")
    attended(vera, 6, "thematic", academic_hours=Decimal("4.5"))
    supervised(vera, form="team", hours=3)
    supervised(vera, form="individual", hours=1)
    got = {key[0]: (line.done, line.missing) for key, line in lines(vera).items()}
    assert got == {
        What.TRAINING: (Decimal("12.5"), Decimal("3.5")),
        What.UPGRADING: (8, 2),
        What.SUPERVISION: (2, 1),
        What.TEAM: (3, 1),
    }


def test_only_what_was_attended_in_the_year_counts(sliven, vera):
    norm(sliven, What.TRAINING, 8)
    norm(sliven, What.SUPERVISION, 1, Unit.TIMES)
    attended(vera, 8, ends_on=dt.date(2025, 12, 31))
    attended(vera, 8, state="enrolled")
    attended(vera, 8, state="absent")
    cancelled = attended(vera, 8).training
    with municipality_scope(sliven):
        Training.objects.filter(pk=cancelled.pk).update(state="cancelled")
    supervised(vera, held_on=dt.date(2025, 12, 31))
    assert [line.done for line in lines(vera).values()] == [0, 0]
    assert [line.done for line in lines(vera, 2025).values()] == [8, 1]


def test_more_than_is_asked_for_is_not_less_than_nothing(sliven, vera):
    norm(sliven, What.TRAINING, 8)
    attended(vera, 20)
    (line,) = lines(vera).values()
    assert (line.done, line.missing, line.is_met) == (20, 0, True)
    assert lacking(sliven) == []


def test_an_unknown_amount_is_asked_of_nobody(sliven, vera):
    norm(sliven, What.TRAINING, None)
    (line,) = lines(vera).values()
    assert (line.required_words, line.missing, line.is_met) == ("не е известно", 0, False)
    assert lacking(sliven) == []


def test_norms_bind_by_what_somebody_does(sliven, elena):
    norm(sliven, What.TRAINING, 1)
    norm(sliven, What.INDIVIDUAL, 1, applies_to=For.DESK)
    norm(sliven, What.GROUP, 1, applies_to=For.PROVIDERS)
    at_desk = MembershipFactory(municipality=sliven, role=Role.SPECIALIST).user
    manager = MembershipFactory(municipality=sliven, role=Role.PROJECT_MANAGER).user
    elsewhere = MembershipFactory(municipality=elena, role=Role.SPECIALIST).user
    left = MembershipFactory(
        municipality=sliven, role=Role.HEAD, ended_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    ).user
    of_provider = ProviderMembershipFactory(municipality=sliven)
    people = {
        "desk": TraineeFactory(municipality=sliven, user=at_desk),
        "manager": TraineeFactory(municipality=sliven, user=manager),
        "elsewhere": TraineeFactory(municipality=sliven, user=elsewhere),
        "left": TraineeFactory(municipality=sliven, user=left),
        "provider": TraineeFactory(municipality=sliven, user=of_provider.user),
        "written": TraineeFactory(
            municipality=sliven, provider=ProviderFactory(municipality=sliven)
        ),
        "other": TraineeFactory(municipality=sliven),
    }
    asked = {who: {what for what, _unit in lines(row)} for who, row in people.items()}
    assert asked == {
        "desk": {What.TRAINING, What.INDIVIDUAL},
        "manager": {What.TRAINING},
        "elsewhere": {What.TRAINING},
        "left": {What.TRAINING},
        "provider": {What.TRAINING, What.GROUP},
        "written": {What.TRAINING, What.GROUP},
        "other": {What.TRAINING},
    }


def test_of_editions_in_a_year_the_last_is_the_norm(sliven, vera):
    norm(sliven, What.TRAINING, 8, valid_to=dt.date(2026, 6, 30))
    norm(sliven, What.TRAINING, 12, valid_from=dt.date(2026, 7, 1), valid_to=dt.date(2026, 12, 31))
    norm(sliven, What.TRAINING, 20, valid_from=dt.date(2027, 1, 1))
    for year, asked in ((2025, 8), (2026, 12), (2027, 20)):
        (line,) = lines(vera, year).values()
        assert line.required == asked


def test_an_introductory_training_is_owed_once_after_the_appointment(sliven):
    norm(sliven, What.INTRODUCTORY, 16)
    new = TraineeFactory(municipality=sliven, appointed_on=dt.date(2026, 2, 2))
    old = TraineeFactory(municipality=sliven, appointed_on=dt.date(2020, 2, 2))
    unknown = TraineeFactory(municipality=sliven)
    assert [row.missing for row in lines(new).values()] == [16]
    assert lines(new, 2025) == lines(old) == lines(unknown) == {}


@pytest.mark.parametrize(
    ("trained_on", "today", "met", "missing"),
    [
        (None, dt.date(2026, 3, 4), False, 0),  # the last day
        (None, dt.date(2026, 3, 7), False, 3),
        (dt.date(2026, 3, 1), dt.date(2026, 3, 7), True, 0),
        (dt.date(2026, 3, 20), dt.date(2026, 3, 21), True, 0),
        (dt.date(2026, 1, 31), dt.date(2026, 3, 7), False, 3),  # before the appointment
    ],
)
def test_days_after_the_appointment(sliven, trained_on, today, met, missing):
    norm(sliven, What.INTRODUCTORY, 30, Unit.DAYS)
    new = TraineeFactory(municipality=sliven, appointed_on=dt.date(2026, 2, 2))
    if trained_on:
        attended(new, 8, "introductory", ends_on=trained_on)
    (line,) = lines(new, today=today).values()
    assert line.due_on == dt.date(2026, 3, 4)
    assert (line.is_met, line.missing) == (met, missing)


def test_nobody_who_left_or_comes_later_lacks_anything(sliven):
    norm(sliven, What.TRAINING, 8)
    TraineeFactory(municipality=sliven, name="Напуснал", is_active=False)
    TraineeFactory(municipality=sliven, name="Бъдещ", appointed_on=dt.date(2027, 1, 1))
    TraineeFactory(municipality=sliven, name="Тук")
    assert lacking(sliven) == [("Тук", What.TRAINING, 8)]


def test_a_person_of_another_municipality_is_not_counted(sliven, elena, vera):
    norm(elena, What.TRAINING, 8)
    TraineeFactory(municipality=elena, name="Чужд")
    assert lacking(sliven) == []
    assert [name for name, *_rest in lacking(elena)] == ["Чужд"]


def test_what_is_missing_costs_the_same_for_many(sliven):
    norm(sliven, What.TRAINING, 8)

    def cost() -> int:
        with (
            municipality_scope(sliven),
            CaptureQueriesContext(
                connection,
            ) as asked,
        ):
            unmet(2026, today=TODAY)
        return len(asked)

    def people(count: int) -> None:
        for row in TraineeFactory.create_batch(count, municipality=sliven):
            attended(row, 2)
            supervised(row)

    people(3)
    few = cost()
    people(20)
    assert cost() == few <= 6


# What it says elsewhere


def test_an_unmet_norm_threatens_the_project_of_those_who_owe_it(sliven, vera):
    project = ProjectFactory(
        municipality=sliven, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 12, 31)
    )
    other = ProjectFactory(
        municipality=sliven, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 12, 31)
    )
    norm(sliven, What.SUPERVISION, 2, Unit.TIMES)

    def said(of, day):
        with municipality_scope(sliven):
            return [risk for risk in risks_of(of, day) if risk.code == "norm-unmet"]

    assert said(project, TODAY) == [], "nobody learns by it"
    supervised(vera, project=project)
    (risk,) = said(project, TODAY)
    assert "при 1\xa0човек" in risk.words
    assert "непотвърдена норма" in risk.words
    assert f"proekt={project.pk}" in risk.url
    assert risk.level == "late"
    assert said(project, dt.date(2026, 3, 1))[0].level == "due"
    assert said(other, TODAY) == []
    assert said(project, dt.date(2027, 3, 1)) == [], "the project is over"
    supervised(vera, project=other)
    assert said(project, TODAY) == [], "met, wherever it was held"


def test_the_card_of_a_project_counts_each_person_once(sliven, vera):
    project = ProjectFactory(municipality=sliven)
    for _ in range(2):
        attended(vera, 8, project=project)
    attended(TraineeFactory(municipality=sliven), 8, project=project, state="enrolled")
    supervised(vera, project=project, hours=Decimal("1.5"))
    with municipality_scope(sliven):
        data = of_project(project)
    assert (data["trained"], len(data["trainings"]), data["supervisions"]) == (1, 3, 1)
    assert data["supervision_hours"] == "1,5\xa0часа"


def test_a_municipality_begins_with_norms_that_ask_for_nothing(sliven):
    begin(sliven)
    with municipality_scope(sliven):
        rows = list(DevelopmentNorm.objects.all())
        assert rows
        assert all(row.value is None and not row.is_verified for row in rows)
        DevelopmentNorm.objects.filter(code=rows[0].code).update(value=8)
    begin(sliven)
    with municipality_scope(sliven):
        assert DevelopmentNorm.objects.count() == len(rows)
        assert DevelopmentNorm.objects.get(code=rows[0].code).value == 8, "stays as it was left"
