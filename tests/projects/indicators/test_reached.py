"""What an indicator has reached against its target, for the office and for everybody."""

import datetime as dt

import pytest

from municipalities.tenancy import municipality_scope
from projects.indicators.sources import sources
from projects.indicators.values import state_of
from projects.models import Indicator, IndicatorValue, Project
from tests import factories
from tests.factories_projects import (
    IndicatorFactory,
    ProjectFactory,
    TrainingFactory,
)
from tests.projects.indicators.counting import (
    AUTUMN,
    SPRING,
    attended,
    states,
)
from tests.support.queries import statements


def test_a_value_is_the_baseline_with_what_is_counted(training, project):
    IndicatorFactory(
        municipality=project.municipality,
        project=project,
        counted_by="people-trained",
        baseline=2,
        target=6,
        unit="лица",
    )
    attended(training(), "Вера Първа")
    attended(training(day=AUTUMN), "Боян Втори")
    [state] = states(project, since=dt.date(2026, 7, 1), upto=dt.date(2026, 12, 31))
    assert (state.value, state.in_period, state.done_percent) == (4, 1, 50)
    assert state.text == "4 от 6\xa0лица"
    [state] = states(project, upto=dt.date(2026, 6, 30))
    assert (state.value, state.in_period) == (3, None)


def test_a_value_by_hand_is_the_last_one_written(project):
    row = IndicatorFactory(municipality=project.municipality, project=project, target=10)
    with municipality_scope(project.municipality):
        for day, value in (("2026-03-01", 3), ("2026-09-01", 8)):
            IndicatorValue.objects.create(
                municipality=project.municipality, indicator=row, on=day, value=value
            )
    [state] = states(project)
    assert (state.value, state.is_counted, state.in_period) == (8, False, None)
    [state] = states(project, since=dt.date(2026, 7, 1), upto=dt.date(2026, 12, 31))
    assert (state.value, state.in_period) == (8, 5)
    [state] = states(project, upto=dt.date(2026, 2, 1))
    assert state.value is None
    assert "няма отчетена стойност" in state.text


def test_what_is_to_go_down_is_reached_when_it_has(project):
    row = IndicatorFactory(
        municipality=project.municipality, project=project, baseline=30, target=10
    )
    with municipality_scope(project.municipality):
        IndicatorValue.objects.create(municipality=project.municipality, indicator=row, value=20)
    [state] = states(project)
    assert (state.done_percent, state.is_reached) == (50, False)


def test_without_a_start_the_desks_work_is_not_counted(sliven):
    project = ProjectFactory(municipality=sliven)
    factories.ConsultationFactory(municipality=sliven)
    IndicatorFactory(municipality=sliven, project=project, counted_by="consultations")
    [state] = states(project)
    assert state.value is None
    assert "началото на проекта не е известно" in state.text


def test_few_cases_are_not_told_to_everybody(project, sliven):
    row = IndicatorFactory(
        municipality=sliven, project=project, counted_by="consultations", target=100
    )
    factories.ConsultationFactory(municipality=sliven)
    [state] = states(project)
    assert state.text == "1 от 100\xa0бр."
    assert state.public_text == "под 5 от 100\xa0бр."
    with municipality_scope(sliven):
        Indicator.objects.update(baseline=20)
    assert states(project)[0].public_text == "под 25 от 100\xa0бр."
    with municipality_scope(sliven):
        Indicator.objects.update(baseline=None)
    factories.ConsultationFactory.create_batch(4, municipality=sliven)
    assert states(project)[0].public_text == "5 от 100\xa0бр."
    assert row.counted_by == "consultations"


def test_every_source_counts_in_two_queries_for_all(project, sliven):
    for source in sources():
        IndicatorFactory(municipality=sliven, project=project, counted_by=source.code)
    IndicatorFactory(municipality=sliven, project=project)
    with municipality_scope(sliven):
        found = Project.objects.get(pk=project.pk)
        sent = statements(lambda: state_of(found, since=SPRING, upto=AUTUMN))
        assert {state.value for state in state_of(found)} == {0, None}
    assert len(sent) == 3
    with municipality_scope(sliven):
        for source in sources():
            assert list(source.evidence(found, SPRING, AUTUMN)) == []
            assert source.doubts(found) == []


@pytest.mark.parametrize(("slug", "target"), [("sliven", 51), ("aytos", 15)])
def test_the_51_of_sliven_and_the_15_of_aytos_are_people(demo, slug, target):
    project = Project.public.get(municipality__slug=slug)
    owner = project.municipality

    def reached():
        return next(s for s in states(project) if s.indicator.counted_by == "people-trained")

    assert reached().indicator.target_text() == f"{target}\xa0лица"
    there = reached().value
    facts = {"municipality": owner, "project": project, "starts_on": SPRING, "ends_on": SPRING}
    first, second = TrainingFactory(**facts), TrainingFactory(**facts)
    for number in range(target - int(there)):
        trainee = attended(first, f"Обучена {number}")
        attended(second, trainee=trainee)  # in both
        attended(second, f"ОБУЧЕНА {number} ")  # and once more by hand
    assert (reached().value, reached().done_percent) == (target, 100)
    assert reached().is_reached
    attended(second, "Още Една")
    assert reached().value == target + 1
