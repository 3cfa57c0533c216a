"""The public list of campaigns with what is coming."""

import datetime as dt
import re

import pytest
import time_machine
from django.utils import timezone

from tests.factories import SettlementFactory
from tests.factories_projects import CampaignFactory, EventFactory, ProjectFactory

NOON = dt.datetime(2026, 12, 1, 10, 0, tzinfo=dt.UTC)  # 12:00 in Bulgaria


def names(response) -> list[str]:
    return [campaign.name for campaign in response.context["page_obj"]]


def text_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def at(day: int, hour: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime(2026, 12, day, hour))


def test_the_nearest_event_comes_first(client, sliven, elena):
    CampaignFactory(municipality=sliven, name="Без събития")
    later = CampaignFactory(municipality=sliven, name="По-късно")
    soon = CampaignFactory(municipality=elena, name="Скоро")
    now = timezone.now()
    for campaign, days in ((later, 9), (soon, 2), (later, -9)):
        starts = now + dt.timedelta(days=days)
        EventFactory(municipality=campaign.municipality, campaign=campaign, starts_at=starts)
    assert names(client.get("/kampanii/")) == ["Скоро", "По-късно", "Без събития"]


@time_machine.travel(NOON, tick=False)
def test_past_and_hidden_events_are_not_shown_and_one_that_runs_is(client, sliven):
    campaign = CampaignFactory(municipality=sliven)
    of = {"municipality": sliven, "campaign": campaign}
    EventFactory(**of, title="Вчерашно", starts_at=at(1, 9), ends_at=at(1, 11))
    EventFactory(**of, title="Сегашно", starts_at=at(1, 11), ends_at=at(1, 13))
    EventFactory(**of, title="Тайно", starts_at=at(2, 9), ends_at=at(2, 10), is_public=False)
    text = text_of(client.get("/kampanii/"))
    assert "Сегашно" in text
    assert "Вчерашно" not in text
    assert "Тайно" not in text


def test_when_and_where_are_written_out(client, sliven):
    settlement = SettlementFactory(municipality=sliven, kind="с.", name="Тополица")
    EventFactory(
        municipality=sliven,
        starts_at=at(4, 10),
        ends_at=at(4, 12),
        settlement=settlement,
        place="читалището",
    )
    with time_machine.travel(NOON):
        text = re.sub(r"<[^>]+>", "", text_of(client.get("/kampanii/")))
    assert "петък, 4 декември 2026 г., 10:00 – 12:00" in text
    assert "с. Тополица, читалището" in text


def test_a_campaign_without_events_says_so_quietly(client, sliven):
    CampaignFactory(municipality=sliven)
    assert "Сега няма обявени събития." in text_of(client.get("/kampanii/"))


def test_the_project_is_named_only_where_it_is_public(client, sliven):
    shown = ProjectFactory(municipality=sliven, name="Явен проект")
    hidden = ProjectFactory(municipality=sliven, name="Скрит проект", is_public=False)
    for project in (shown, hidden, None):
        CampaignFactory(municipality=sliven, project=project)
    text = text_of(client.get("/kampanii/"))
    assert shown.get_absolute_url() in text
    assert "Скрит проект" not in text


def test_hidden_campaigns_are_not_shown_even_to_their_manager(client, manager, sliven):
    CampaignFactory(municipality=sliven, name="Скрита", is_public=False)
    for who in (client, manager):
        assert "Скрита" not in text_of(who.get("/kampanii/"))


def test_of_one_municipality(client, sliven, elena):
    CampaignFactory(municipality=sliven, name="В Сливен")
    CampaignFactory(municipality=elena, name="В Елена")
    assert names(client.get("/kampanii/?obshtina=elena")) == ["В Елена"]
    wrong = client.get("/kampanii/?obshtina=%00&page=%00")
    assert len(names(wrong)) == 2
    assert "Порталът няма такава община" in text_of(wrong)


def test_nothing_yet(client, sliven):
    assert "Още няма обявени кампании" in text_of(client.get("/kampanii/"))
    assert "Общината още няма" in text_of(client.get("/kampanii/?obshtina=sliven"))


def test_twenty_a_page(client, sliven):
    CampaignFactory.create_batch(21, municipality=sliven)
    assert len(names(client.get("/kampanii/"))) == 20
    assert len(names(client.get("/kampanii/?page=2"))) == 1
    assert client.get("/kampanii/?page=99").context["page_obj"].number == 2


def test_the_demo_campaigns_are_those_announced(demo, client):
    text = text_of(client.get("/kampanii/"))
    for municipality in ("Сливен", "Айтос", "Елена"):
        assert f"Община {municipality}" in text
    for event in re.findall(r'<li class="next">.*?</p>', text, re.S):
        assert "(пример)" in event


def test_the_municipality_shows_its_next_events(client, sliven, elena):
    EventFactory(municipality=sliven, title="Среща в Сливен")
    EventFactory(municipality=elena, title="Среща в Елена")
    text = text_of(client.get("/obshtini/sliven/"))
    assert "Среща в Сливен" in text
    assert "Среща в Елена" not in text


@pytest.mark.parametrize("what", ["campaigns", "events"])
def test_the_list_costs_the_same_for_any_number(client, queries, sliven, what):
    campaign = CampaignFactory(municipality=sliven, project=ProjectFactory(municipality=sliven))
    settlement = SettlementFactory(municipality=sliven)

    def make(n):
        for _ in range(n):
            own = CampaignFactory(municipality=sliven) if what == "campaigns" else campaign
            EventFactory(municipality=sliven, campaign=own, settlement=settlement)

    queries.assert_same(client, "/kampanii/", make, name=f"/kampanii/: {what}", at_most=6)
