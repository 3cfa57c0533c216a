"""What one page of the desk saves at once: a consultation, and what was promised at its end."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from frontoffice.consultations import record_consultation
from frontoffice.followups.following import create_follow_up
from frontoffice.followups.models import FollowUp
from frontoffice.models import Consultation
from municipalities.hours import within_days
from municipalities.models import Membership

PROMISED = "Последващ разговор"
# Fields that a repeated record takes over: neither the person nor the note.
REPEATED = ("channel", "subject", "outcome")


@dataclass(frozen=True)
class Promise:
    """What is to be done after a consultation, and by which day."""

    due_on: dt.date
    title: str = ""


@dataclass(frozen=True)
class Recorded:
    """What was saved; ``is_new`` is False where the same form had been saved before."""

    consultation: Consultation
    is_new: bool
    follow_up: FollowUp | None = None


@transaction.atomic
def record_talk(
    *, membership: Membership, form_key: uuid.UUID, promise: Promise | None = None, **facts: Any
) -> Recorded:
    """Save a consultation and the follow-up promised in it, both or neither.

    ``facts`` are those of ``record_consultation``. The same ``form_key`` again saves nothing: the
    follow-up's own key is made of it.
    """
    consultation, is_new = record_consultation(membership=membership, form_key=form_key, **facts)
    if promise is None:
        return Recorded(consultation, is_new)
    follow_up, _is_new = create_follow_up(
        membership=membership,
        form_key=uuid.uuid5(form_key, "follow-up"),
        title=promise.title or PROMISED,
        due_on=promise.due_on,
        person=consultation.person,
        consultation=consultation,
    )
    return Recorded(consultation, is_new, follow_up)


def last_of_today(membership: Membership) -> Consultation | None:
    """Return the last consultation that ``membership``'s user saved today."""
    today = timezone.localdate()
    return (
        Consultation.objects.filter(
            within_days("created_at", today, today), specialist=membership.user_id
        )
        .prefetch_related("topics", "services")
        .order_by("-created_at", "-pk")
        .first()
    )


def repeated(consultation: Consultation) -> dict[str, Any]:
    """Return what a new consultation takes over from a former one, as ids and codes."""
    return {
        **{name: getattr(consultation, name) for name in REPEATED},
        "topics": [topic.pk for topic in consultation.topics.all()],
        "services": [service.pk for service in consultation.services.all()],
        "settlement": consultation.settlement_id,
        "missing_kind": consultation.missing_kind_id,
    }
