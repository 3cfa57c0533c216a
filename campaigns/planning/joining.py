"""What the plan of a campaign tells other rooms."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Max, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from campaigns.attended import attended
from campaigns.models import Campaign, CampaignEvent
from campaigns.planning.audiences import add_missing
from campaigns.planning.due import due_counts, standing
from municipalities.admin_needs import Need, register_needs
from municipalities.permissions import can_manage_projects
from municipalities.starting import register_start
from municipalities.templatetags.portal import counted
from municipalities.tenancy import municipality_scope
from projects.models import Project
from projects.parts import register_part
from projects.public_parts import register_public_part

SOON = dt.timedelta(days=14)
MOST_NAMED = 5
MOST_CAMPAIGNS = 8
MOST_EVENTS = 5


def join() -> None:
    """Register what other rooms show of this one."""
    register_start(add_missing)
    register_needs(can_manage_projects, needs_of_campaigns)
    register_part(65, "campaigns/admin/project_part.html", of_project)
    register_public_part(20, "campaigns/project_public.html", of_public_project)


def needs_of_campaigns(request: HttpRequest) -> list[Need]:
    """Say which campaigns have settlements whose turn it is, and which events have no place yet.

    In four queries.
    """
    found = []
    for campaign, count in due_counts(timezone.localdate())[:MOST_NAMED]:
        words = counted(count, "населено място е на ред,населени места са на ред")
        url = reverse("admin:campaigns_campaign_settlements", args=[campaign.pk])
        found.append(Need(f"{words}: {campaign.name}", url, "due"))
    now = timezone.now()
    placeless = standing(CampaignEvent.objects).filter(
        place="", ends_at__gt=now, starts_at__lte=now + SOON
    )
    if count := placeless.count():
        words = counted(count, "събитие до 14 дни е без място,събития до 14 дни са без място")
        url = reverse("admin:campaigns_campaignevent_changelist")
        found.append(Need(words, f"{url}?koga=bez-myasto", "due"))
    return found


def of_project(project: Project) -> dict[str, Any]:
    """Return the campaigns of ``project`` for its page in the admin, in two queries."""
    now = timezone.now()
    stands = Q(events__cancelled_at__isnull=True)
    over, ahead = Q(events__ends_at__lte=now), Q(events__ends_at__gt=now)
    campaigns = list(
        Campaign.objects.filter(project=project)
        .annotate(
            held=Count("events", filter=stands & over),
            ahead=Count("events", filter=stands & ahead),
            reached=Count("events__settlement", filter=stands & over, distinct=True),
            newest=Max("events__starts_at"),
        )
        .order_by("name", "pk")
    )
    people: dict[int, int] = {}
    if campaigns:
        events = standing(CampaignEvent.objects.filter(campaign__in=campaigns))
        of_event = dict(events.order_by().values_list("pk", "campaign_id"))
        for pk, count in attended(events).items():
            people[of_event[pk]] = people.get(of_event[pk], 0) + count
    for row in campaigns:
        row.people = people.get(row.pk, 0)
    return {
        "project": project,
        "campaigns": campaigns[:MOST_CAMPAIGNS],
        "more": max(0, len(campaigns) - MOST_CAMPAIGNS),
        "held": sum(row.held for row in campaigns),
        "coming": sum(row.ahead for row in campaigns),
        "people": sum(people.values()),
    }


def of_public_project(project: Project) -> dict[str, Any]:
    """Return what the public page of ``project`` shows of its public campaigns; five queries."""
    campaigns = list(
        Campaign.public.filter(project=project)
        .select_related("municipality")
        .order_by("name", "pk")
    )
    if not campaigns:
        return {}
    events = standing(CampaignEvent.public.filter(campaign__in=campaigns))
    held = events.filter(ends_at__lte=timezone.now())
    reached = held.order_by().aggregate(
        held=Count("pk"), settlements=Count("settlement", distinct=True)
    )
    with municipality_scope(project.municipality):
        people = sum(attended(list(held.only("pk").order_by("pk"))).values())
    coming = events.coming().select_related("settlement", "campaign")
    return {
        "campaigns": campaigns,
        "events": list(coming.order_by("starts_at", "pk")[:MOST_EVENTS]),
        "people": people,
        **reached,
    }
