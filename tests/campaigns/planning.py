"""A campaign with all that can be told of it."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
from django.urls import reverse
from django.utils import timezone

from campaigns.models import (
    Campaign,
    CampaignEvent,
    CampaignExpense,
    CampaignSettlement,
    Clipping,
    DoorCount,
    Handout,
)
from municipalities.tenancy import municipality_scope
from tests.factories import SettlementFactory, UserFactory
from tests.factories_campaigns import AudienceFactory, RegistrationFactory
from tests.factories_projects import CampaignFactory, EventFactory, ExpenseFactory, ProjectFactory


def new_campaign(sliven) -> Campaign:
    """A campaign of a project that comes again after six months."""
    return CampaignFactory(
        municipality=sliven,
        name="По селата",
        repeat_months=6,
        project=ProjectFactory(municipality=sliven),
    )


def page(campaign, name: str) -> str:
    return reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk])


def held(campaign, settlement, day: dt.datetime, **facts) -> CampaignEvent:
    return EventFactory(
        municipality=campaign.municipality,
        campaign=campaign,
        settlement=settlement,
        starts_at=day - dt.timedelta(hours=2),
        ends_at=day,
        **facts,
    )


def plan(campaign, *settlements) -> None:
    with municipality_scope(campaign.municipality):
        for settlement in settlements:
            CampaignSettlement.objects.create(
                municipality=campaign.municipality, campaign=campaign, settlement=settlement
            )


def count_people(event, change: int, audience=None) -> None:
    with municipality_scope(event.municipality):
        DoorCount.objects.create(
            municipality=event.municipality,
            event=event,
            audience=audience,
            change=change,
            counted_by=UserFactory(),
        )


def sheet(response, number: int = 0) -> list[tuple]:
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return list(book.worksheets[number].iter_rows(values_only=True))


def tell(campaign) -> Campaign:
    """Give a campaign something of everything that can be counted."""
    sliven = campaign.municipality
    settlement = SettlementFactory(municipality=sliven)
    spring = timezone.make_aware(dt.datetime(2026, 3, 2, 12))
    elders = AudienceFactory(municipality=sliven, name="възрастни хора")
    first = held(campaign, settlement, spring)
    second = held(campaign, settlement, spring + dt.timedelta(days=60), kind="conference")
    held(campaign, settlement, spring, cancelled_at=spring)
    count_people(first, 20, elders)
    count_people(first, -2, elders)
    count_people(second, 5)
    RegistrationFactory(
        municipality=sliven, event=second, country="Италия", came_at=second.ends_at, audience=elders
    )
    RegistrationFactory(municipality=sliven, event=second, country="Гърция")
    expense = ExpenseFactory(municipality=sliven, project=campaign.project)
    with municipality_scope(sliven):
        of = {"municipality": sliven, "campaign": campaign}
        Handout.objects.create(**of, what="листовки", copies=300, day="2026-03-02")
        Handout.objects.create(**of, what="плакати", copies=10, day="2026-05-02")
        Clipping.objects.create(
            **of, day="2026-03-03", medium="site", outlet="Новини", title="Новина", reach=900
        )
        CampaignExpense.objects.create(**of, expense=expense)
    return campaign
