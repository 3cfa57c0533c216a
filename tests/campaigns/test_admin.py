"""Campaigns in the admin."""

import pytest

from campaigns.models import Campaign, CampaignMessage
from municipalities.tenancy import municipality_scope
from tests.factories_campaigns import AudienceFactory
from tests.factories_projects import (
    BudgetLineFactory,
    CampaignFactory,
    EventFactory,
    ProjectFactory,
)
from tests.projects.test_admin import errors, filled, new_row
from tests.support.people import rows_of

LIST = "/admin/campaigns/campaign/"


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


def test_a_new_campaign_is_planned(manager, sliven):
    audience = AudienceFactory(municipality=sliven, name="Възрастни хора")
    data = filled(manager, f"{LIST}add/", name="Нова кампания", repeat_months=6)
    data |= {"audiences": [audience.pk], "channels": ["meeting", "press"]}
    data |= new_row("campaignmessages", audience=audience.pk, words="Елате и питайте.")
    response = manager.post(f"{LIST}add/", data)
    assert response.status_code == 302, errors(response)
    (row,) = rows_of(sliven, Campaign)
    assert (row.slug, row.repeat_months) == ("nova-kampaniya", 6)
    assert row.channels == ["meeting", "press"]
    (message,) = rows_of(sliven, CampaignMessage)
    assert (message.words, message.audience_id) == ("Елате и питайте.", audience.pk)


def test_saving_unchanged_changes_nothing(manager, campaign, sliven):
    response = manager.post(change(campaign), filled(manager, change(campaign)))
    assert response.status_code == 302, errors(response)
    (after,) = rows_of(sliven, Campaign)
    assert (after.name, after.is_public) == (campaign.name, campaign.is_public)


def test_the_budget_line_is_of_the_project(manager, campaign, sliven):
    of = {"municipality": sliven}
    line = BudgetLineFactory(**of)
    other = ProjectFactory(**of)
    sent = filled(manager, change(campaign), budget_line=line.pk, project=other.pk)
    assert "не е един от възможните избори" in errors(manager.post(change(campaign), sent))
    sent = filled(manager, change(campaign), budget_line=line.pk, project=line.project_id)
    assert manager.post(change(campaign), sent).status_code == 302
    assert rows_of(sliven, Campaign)[0].budget_line_id == line.pk


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


def test_the_page_costs_the_same_for_any_number_of_messages(manager, queries, sliven):
    campaign = CampaignFactory(municipality=sliven, project=ProjectFactory(municipality=sliven))
    audience = AudienceFactory(municipality=sliven)

    def make(n):
        with municipality_scope(sliven):
            for number in range(n):
                CampaignMessage.objects.create(
                    municipality=sliven, campaign=campaign, audience=audience, words=f"{number}"
                )

    queries.assert_same(manager, change(campaign), make, name="admin: a campaign", at_most=20)
