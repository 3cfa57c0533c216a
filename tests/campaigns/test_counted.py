"""What indicators and the public page of a project have from its campaigns."""

import datetime as dt

from campaigns.models import HandbookEdition
from campaigns.planning.joining import of_public_project
from municipalities.tenancy import municipality_scope
from tests.factories import UserFactory
from tests.factories_campaigns import HandbookFactory, StudyFactory
from tests.factories_projects import CampaignFactory, EventFactory, IndicatorFactory, ProjectFactory
from tests.projects.indicators.counting import counted, lines, states


def test_indicators_count_what_campaigns_did(told, sliven):
    project = told.project
    found = {
        code: counted(project, code)
        for code in (
            "events-held", "settlements-reached", "people-reached", "materials-handed-out",
            "publications", "conferences-held", "people-from-abroad",
        )
    }  # fmt: skip
    assert found == {
        "events-held": 2,
        "settlements-reached": 1,
        "people-reached": 24,
        "materials-handed-out": 310,
        "publications": 1,
        "conferences-held": 1,
        "people-from-abroad": 1,
    }
    march = (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    assert counted(project, "people-reached", *march) == 18
    assert counted(project, "materials-handed-out", *march) == 300
    (line,) = lines(project, "people-from-abroad")
    assert "Италия" in line
    assert "Гост" not in line


def test_an_indicator_of_people_shows_their_sum_and_not_the_number_of_events(told, sliven):
    for code in ("people-reached", "materials-handed-out", "events-held"):
        IndicatorFactory(municipality=sliven, project=told.project, counted_by=code)
    assert [int(state.value) for state in states(told.project)] == [24, 310, 2]


def test_indicators_count_what_was_published(sliven):
    project = ProjectFactory(municipality=sliven)
    day = dt.date(2026, 3, 2)
    of = {"municipality": sliven, "project": project}
    StudyFactory(**of, title="Анкета", published_on=day)
    StudyFactory(**of, title="Потребности", kind="needs", published_on=day)
    StudyFactory(**of, title="Недовършено")
    StudyFactory(**of, title="Скрито", published_on=day, is_public=False)
    handbook = HandbookFactory(**of)
    with municipality_scope(sliven):
        for number in (1, 2):
            HandbookEdition.objects.create(
                municipality=sliven, handbook=handbook, number=number, state="ready",
                made_by=UserFactory(), published_on=day,
            )  # fmt: skip
    assert lines(project, "studies") == ["Анкета", "Потребности"]
    assert lines(project, "needs-analyses") == ["Потребности"]
    assert counted(project, "handbooks") == 1


def test_the_public_page_of_the_project_tells_of_its_public_campaigns(client, told, sliven):
    CampaignFactory(municipality=sliven, project=told.project, name="Тайна", is_public=False)
    EventFactory(municipality=sliven, campaign=told, title="Среща утре")
    data = of_public_project(told.project)
    assert (data["held"], data["settlements"], data["people"]) == (2, 1, 24)
    text = client.get(told.project.get_absolute_url()).content.decode()
    assert "Среща утре" in text
    assert "Тайна" not in text
