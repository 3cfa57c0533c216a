"""What a desk is set to: its topics in order, its templates, its policy."""

from __future__ import annotations

from django.db.models import Q

from frontoffice.models import ConsultationTopic, DeskPolicy, DeskTopic, NoteTemplate
from frontoffice.preferences.models import KEYS_FOR_TOPICS
from municipalities.models import Membership


def ordered_topics(membership: Membership) -> list[ConsultationTopic]:
    """Return all topics: first those on number keys, by key, then the rest in their own order.

    The office's own keys count; where it has none, the municipality's; where nobody set any, the
    order of the list itself.
    """
    topics = list(ConsultationTopic.objects.all())
    rows = list(DeskTopic.objects.filter(Q(office=membership.office_id) | Q(office=None)))
    own = [row for row in rows if row.office_id and row.office_id == membership.office_id]
    keys = {row.topic_id: row.key for row in own or [row for row in rows if not row.office_id]}
    return sorted(topics, key=lambda topic: keys.get(topic.pk, KEYS_FOR_TOPICS + 1))


def templates_for(membership: Membership) -> list[NoteTemplate]:
    """Return the desk's templates of notes and ``membership``'s user's own."""
    return list(NoteTemplate.objects.filter(Q(owner=None) | Q(owner=membership.user_id)))


def policy_of(municipality) -> DeskPolicy:
    """Return the municipality's policy; where it decided nothing, the defaults, not saved."""
    return DeskPolicy.objects.first() or DeskPolicy(municipality=municipality)
