"""The verbs of the desk: record a consultation, correct it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404

from frontoffice.kept import lock_kept
from frontoffice.models import Consultation, ConsultationTopic, ConsultationVersion
from frontoffice.versions import facts_of, written_facts
from municipalities.models import Membership, User
from services_registry.models import Service

EDITABLE = (
    "held_at",
    "duration_minutes",
    "channel",
    "subject",
    "outcome",
    "missing_kind",
    "note",
    "settlement",
    "person",
)


class ConsultationChanged(Exception):
    """Somebody else saved the consultation after this page was opened; ``current`` is theirs."""

    def __init__(self, current: Consultation) -> None:
        super().__init__("consultation changed")
        self.current = current


def find_consultation(pk: int) -> Consultation:
    """Return the consultation; a foreign one is missing exactly like one that never was."""
    rows = Consultation.objects.for_listing().select_related(
        "person", "settlement", "changed_by", "missing_kind"
    )
    return get_object_or_404(rows, pk=pk)


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
            _lead_to_kept(facts)
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
    by: User,
    version: int,
    topics: Iterable[ConsultationTopic],
    services: Iterable[Service] = (),
    **facts,
) -> Consultation:
    """Save corrected ``facts``; what stood before is kept as a ConsultationVersion for ever.

    Nothing is kept and no version counted where nothing differs. Raises ConsultationChanged if
    ``version`` is not the stored one.
    """
    _lead_to_kept(facts)  # the person before the consultation, as a merge locks them
    locked = Consultation.objects.select_for_update(of=("self",)).get(pk=consultation.pk)
    if locked.version != version:
        raise ConsultationChanged(locked)
    before = facts_of(locked)
    after = before | written_facts({**facts, "topics": topics, "services": services})
    if before == after:
        return locked
    ConsultationVersion.objects.create(
        municipality=locked.municipality,
        consultation=locked,
        version=locked.version,
        facts=before,
        written_by_id=locked.changed_by_id or locked.specialist_id,
        written_at=locked.updated_at,
    )
    for name in EDITABLE:
        if name in facts:
            setattr(locked, name, facts[name])
    locked.version += 1
    locked.changed_by = by
    locked.save()
    locked.topics.set(topics)
    locked.services.set(services)
    return locked


def _lead_to_kept(facts: dict[str, Any]) -> None:
    """Put the record that was kept in the place of a merged one among ``facts``."""
    if facts.get("person"):
        facts["person"] = lock_kept(facts["person"])
