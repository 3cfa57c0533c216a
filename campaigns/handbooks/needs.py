"""What waits of the handbooks, over the first page of the admin."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse

from campaigns.models import HandbookEdition
from municipalities.admin_needs import Need

MOST_NAMED = 5
State = HandbookEdition.State


def needs_of_handbooks(request: HttpRequest) -> list[Need]:
    """Return the last editions that failed, and those ready but unpublished, in one query."""
    newer = HandbookEdition.objects.filter(
        handbook=OuterRef("handbook"), number__gt=OuterRef("number")
    )
    waiting = Q(state=State.FAILED) | Q(state=State.READY, published_on=None)
    found = (
        HandbookEdition.objects.filter(waiting, ~Exists(newer))
        .annotate(title=F("handbook__title"))
        .defer("content")
        .order_by("-made_at", "-pk")[:MOST_NAMED]
    )
    return [
        Need(
            f"Наръчник „{row.title}“: издание № {row.number} "
            + ("не стана" if row.state == State.FAILED else "е готово и не е публикувано"),
            reverse("admin:campaigns_handbook_editions", args=[row.handbook_id]),
            "late" if row.state == State.FAILED else "due",
        )
        for row in found
    ]
