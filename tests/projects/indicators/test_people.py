"""People whom an indicator counts: each once, whatever they took part in and however written."""

import datetime as dt

from municipalities.tenancy import municipality_scope
from projects.indicators.sources import source_of
from projects.models import Position
from tests import factories
from tests.factories_projects import (
    SupervisionFactory,
    TraineeFactory,
    TrainingFactory,
)
from tests.projects.indicators.counting import (
    AUTUMN,
    SPRING,
    attended,
    counted,
    lines,
)
from trainings.models import SupervisionParticipant


def test_a_person_in_two_trainings_is_one(training, project):
    vera = attended(training(), "Вера Първа")
    attended(training(day=AUTUMN), trainee=vera)
    assert counted(project, "people-trained") == 1


def test_who_was_not_there_is_not_counted(training, project):
    spring = training()
    for state in ("enrolled", "waiting", "absent", "cancelled"):
        attended(spring, f"Лице {state}", state=state)
    attended(training(state="cancelled"), "Отменена")
    attended(TrainingFactory(municipality=project.municipality), "Без проект")
    attended(spring, "Дошла")
    assert lines(project, "people-trained") == ["Дошла"]


def test_one_person_with_an_account_and_without_is_one(training, project):
    vera = factories.UserFactory(name="Вера Първа")
    attended(training(), "Вера Първа", user=vera, organisation="Община Сливен")
    attended(training(day=AUTUMN), " вера  ПЪРВА ")
    assert counted(project, "people-trained") == 1


def test_two_accounts_of_one_name_are_two_people(training, project):
    for _ in range(2):
        attended(training(), "Вера Първа", user=factories.UserFactory(name="Вера Първа"))
    assert counted(project, "people-trained") == 2


def test_one_name_in_two_organisations_is_two_people_and_a_doubt(training, project):
    spring = training()
    attended(spring, "Вера Първа", organisation="Дом А")
    attended(spring, "Вера Първа", organisation="Дом Б")
    attended(spring, "Вера Първа", organisation="дом а")
    assert counted(project, "people-trained") == 2
    with municipality_scope(project.municipality):
        [doubt] = source_of("people-trained").doubts(project)
    assert "Вера Първа" in doubt.words
    assert "Дом Б" in doubt.words
    assert "/slivane/" in doubt.url


def test_people_of_periods_add_up_to_the_people_of_the_project(training, project):
    vera = attended(training(), "Вера Първа")
    attended(training(day=AUTUMN), trainee=vera)
    attended(training(day=AUTUMN), "Боян Втори")
    halves = [
        counted(project, "people-trained", dt.date(2026, 1, 1), dt.date(2026, 6, 30)),
        counted(project, "people-trained", dt.date(2026, 7, 1), dt.date(2026, 12, 31)),
    ]
    assert halves == [1, 1]
    assert counted(project, "people-trained") == 2


def test_people_by_kind_and_by_whose_they_are(training, project, sliven):
    home = factories.ProviderFactory(municipality=sliven)
    vera = attended(training(kind="introductory"), "Вера Първа")
    attended(training(kind="upgrading"), trainee=vera)
    attended(training(kind="upgrading"), "Боян Втори", provider=home)
    works = factories.ProviderMembershipFactory(municipality=sliven).user
    attended(training(kind="thematic"), "Гергана Трета", user=works)
    assert counted(project, "people-trained-introductory") == 1
    assert counted(project, "people-trained-upgrading") == 2
    assert counted(project, "people-trained-thematic") == 1
    assert counted(project, "people-trained-office") == 1
    assert counted(project, "people-trained-providers") == 2


def test_people_and_supervisions(project, sliven):
    vera = TraineeFactory(municipality=sliven)
    for _ in range(2):
        supervision = SupervisionFactory(municipality=sliven, project=project)
        with municipality_scope(sliven):
            SupervisionParticipant.objects.create(
                municipality=sliven, supervision=supervision, trainee=vera
            )
    assert counted(project, "supervisions") == 2
    assert counted(project, "people-supervised") == 1


def test_a_person_with_two_positions_is_one(project, sliven):
    vera = factories.UserFactory(name="Вера Първа")
    with municipality_scope(sliven):
        facts = {"municipality": sliven, "project": project, "starts_on": SPRING}
        Position.objects.create(**facts, title="Специалист", kind="employment", user=vera)
        Position.objects.create(**facts, title="Ръководител", kind="addendum", user=vera)
        Position.objects.create(**facts, title="Обучител", kind="civil", name="вера първа")
        Position.objects.create(**facts, title="Шофьор", kind="employment", name="Боян Втори")
    assert counted(project, "people-appointed") == 2
    assert counted(project, "people-employed") == 2
    assert counted(project, "people-addendum") == 1


def test_appointed_and_trained_are_those_who_are_both(training, project, sliven):
    vera = factories.UserFactory(name="Вера Първа")
    with municipality_scope(sliven):
        for name, user in (("", vera), ("Боян Втори", None), ("Само Назначен", None)):
            Position.objects.create(
                municipality=sliven,
                project=project,
                starts_on=SPRING,
                title="Специалист",
                kind="employment",
                user=user,
                name=name,
            )
    spring = training()
    attended(spring, "Вера Първа", user=vera)
    attended(spring, "Боян Втори")
    attended(spring, "Само Обучена")
    assert lines(project, "people-appointed-trained") == ["Боян Втори", "Вера Първа"]
