"""The verb „все още е вярно“: who says so, of which service, and from when on it is due again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from municipalities.models import User
from services_registry.models import Service
from services_registry.upkeep.models import Confirmation, ReviewReminder, Side


def confirm(
    service: Service,
    *,
    side: Side,
    by: User | None = None,
    reminder: ReviewReminder | None = None,
) -> Confirmation:
    """Record that the whole record of ``service`` is still true today; inside its scope.

    ``by`` is None only through the link of a ``reminder``, which serves once: raises IntegrityError
    when that one was used.
    """
    with transaction.atomic():
        made = Confirmation.objects.create(
            municipality_id=service.municipality_id,
            service=service,
            side=side,
            by=by,
            reminder=reminder,
        )
        service.checked_on = timezone.localdate()
        service.checked_by = Service.CheckedBy(side)
        service.save(update_fields=["checked_on", "checked_by", "updated_at"])
    return made
