"""Invented reports of citizens for the demo: two that wait and one that was answered."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils import timezone

from municipalities.models import Membership, Municipality, Role
from services_registry.models import Service
from services_registry.upkeep.models import ErrorReport

_REPORTS = (
    (
        9,
        ErrorReport.Part.CONTACTS,
        "Звънях три пъти преди обяд и никой не вдигна. В центъра ми казаха, че телефонът е нов.",
        "",
    ),
    (
        2,
        ErrorReport.Part.PRICE,
        "Пише, че искате удостоверение за доходи, а не ми го поискаха.",
        "",
    ),
    (
        20,
        ErrorReport.Part.WHO,
        "Не се разбира дали може да ползва и човек, който живее в село на общината.",
        "Може. Добавихме го на страницата: услугата е за всички населени места в общината.",
    ),
)


def fill(municipality: Municipality) -> None:
    """Make the reports of ``municipality``, inside its scope, on its first public services."""
    services = Service.objects.filter(status=Service.Status.PUBLISHED).order_by("pk")
    answering = Membership.objects.filter(role=Role.SPECIALIST).order_by("pk").first()
    now = timezone.now()
    for service, (days, part, text, answer) in zip(services, _REPORTS, strict=False):
        made = ErrorReport.objects.create(
            municipality=municipality,
            service=service,
            part=part,
            text=text,
            submission=uuid.uuid4(),
        )
        made.created_at = now - dt.timedelta(days=days)
        if answer:
            made.state = ErrorReport.State.CORRECTED
            made.answer = answer
            made.answered_at = made.created_at + dt.timedelta(days=1)
            made.answered_by = answering.user if answering else None
        made.save()
