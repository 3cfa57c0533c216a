"""Campaigns and events: what is refused and who reads them."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.utils import timezone
from django_scopes.exceptions import ScopeError

from campaigns.demo import working_day
from campaigns.models import Campaign, CampaignEvent
from municipalities.tenancy import municipality_scope
from tests.factories import SettlementFactory
from tests.factories_projects import CampaignFactory, EventFactory, ProjectFactory, make_now


def test_an_event_ends_after_it_starts(sliven):
    now = timezone.now()
    with pytest.raises(IntegrityError, match="event_ends_after_start"):
        EventFactory(municipality=sliven, starts_at=now, ends_at=now)


def test_an_event_is_in_a_settlement_of_the_municipality(sliven, elena):
    event = EventFactory(municipality=sliven)
    event.settlement = SettlementFactory(municipality=elena)
    with pytest.raises(ValidationError, match="в друга община"):
        event.clean()


def test_a_name_twice_gets_another_address(sliven, elena):
    names = {"name": "Кампания"}
    assert CampaignFactory(municipality=sliven, **names).slug == "kampaniya"
    assert CampaignFactory(municipality=elena, **names).slug == "kampaniya"
    assert CampaignFactory(municipality=elena, **names).slug == "kampaniya-elena"


def test_one_day_is_the_local_one(sliven):
    night = timezone.make_aware(dt.datetime(2026, 12, 1, 23, 30))
    hour = dt.timedelta(hours=1)
    assert CampaignEvent(starts_at=night - hour, ends_at=night).is_one_day
    assert not CampaignEvent(starts_at=night, ends_at=night + hour).is_one_day


@pytest.mark.parametrize("model", [Campaign, CampaignEvent])
def test_a_query_without_a_scope_fails(model, db):
    with pytest.raises(ScopeError):
        list(model.objects.all())


def count(model) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("campaign_public", "event_public", "campaigns", "events"),
    [(True, True, 1, 1), (True, False, 1, 0), (False, True, 0, 0)],
)
def test_what_plain_sql_and_strangers_see(
    sliven, elena, campaign_public, event_public, campaigns, events
):
    campaign = CampaignFactory(municipality=sliven, is_public=campaign_public)
    EventFactory(municipality=sliven, campaign=campaign, is_public=event_public)
    assert (count(Campaign), count(CampaignEvent)) == (campaigns, events)
    assert (Campaign.public.count(), CampaignEvent.public.count()) == (campaigns, events)
    with municipality_scope(elena):
        assert (count(Campaign), count(CampaignEvent)) == (campaigns, events)
        assert not Campaign.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE campaigns_campaignevent SET title = 'чуждо'")
            assert cursor.rowcount == 0
    with municipality_scope(sliven):
        assert (count(Campaign), count(CampaignEvent)) == (1, 1)


@pytest.mark.parametrize(
    ("field", "factory", "parent"),
    [("project", CampaignFactory, ProjectFactory), ("campaign", EventFactory, CampaignFactory)],
)
def test_a_parent_of_another_municipality_is_refused(sliven, elena, field, factory, parent):
    foreign = parent(municipality=elena)
    with pytest.raises(IntegrityError, match=f"same_municipality_{field}"):
        make_now(factory, municipality=sliven, **{field: foreign})


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (dt.date(2026, 11, 20), dt.date(2026, 11, 20)),
        (dt.date(2026, 11, 21), dt.date(2026, 11, 23)),
        (dt.date(2026, 12, 24), dt.date(2026, 12, 29)),
    ],
)
def test_demo_events_are_on_working_days(day, working):
    assert working_day(day) == working


def test_loading_the_demo_again_changes_nothing(demo):
    from campaigns import demo as campaigns_demo

    before = Campaign.public.count(), CampaignEvent.public.count()
    campaigns_demo.load(report=lambda line: None)
    assert (Campaign.public.count(), CampaignEvent.public.count()) == before == (4, 6)
