"""Campaigns in the admin."""

import pytest
from django.utils import timezone

from campaigns.models import Campaign, CampaignEvent
from tests.factories import SettlementFactory
from tests.factories_projects import CampaignFactory, EventFactory, ProjectFactory
from tests.projects.test_admin import errors, filled, new_row
from tests.support.people import rows_of

LIST = "/admin/campaigns/campaign/"
EVENT = {
    "title": "Среща",
    "starts_at": "4.12.2026 10:00",
    "ends_at": "04.12.2026 12:30",
    "settlement": "",
    "place": "",
    "is_public": "on",
}


@pytest.fixture
def campaign(sliven) -> Campaign:
    return CampaignFactory(municipality=sliven, name="Отворени врати")


def change(campaign) -> str:
    return f"{LIST}{campaign.pk}/change/"


def test_the_list_counts_events(manager, campaign, sliven):
    EventFactory.create_batch(2, municipality=sliven, campaign=campaign)
    text = manager.get(LIST).content.decode()
    assert 'class="field-events_shown">2</td>' in text
    assert 'class="field-coming_shown">2</td>' in text


def test_a_new_campaign_with_an_event(manager, sliven):
    data = filled(manager, f"{LIST}add/", name="Нова кампания")
    settlement = SettlementFactory(municipality=sliven)
    data |= new_row("events", **EVENT | {"settlement": settlement.pk})
    response = manager.post(f"{LIST}add/", data)
    assert response.status_code == 302, errors(response)
    (row,) = rows_of(sliven, CampaignEvent)
    assert row.municipality == sliven
    assert f"{timezone.localtime(row.starts_at):%d.%m.%Y %H:%M}" == "04.12.2026 10:00"
    assert rows_of(sliven, Campaign)[0].slug == "nova-kampaniya"


def test_saving_unchanged_changes_nothing(manager, campaign, sliven):
    before = EventFactory(municipality=sliven, campaign=campaign)
    before.starts_at = before.starts_at.replace(second=0, microsecond=0)
    response = manager.post(change(campaign), filled(manager, change(campaign)))
    assert response.status_code == 302, errors(response)
    (after,) = rows_of(sliven, CampaignEvent)
    assert after.starts_at.replace(second=0, microsecond=0) == before.starts_at


def test_only_settlements_of_the_municipality(manager, campaign, sliven, elena):
    own, foreign = SettlementFactory(municipality=sliven), SettlementFactory(municipality=elena)
    EventFactory(municipality=sliven, campaign=campaign)
    text = manager.get(change(campaign)).content.decode()
    assert str(own) in text
    assert str(foreign) not in text
    data = filled(manager, change(campaign), **{"events-0-settlement": foreign.pk})
    assert "не е един от възможните избори" in errors(manager.post(change(campaign), data))


def test_an_event_ends_after_it_starts(manager, campaign):
    row = new_row("events", **EVENT | {"ends_at": "4.12.2026 9:00"})
    response = manager.post(change(campaign), filled(manager, change(campaign)) | row)
    assert "Краят трябва да е след началото." in errors(response)


def test_a_foreign_campaign_is_answered_like_none(elena_manager, campaign):
    foreign = elena_manager.get(change(campaign))
    missing = elena_manager.get(f"{LIST}{campaign.pk + 1000}/change/")
    assert foreign.status_code == missing.status_code == 302
    assert foreign["Location"] == missing["Location"]


@pytest.mark.parametrize("role", ["specialist", "head", "administrator", "dpo", "operator"])
def test_only_managers_have_campaigns(request, role, campaign):
    client = request.getfixturevalue(role)
    for url in (LIST, change(campaign), f"{LIST}add/"):
        assert client.get(url).status_code in {302, 403}


def test_the_list_costs_the_same_for_any_number(manager, queries, sliven):
    project = ProjectFactory(municipality=sliven)

    def make(n):
        for _ in range(n):
            campaign = CampaignFactory(municipality=sliven, project=project)
            EventFactory(municipality=sliven, campaign=campaign)

    queries.assert_same(manager, LIST, make, name="admin: campaigns", at_most=20)


def test_the_page_costs_the_same_for_any_number_of_events(manager, queries, sliven):
    project = ProjectFactory(municipality=sliven)
    campaign = CampaignFactory(municipality=sliven, project=project)
    settlement = SettlementFactory(municipality=sliven)

    def make(n):
        EventFactory.create_batch(n, municipality=sliven, campaign=campaign, settlement=settlement)

    queries.assert_same(manager, change(campaign), make, name="admin: a campaign", at_most=20)
