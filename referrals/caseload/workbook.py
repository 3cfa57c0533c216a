"""The work list as a spreadsheet; whose a case is only for the head."""

from __future__ import annotations

from municipalities.exports import Column
from referrals.caseload.listing import CaseLine


def _wished(case: CaseLine):
    return case.row.requested_on if case.is_referral else case.assessment.application.received_on


_BEFORE = [
    Column("Номер", lambda case: case.number, 22),
    Column("Какво", lambda case: "насочване" if case.is_referral else "оценка", 12),
    Column("Заявление", lambda case: case.assessment.application.number, 18),
]
_NAMES = [Column("За кого", lambda case: case.row.person.full_name, 30)]
_AFTER = [
    Column("Услуга", lambda case: case.row.service.name if case.is_referral else "", 40),
    Column("Доставчик", lambda case: case.row.provider.name if case.is_referral else "", 34),
    Column("Състояние", lambda case: case.row.get_state_display(), 28),
    Column("Желанието е от", _wished, 14),
    Column("Изпратено", lambda case: case.row.sent_at if case.is_referral else None, 17),
    Column("Действие до", lambda case: case.day, 13),
    Column("Закъснява", lambda case: case.is_late, 12),
    Column("Спрян от", lambda case: case.row.paused_on, 12),
    Column("Спешен", lambda case: case.assessment.is_urgent, 10),
    Column("У кого", lambda case: case.row.owner and case.row.owner.name, 28),
    Column("Приключено", lambda case: case.row.closed_at, 17),
]


def columns(*, with_names: bool) -> list[Column]:
    """Return the columns of the exported list."""
    return [*_BEFORE, *(_NAMES if with_names else ()), *_AFTER]
