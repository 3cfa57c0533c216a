"""The journal as a spreadsheet."""

from __future__ import annotations

from frontoffice.models import Consultation
from municipalities.exports import Column

MOST_EXPORTED = 50_000  # rows; more do not open well in a spreadsheet


def _topics(consultation: Consultation) -> str:
    return ", ".join(topic.name for topic in consultation.topics.all())


def _services(consultation: Consultation) -> str:
    return ", ".join(service.name for service in consultation.services.all())


_BEFORE = [
    Column("Кога", lambda row: row.held_at, 17),
    Column("Минути", lambda row: row.duration_minutes, 8),
    Column("Канал", lambda row: row.get_channel_display(), 16),
    Column("Теми", _topics, 34),
    Column("За кого", lambda row: row.get_subject_display(), 16),
    Column("Изход", lambda row: row.get_outcome_display(), 20),
    Column(
        "Каква услуга липсва", lambda row: row.missing_kind.name if row.missing_kind else "", 28
    ),
    Column("Обсъдени услуги", _services, 40),
    Column("Населено място", lambda row: str(row.settlement or ""), 20),
    Column("Офис", lambda row: row.office.name if row.office else "", 24),
    Column("Специалист", lambda row: row.specialist.name, 26),
    Column("С лице", lambda row: row.person_id is not None, 8),
]
_NAME = Column("Лице", lambda row: row.person.full_name if row.person else "", 30)
_AFTER = [
    Column("Бележка", lambda row: row.note, 60),
    Column("Поправяна", lambda row: row.version > 1, 10),
]


def columns(*, with_names: bool) -> list[Column]:
    """Return the columns of the exported journal; whose talk it was only ``with_names``."""
    return [*_BEFORE, *([_NAME] if with_names else []), *_AFTER]
