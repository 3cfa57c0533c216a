"""What the desk and the registry let the indicators of a project count, while the project runs.

The registry of services is counted from here: projects and services stand on one floor and know
nothing of each other.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from frontoffice.models import Consultation
from projects.indicators.sources import (
    EvidenceLine,
    Source,
    moments_while_it_runs,
    register_source,
)
from projects.models import Project
from services_registry.models import Service

PIECES = _("бр.")


def consultations(project: Project, since: dt.date | None, upto: dt.date | None):
    """Consultations of the municipality while the project runs; of no person more is read."""
    held = moments_while_it_runs("held_at", project, since, upto)
    return (
        Consultation.objects.filter(held)
        .only("held_at", "channel")
        .prefetch_related("topics")
        .order_by("held_at", "pk")
    )


def _consultation(row: Consultation) -> EvidenceLine:
    topics = ", ".join(topic.name for topic in row.topics.all())
    day = timezone.localtime(row.held_at).date()
    return EvidenceLine(topics or str(_("без тема")), day, detail=row.get_channel_display())


def published_services(project: Project, since: dt.date | None, upto: dt.date | None):
    """Services that citizens see, first published while the project runs."""
    history = Service.pgh_event_model.objects.filter(
        pgh_obj_id=OuterRef("pk"), status__in=Service.PUBLIC_STATUSES
    )
    first = history.order_by("pgh_created_at").values("pgh_created_at")[:1]
    published = Q(first__isnull=False) & moments_while_it_runs("first", project, since, upto)
    return (
        Service.objects.shown()
        .annotate(first=Subquery(first))
        .filter(published)
        .select_related("municipality")
        .order_by("first", "pk")
    )


def _service(row: Service) -> EvidenceLine:
    return EvidenceLine(row.name, timezone.localtime(row.first).date(), row.get_absolute_url())


def register() -> None:
    """Let the indicators of projects count consultations and published services."""
    register_source(
        Source(
            "consultations",
            _("консултации през времето на проекта"),
            PIECES,
            consultations,
            _consultation,
            needs_start=True,
            is_confidential=True,
        )
    )
    register_source(
        Source(
            "services-published",
            _("социални услуги, публикувани през времето на проекта"),
            PIECES,
            published_services,
            _service,
            needs_start=True,
        )
    )
