"""What campaigns let the indicators of their project count."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models import CampaignEvent
from municipalities.hours import within_days
from projects.indicators.sources import EvidenceLine, Source, register_source
from projects.models import Project

PIECES = _("бр.")


def _held(project: Project):
    return CampaignEvent.objects.filter(campaign__project=project, ends_at__lte=timezone.now())


def events_held(project: Project, since: dt.date | None, upto: dt.date | None):
    """Events of the project's campaigns that are over."""
    return (
        _held(project)
        .filter(within_days("ends_at", since, upto))
        .select_related("settlement")
        .order_by("ends_at", "pk")
    )


def settlements_reached(project: Project, since: dt.date | None, upto: dt.date | None):
    """The first event of the project in each settlement."""
    before = Q(ends_at__lt=OuterRef("ends_at")) | Q(
        ends_at=OuterRef("ends_at"), pk__lt=OuterRef("pk")
    )
    earlier = _held(project).filter(before, settlement=OuterRef("settlement"))
    return events_held(project, since, upto).filter(~Exists(earlier), settlement__isnull=False)


def _day(row: CampaignEvent) -> dt.date:
    return timezone.localtime(row.ends_at).date()


def _url(row: CampaignEvent) -> str:
    return reverse("admin:campaigns_campaign_change", args=[row.campaign_id])


def _event(row: CampaignEvent) -> EvidenceLine:
    where = ", ".join(filter(None, (str(row.settlement or ""), row.place)))
    return EvidenceLine(row.title, _day(row), _url(row), where)


def _settlement(row: CampaignEvent) -> EvidenceLine:
    return EvidenceLine(str(row.settlement), _day(row), _url(row), row.title)


def register() -> None:
    """Let the indicators of projects count events and the settlements they reached."""
    register_source(
        Source("events-held", _("проведени събития от кампании"), PIECES, events_held, _event)
    )
    register_source(
        Source(
            "settlements-reached",
            _("населени места, достигнати със събития"),
            PIECES,
            settlements_reached,
            _settlement,
        )
    )
