"""Trainings in the admin."""

import re

import pytest

from municipalities.models import Role
from tests.factories import MembershipFactory, UserFactory
from tests.factories_projects import (
    ParticipantFactory,
    ProjectFactory,
    TraineeFactory,
    TrainingFactory,
)
from tests.projects.test_admin import errors, filled, new_row
from tests.support.people import demo_client, rows_of
from trainings.models import Trainee, Training, TrainingParticipant

LIST = "/admin/trainings/training/"


@pytest.fixture
def training(sliven) -> Training:
    return TrainingFactory(municipality=sliven, title="Първи стъпки")


def change(training) -> str:
    return f"{LIST}{training.pk}/change/"


def test_the_list_shows_people_and_hours(manager, training, sliven):
    ParticipantFactory(municipality=sliven, training=training)
    ParticipantFactory(municipality=sliven, training=training, academic_hours="3.5")
    text = manager.get(LIST).content.decode()
    assert re.search(r'<td[^>]*field-people"[^>]*>2</td>', text)
    assert re.search(r'<td[^>]*field-hours_taken"[^>]*>11,5</td>', text)
    assert "02.03.2026 – 03.03.2026" in text
    assert "тематично" in text


def test_the_demo_trainings_open(demo):
    client = demo_client("manager.sliven@example.bg")
    for row in rows_of(client.get("/admin/").wsgi_request.municipality, Training):
        text = client.get(change(row)).content.decode()
        assert "Участници" in text
        assert "Мария Примерова" in text


def test_search_finds_a_participant_once(manager, training, sliven):
    for trainee in TraineeFactory.create_batch(2, municipality=sliven, name="Вяра Пробна"):
        ParticipantFactory(municipality=sliven, training=training, trainee=trainee)
    assert manager.get(f"{LIST}?q=Вяра").content.decode().count("Първи стъпки</a>") == 1
    assert "Първи стъпки</a>" not in manager.get(f"{LIST}?q=никой").content.decode()


def test_a_new_training_with_a_participant(manager, sliven):
    data = filled(
        manager, f"{LIST}add/", title="Нова тема", kind="introductory", academic_hours="6,5"
    )
    trainee = TraineeFactory(municipality=sliven)
    data |= new_row("participants", trainee=trainee.pk, state="enrolled", academic_hours="")
    response = manager.post(f"{LIST}add/", data)
    assert response.status_code == 302, errors(response)
    (row,) = rows_of(sliven, TrainingParticipant)
    assert (row.trainee_id, row.municipality, row.academic_hours) == (trainee.pk, sliven, None)
    assert rows_of(sliven, Training)[0].academic_hours == 6.5


def test_only_colleagues_can_be_chosen(manager, sliven, elena):
    add = "/admin/trainings/trainee/add/"
    colleague = MembershipFactory(municipality=sliven, role=Role.HEAD).user
    stranger = MembershipFactory(municipality=elena, role=Role.HEAD).user
    text = manager.get(add).content.decode()
    assert f'<option value="{colleague.pk}">' in text
    assert f'<option value="{stranger.pk}">' not in text
    for user in (stranger, UserFactory()):
        response = manager.post(add, filled(manager, add, user=user.pk, name=""))
        assert "не е един от възможните избори" in errors(response)
    assert manager.post(add, filled(manager, add, user=colleague.pk)).status_code == 302
    assert rows_of(sliven, Trainee)[0].name == colleague.name


def test_a_foreign_person_cannot_be_enrolled(manager, training, sliven, elena):
    stranger = TraineeFactory(municipality=elena)
    row = new_row("participants", trainee=stranger.pk, state="enrolled", academic_hours="")
    response = manager.post(change(training), filled(manager, change(training)) | row)
    assert "не е един от възможните избори" in errors(response)


def test_wrong_hours_are_refused_in_words(manager, training, sliven):
    trainee = TraineeFactory(municipality=sliven)
    row = new_row("participants", trainee=trainee.pk, state="attended", academic_hours="9")
    response = manager.post(change(training), filled(manager, change(training)) | row)
    assert "Обучението е 8 учебни часа." in errors(response)


def test_a_foreign_project_cannot_be_chosen(manager, training, elena):
    project = ProjectFactory(municipality=elena)
    data = filled(manager, change(training), project=project.pk)
    assert "не е един от възможните избори" in errors(manager.post(change(training), data))


def test_a_foreign_training_is_answered_like_none(elena_manager, training):
    foreign = elena_manager.get(change(training))
    missing = elena_manager.get(f"{LIST}{training.pk + 1000}/change/")
    assert foreign.status_code == missing.status_code == 302
    assert foreign["Location"] == missing["Location"]
    assert "Първи стъпки" not in elena_manager.get(LIST).content.decode()


@pytest.mark.parametrize("role", ["specialist", "head", "administrator", "dpo", "operator"])
def test_only_managers_have_trainings(request, role, training):
    client = request.getfixturevalue(role)
    for url in (LIST, change(training), f"{LIST}add/"):
        assert client.get(url).status_code in {302, 403}


def test_a_project_with_trainings_is_kept(manager, sliven):
    project = ProjectFactory(municipality=sliven)
    TrainingFactory(municipality=sliven, project=project)
    url = f"/admin/projects/project/{project.pk}/delete/"
    assert manager.post(url, {"post": "yes"}).status_code == 200
    assert len(rows_of(sliven, Training)) == 1


def test_the_list_costs_the_same_for_any_number(manager, queries, sliven):
    project = ProjectFactory(municipality=sliven)

    def make(n):
        for _ in range(n):
            training = TrainingFactory(municipality=sliven, project=project)
            ParticipantFactory(municipality=sliven, training=training)

    queries.assert_same(manager, LIST, make, name="admin: trainings", at_most=20)


def test_the_page_costs_the_same_for_any_number_of_people(manager, queries, sliven):
    project = ProjectFactory(municipality=sliven)
    training = TrainingFactory(municipality=sliven, project=project)

    def make(n):
        for _ in range(n):
            ParticipantFactory(municipality=sliven, training=training)

    queries.assert_same(manager, change(training), make, name="admin: a training", at_most=20)
