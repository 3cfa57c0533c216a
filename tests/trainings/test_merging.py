"""Two rows that are one person are made one, and nothing that was done is lost."""

import pytest

from municipalities.tenancy import municipality_scope
from tests.factories import UserFactory
from tests.factories_projects import ParticipantFactory, TraineeFactory, TrainingFactory
from tests.support.people import rows_of
from tests.trainings.test_record import supervised
from trainings.models import (
    Attendance,
    Certificate,
    SupervisionParticipant,
    Trainee,
    TrainingParticipant,
    TrainingSession,
)
from trainings.supervising.merging import CannotMerge, candidates, merge

LIST = "/admin/trainings/trainee/"


def page(row) -> str:
    return f"{LIST}{row.pk}/slivane/"


@pytest.fixture
def one(sliven):
    return TraineeFactory(municipality=sliven, name="Вера Пробна")


@pytest.fixture
def other(sliven):
    return TraineeFactory(
        municipality=sliven, name="Вера Иванова Пробна", email="vera@example.bg", job="психолог"
    )


def joined(one, other):
    with municipality_scope(one.municipality):
        return merge(kept=one, gone=other)


def certify(participant, number) -> Certificate:
    return Certificate.objects.create(
        municipality=participant.municipality,
        participant=participant,
        number=number,
        code_hash=number,
        hours=8,
        issued_by=UserFactory(),
        path=f"{participant.municipality_id}/{'0' * 32}",
        size=1,
    )


def test_everything_moves_and_what_is_missing_is_filled_in(sliven, one, other):
    ParticipantFactory(municipality=sliven, trainee=one)
    ParticipantFactory(municipality=sliven, trainee=other)
    supervised(other, TraineeFactory(municipality=sliven))
    both = supervised(one, other)
    kept = joined(one, other)
    assert (kept.name, kept.email, kept.job) == ("Вера Пробна", "vera@example.bg", "психолог")
    assert {row.trainee_id for row in rows_of(sliven, TrainingParticipant)} == {one.pk}
    of_both = [r for r in rows_of(sliven, SupervisionParticipant) if r.supervision_id == both.pk]
    assert [row.trainee_id for row in of_both] == [one.pk]
    assert other.pk not in {row.pk for row in rows_of(sliven, Trainee)}


def test_of_two_enrolments_the_one_that_tells_more_stays(sliven, one, other):
    training = TrainingFactory(municipality=sliven)
    of = {"municipality": sliven, "training": training}
    weak = ParticipantFactory(**of, trainee=one, state="absent")
    strong = ParticipantFactory(**of, trainee=other, state="attended")
    with municipality_scope(sliven):
        days = [
            TrainingSession.objects.create(**of, day=f"2026-03-0{n}", academic_hours=4)
            for n in (2, 3)
        ]
        mine = {"municipality": sliven}
        Attendance.objects.create(**mine, session=days[0], participant=weak)
        for day in days:
            Attendance.objects.create(**mine, session=day, participant=strong)
    joined(one, other)
    (row,) = rows_of(sliven, TrainingParticipant)
    assert (row.pk, row.trainee_id, row.state) == (strong.pk, one.pk, "attended")
    assert {a.session_id for a in rows_of(sliven, Attendance)} == {day.pk for day in days}


def test_a_certificate_outweighs_any_state(sliven, one, other):
    training = TrainingFactory(municipality=sliven)
    of = {"municipality": sliven, "training": training}
    ParticipantFactory(**of, trainee=one, state="attended")
    certified = ParticipantFactory(**of, trainee=other, state="absent")
    with municipality_scope(sliven):
        certify(certified, "УД-1")
    joined(one, other)
    (row,) = rows_of(sliven, TrainingParticipant)
    assert (row.pk, row.trainee_id) == (certified.pk, one.pk)


def test_two_certificates_of_one_training_cannot_be_one(sliven, one, other):
    training = TrainingFactory(municipality=sliven)
    for number, trainee in enumerate((one, other)):
        row = ParticipantFactory(municipality=sliven, training=training, trainee=trainee)
        with municipality_scope(sliven):
            certify(row, f"УД-{number}")
    with pytest.raises(CannotMerge, match="удостоверение"):
        joined(one, other)
    assert len(rows_of(sliven, TrainingParticipant)) == 2


def test_an_account_goes_with_the_row_but_two_are_two_people(sliven, one):
    second = TraineeFactory(municipality=sliven, user=UserFactory())
    assert joined(one, second).user_id == second.user_id
    third = TraineeFactory(municipality=sliven, user=UserFactory())
    with pytest.raises(CannotMerge, match="различни хора"):
        joined(one, third)


def test_a_row_is_not_made_one_with_itself(one):
    with pytest.raises(CannotMerge):
        joined(one, one)


def test_alike_are_offered_and_others_by_words(sliven, elena, one, other):
    TraineeFactory(municipality=sliven, name="Съвсем Друга", organisation="Дом")
    TraineeFactory(municipality=elena, name="Вера Пробна")
    with municipality_scope(sliven):
        assert [row.pk for row in candidates(one)] == [other.pk]
        assert [row.name for row in candidates(one, "друга дом")] == ["Съвсем Друга"]


# The pages


def test_a_manager_makes_them_one(manager, sliven, one, other):
    ParticipantFactory(municipality=sliven, trainee=one)
    text = manager.get(page(one)).content.decode()
    assert f"?drug={other.pk}" in text
    text = manager.get(f"{page(one)}?drug={other.pk}").content.decode()
    assert "vera@example.bg" in text
    response = manager.post(page(one), {"drug": other.pk, "ostava": "other"})
    assert response["Location"] == f"{LIST}{other.pk}/zapis/"
    assert [row.trainee_id for row in rows_of(sliven, TrainingParticipant)] == [other.pk]
    assert manager.post(page(other), {"drug": one.pk}).status_code == 200, "is no more"


def test_why_not_is_said(manager, sliven):
    first, second = (TraineeFactory(municipality=sliven, user=UserFactory()) for _ in range(2))
    response = manager.post(page(first), {"drug": second.pk})
    assert response.status_code == 422
    assert "различни хора" in response.content.decode()


@pytest.mark.parametrize("asked", ["", "x", "\x00", "9" * 40, "-1", "²"])
def test_nobody_is_chosen_by_nonsense(manager, one, asked):
    assert manager.get(page(one), {"drug": asked, "q": asked}).status_code == 200
    assert manager.post(page(one), {"drug": asked}).status_code == 200


def test_a_foreign_row_is_not_there(manager, sliven, elena, one):
    foreign = TraineeFactory(municipality=elena, name="Чужд Човек")
    assert manager.get(page(foreign)).status_code == 404
    response = manager.post(page(one), {"drug": foreign.pk})
    assert response.status_code == 200
    assert "Чужд Човек" not in response.content.decode()
    assert len(rows_of(elena, Trainee)) == 1
