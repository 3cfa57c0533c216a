"""What registrations tell other rooms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from campaigns.models import CampaignEvent
from campaigns.registering.calls import to_call
from campaigns.registering.views_door import of_today
from municipalities.admin_needs import Need, register_needs
from municipalities.models import Membership
from municipalities.permissions import can_manage_projects
from municipalities.templatetags.portal import counted
from municipalities.today import register_part

MOST_TODAY = 5
MOST_CALLS = 100


def events_today(membership: Membership) -> dict[str, Any]:
    """Return the events of the day and whom to call, for „Днес“; two queries."""
    return {"events": list(of_today()[:MOST_TODAY]), "calls": _calls()}


def _calls() -> list[tuple[CampaignEvent, int]]:
    """Return the events of which somebody without an e-mail is to be called, and how many."""
    found: dict[CampaignEvent, int] = {}
    for row in to_call().select_related("event")[:MOST_CALLS]:
        found[row.event] = found.get(row.event, 0) + 1
    return list(found.items())


def calls_wait(request: HttpRequest) -> Iterator[Need]:
    """Say to the manager whom nobody could write to; one query."""
    for event, people in _calls():
        words = f"{event}: обадете се на {counted(people, 'човек,души')} без е-поща"
        yield Need(words, reverse("event_people", args=[event.pk]), "due")


def join() -> None:
    """Register what other rooms show of this one."""
    from campaigns.registering import tasks  # noqa: F401  its mails, reminders and forgetting

    register_part("campaigns/registering/today.html", events_today)
    register_needs(can_manage_projects, calls_wait)
