"""Things and cases that an indicator counts; of cases nobody is told whose they are."""

import datetime as dt

from municipalities.tenancy import municipality_scope
from projects.models import IndicatorValue, Workplace
from tests import factories
from tests.factories_applications import ApplicationFactory
from tests.factories_people import PersonFactory
from tests.factories_projects import (
    CampaignFactory,
    EventFactory,
    IndicatorFactory,
)
from tests.factories_referring import AssessmentFactory, ReferralFactory
from tests.projects.indicators.counting import (
    SPRING,
    counted,
    evidence,
    lines,
    paper,
    sheet_of,
)


def test_workplaces_events_and_settlements(project, sliven):
    with municipality_scope(sliven):
        for name, day in (("Гише 1", SPRING), ("Гише 2", None)):
            Workplace.objects.create(municipality=sliven, project=project, name=name, opened_on=day)
    campaign = CampaignFactory(municipality=sliven, project=project)
    town = factories.SettlementFactory(municipality=sliven)
    past = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    for place in (town, town, None):
        EventFactory(
            municipality=sliven,
            campaign=campaign,
            settlement=place,
            starts_at=past,
            ends_at=past + dt.timedelta(hours=1),
        )
    EventFactory(municipality=sliven, campaign=campaign, settlement=town)  # tomorrow
    assert counted(project, "workplaces") == 1
    assert counted(project, "events-held") == 3
    assert counted(project, "settlements-reached") == 1


def test_a_document_that_proves_a_value_is_not_counted_itself(project):
    paper(project, kind="visibility")
    proof = paper(project, kind="visibility", title="Протокол")
    row = IndicatorFactory(municipality=project.municipality, project=project)
    with municipality_scope(project.municipality):
        IndicatorValue.objects.create(
            municipality=project.municipality, indicator=row, value=1, evidence=proof
        )
    assert lines(project, "documents-visibility") == ["Анализ"]


def test_consultations_are_those_of_the_projects_days(project, sliven):
    topic = factories.ConsultationTopicFactory(name="Асистентска подкрепа")
    for held in ("2025-12-31T10:00+02:00", "2026-03-02T10:00+02:00"):
        factories.ConsultationFactory(
            municipality=sliven,
            held_at=dt.datetime.fromisoformat(held),
            topics=[topic],
            person=PersonFactory(municipality=sliven, given_name="Пенка", family_name="Тайна"),
            note="Пенка Тайна, 0888",
        )
    assert lines(project, "consultations") == ["Асистентска подкрепа"]


def test_the_evidence_of_cases_leads_to_nobody(manager, project, sliven):
    person = PersonFactory(municipality=sliven, given_name="Пенка", family_name="Тайна")
    factories.ConsultationFactory(municipality=sliven, person=person, note="Пенка Тайна")
    application = ApplicationFactory(municipality=sliven, person=person)
    assessment = AssessmentFactory(
        municipality=sliven, person=person, application=application, done=True
    )
    ReferralFactory(municipality=sliven, assessment=assessment, state="sent")
    for code in ("consultations", "applications", "assessments", "people-assessed",
                 "referrals", "people-referred"):  # fmt: skip
        assert counted(project, code) == 1
        row = IndicatorFactory(municipality=sliven, project=project, counted_by=code)
        text = manager.get(evidence(row)).content.decode().split('id="lines"')[1]
        rows = sheet_of(manager.get(f"{evidence(row)}xlsx/"))
        text += " ".join(str(cell) for cells in rows for cell in cells)
        for secret in ("Пенка", "Тайна", application.number, assessment.number, "/sluchai"):
            assert secret not in text, code
