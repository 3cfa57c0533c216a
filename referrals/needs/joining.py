"""Analyses of needs in the admin: in its menu, and among what waits for a manager."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.admin_menu import MenuLink, register_menu_link
from municipalities.admin_needs import Need, register_needs
from municipalities.permissions import can_manage_projects, can_write_needs
from referrals.needs.models import NeedsAnalysis

MOST_NAMED = 3


def join() -> None:
    """Register what is said of analyses elsewhere."""
    register_menu_link(
        MenuLink("campaigns", gettext_lazy("Анализи на потребностите"), "needs_list",
                 can_write_needs)
    )  # fmt: skip
    register_needs(can_manage_projects, needs_of_analyses)


def needs_of_analyses(request: HttpRequest) -> list[Need]:
    """Return the analyses given to the town that it cannot see before the manager shows them."""
    rows = NeedsAnalysis.objects.filter(study__is_public=False).order_by("-made_at", "-pk")
    return [
        Need(
            _("Анализът „%(title)s“ чака да бъде показан на гражданите") % {"title": row.title},
            reverse("admin:campaigns_study_change", args=[row.study_id]),
            "due",
        )
        for row in rows[:MOST_NAMED]
    ]
