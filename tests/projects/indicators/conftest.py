"""A project of a year, its trainings, and an indicator of the people in them."""

import datetime as dt

import pytest

from tests.factories_projects import IndicatorFactory, ProjectFactory, TrainingFactory
from tests.projects.indicators.counting import AUTUMN, SPRING, attended


@pytest.fixture
def project(sliven):
    return ProjectFactory(
        municipality=sliven, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 12, 31)
    )


@pytest.fixture
def training(sliven, project):
    """A training of the project in spring; ``training(**facts)`` makes another."""

    def make(**facts):
        day = facts.pop("day", SPRING)
        days = {"starts_on": day, "ends_on": day}
        return TrainingFactory(municipality=sliven, **{"project": project, **days, **facts})

    return make


@pytest.fixture
def of_people(project, training):
    """An indicator of people trained: Вера in spring and autumn, Боян in autumn."""
    vera = attended(training(title="Пролетно"), "Вера Първа")
    attended(training(day=AUTUMN), trainee=vera)
    attended(training(day=AUTUMN, title="Есенно"), "Боян Втори")
    return IndicatorFactory(
        municipality=project.municipality,
        project=project,
        name="Обучени",
        counted_by="people-trained",
        target=51,
        unit="лица",
    )
