"""What registrations tell other rooms."""

from __future__ import annotations

from typing import Any

from campaigns.registering.views_door import of_today
from municipalities.models import Membership
from municipalities.today import register_part

MOST_TODAY = 5


def events_today(membership: Membership) -> dict[str, Any]:
    """Return the events of the day, for „Днес“; one query."""
    return {"events": list(of_today()[:MOST_TODAY])}


def join() -> None:
    """Register what other rooms show of this one."""
    from campaigns.registering import tasks  # noqa: F401  its mails, reminders and forgetting

    register_part("campaigns/registering/today.html", events_today)
