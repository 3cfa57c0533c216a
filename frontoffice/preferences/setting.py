"""The verbs of a desk's settings: topics on keys, templates of notes, the policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone

from frontoffice.models import (
    Consultation,
    ConsultationTopic,
    DeskPolicy,
    DeskTopic,
    NoteTemplate,
)
from frontoffice.preferences.models import KEYS_FOR_TOPICS
from frontoffice.preferences.reading import policy_of
from municipalities.models import Membership, Municipality, Office, User

USE_COUNTED_FOR = dt.timedelta(days=90)


class WordTaken(Exception):
    """There is already a template with this word, of the desk or of the same person."""


@transaction.atomic
def set_topics(
    *, municipality: Municipality, office: Office | None, topics: Sequence[ConsultationTopic]
) -> None:
    """Put ``topics`` on the keys 1, 2, … of ``office``, or of all offices that have none of theirs.

    An empty sequence gives the office back to the municipality's keys. Raises ValueError for more
    than there are keys or the same topic twice.
    """
    if len(topics) > KEYS_FOR_TOPICS or len(set(topics)) < len(topics):
        raise ValueError("At most eight topics, each once.")
    # Two heads at once: the second waits, and what it chose stands.
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    DeskTopic.objects.filter(office=office).delete()
    DeskTopic.objects.bulk_create(
        DeskTopic(municipality=municipality, office=office, key=key, topic=topic)
        for key, topic in enumerate(topics, start=1)
    )


def topics_by_use(office: Office | None = None) -> list[ConsultationTopic]:
    """Return the topics most talked about in the last 90 days at ``office``, or at all of them.

    At most as many as there are keys; those that nobody asked about are not among them.
    """
    talks = Consultation.objects.filter(held_at__gte=timezone.now() - USE_COUNTED_FOR)
    if office:
        talks = talks.filter(office=office)
    counts = talks.values("topics").annotate(n=Count("pk")).order_by("-n", "topics")
    order = [row["topics"] for row in counts[:KEYS_FOR_TOPICS] if row["topics"]]
    found = ConsultationTopic.objects.in_bulk(order)
    return [found[pk] for pk in order]


def save_template(
    *, membership: Membership, template: NoteTemplate | None, word: str, text: str, for_all: bool
) -> NoteTemplate:
    """Save a new template or a changed one; raises WordTaken.

    ``for_all`` makes it the desk's; otherwise it belongs to ``membership``'s user.
    """
    row = template or NoteTemplate(municipality=membership.municipality)
    row.word, row.text = word, text
    row.owner = None if for_all else membership.user
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise WordTaken from error
    return row


def templates_kept_by(user: User, *, with_the_desks: bool):
    """Return the templates that ``user`` may change: their own, and the desk's where they may."""
    owned = Q(owner=user)
    return NoteTemplate.objects.filter(owned | Q(owner=None) if with_the_desks else owned)


@transaction.atomic
def set_policy(*, municipality: Municipality, **decided) -> DeskPolicy:
    """Save what the municipality decided; fields of ``DeskPolicy``."""
    Municipality.objects.select_for_update().get(pk=municipality.pk)  # as above: one row
    policy = policy_of(municipality)
    for name, value in decided.items():
        setattr(policy, name, value)
    policy.save()
    return policy
