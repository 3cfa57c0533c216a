"""The verbs of the desk: record a consultation, correct it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import IntegrityError, transaction

from frontoffice.models import Consultation, ConsultationTopic
from municipalities.models import Membership
from services_registry.models import Service

EDITABLE = (
    "held_at",
    "duration_minutes",
    "channel",
    "subject",
    "outcome",
    "note",
    "settlement",
    "person",
)


class ConsultationChanged(Exception):
    """Somebody else saved the consultation after this page was opened."""


def record_consultation(
    *,
    membership: Membership,
    form_key: uuid.UUID,
    topics: Iterable[ConsultationTopic],
    services: Iterable[Service] = (),
    **facts,
) -> tuple[Consultation, bool]:
    """Save a new consultation of ``membership``'s user; return it and whether it is new.

    The same ``form_key`` a second time (double click, repeated sending) returns the first row
    unchanged. ``facts`` are the fields of ``EDITABLE``.
    """
    unknown = set(facts) - set(EDITABLE)
    if unknown:
        raise TypeError(f"Not facts of a consultation: {sorted(unknown)}")
    try:
        with transaction.atomic():
            consultation = Consultation.objects.create(
                municipality=membership.municipality,
                office=membership.office,
                specialist=membership.user,
                form_key=form_key,
                **facts,
            )
            consultation.topics.set(topics)
            consultation.services.set(services)
    except IntegrityError:
        existing = Consultation.objects.filter(form_key=form_key).first()
        if existing is None:
            raise
        return existing, False
    return consultation, True


@transaction.atomic
def correct_consultation(
    consultation: Consultation,
    *,
    version: int,
    topics: Iterable[ConsultationTopic],
    services: Iterable[Service] = (),
    **facts,
) -> Consultation:
    """Save corrected ``facts``; raises ConsultationChanged if ``version`` is not the stored one."""
    locked = Consultation.objects.select_for_update(of=("self",)).get(pk=consultation.pk)
    if locked.version != version:
        raise ConsultationChanged
    for name in EDITABLE:
        if name in facts:
            setattr(locked, name, facts[name])
    locked.version += 1
    locked.save()
    locked.topics.set(topics)
    locked.services.set(services)
    return locked
