"""Who was at which session, and how many hours that makes.

Hours follow attendance: whoever was at a session took part, with the hours of the sessions they
were at. A training without sessions has one mark a person, for the whole of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from trainings.enrolling import TAKES_PLACE, lock_open
from trainings.models import Attendance, Training, TrainingParticipant, TrainingSession

State = TrainingParticipant.State
MOST_MARKS = 1000  # on one page: the boxes of a form are counted (DATA_UPLOAD_MAX_NUMBER_FIELDS)
Mark = tuple[int, int]  # participant, session


@dataclass(frozen=True)
class Came:
    """A person of a training: the sessions they were at, hours, and part of all hours in percent.

    ``is_enough`` says that a certificate may be issued.
    """

    participant: TrainingParticipant
    sessions: frozenset[int]
    hours: Decimal
    percent: int
    is_enough: bool


def hours_of_sessions(training: Training) -> Decimal:
    """Return the academic hours of all sessions together."""
    return sum((row.academic_hours for row in training.sessions.all()), Decimal())


def came_to(training: Training) -> list[Came]:
    """Return everybody who has a place, by name, with what they took of it; three queries."""
    sessions = {row.pk: row.academic_hours for row in training.sessions.all()}
    marks: dict[int, set[int]] = {}
    pairs = Attendance.objects.filter(session__training=training)
    for participant, session in pairs.values_list("participant", "session"):
        marks.setdefault(participant, set()).add(session)
    people = training.participants.filter(state__in=TAKES_PLACE).select_related("trainee__user")
    found = []
    for row in people.order_by("trainee__name", "pk"):
        row.training = training
        there = frozenset(marks.get(row.pk, ()))
        found.append(_came(row, there, sessions))
    return found


def _came(row: TrainingParticipant, there: frozenset[int], sessions: dict[int, Decimal]) -> Came:
    whole = row.training.academic_hours
    hours = row.hours_taken if row.state == State.ATTENDED else Decimal()
    if sessions:
        hours = min(whole, sum((sessions[pk] for pk in there), Decimal()))
    percent = int(100 * hours / whole)
    is_enough = hours > 0 and 100 * hours >= whole * row.training.least_percent
    return Came(row, there, hours, percent, is_enough)


@transaction.atomic
def mark(
    *,
    training: Training,
    people: Collection[int],
    sessions: Collection[int],
    marks: Collection[Mark],
) -> int:
    """Keep who of ``people`` was at which of ``sessions`` as ``marks`` say; return how many
    people changed.

    People and sessions that the page did not show stay as they are, and so do those of another
    training. Raises TrainingRefused where the training was held or called off.
    """
    locked = lock_open(training)
    rows = {
        row.pk: row
        for row in locked.participants.filter(state__in=TAKES_PLACE, pk__in=people)
        .select_related("trainee")
        .select_for_update(of=("self",))
    }
    shown = {row.pk: row for row in locked.sessions.filter(pk__in=sessions)}
    wanted = {(p, s) for p, s in marks if p in rows and s in shown}
    there = Attendance.objects.filter(participant__in=rows, session__in=shown)
    kept = {(row.participant_id, row.session_id): row.pk for row in there}
    Attendance.objects.filter(
        pk__in=[pk for pair, pk in kept.items() if pair not in wanted]
    ).delete()
    Attendance.objects.bulk_create(
        Attendance(municipality_id=locked.municipality_id, participant_id=p, session_id=s)
        for p, s in sorted(wanted - kept.keys())
    )
    changed = {p for p, _s in wanted ^ kept.keys()}
    recount(locked, [rows[pk] for pk in sorted(changed)])
    return len(changed)


@transaction.atomic
def mark_whole(*, training: Training, people: Collection[int], came: Collection[int]) -> int:
    """Keep who of ``people`` came to a training without sessions; return how many changed."""
    locked = lock_open(training)
    rows = locked.participants.filter(state__in=TAKES_PLACE, pk__in=people).select_for_update()
    changed = 0
    for row in rows:
        state = State.ATTENDED if row.pk in came else State.ENROLLED
        if row.state != state and not (row.state == State.ABSENT and row.pk not in came):
            row.state = state
            row.save(update_fields=["state"])
            changed += 1
    return changed


def recount(training: Training, people: Collection[TrainingParticipant]) -> None:
    """Write the state and the hours of ``people`` as the sessions they were at say."""
    hours: dict[int, Decimal] = {}
    marks = Attendance.objects.filter(participant__in=[row.pk for row in people])
    for participant, took in marks.values_list("participant", "session__academic_hours"):
        hours[participant] = hours.get(participant, Decimal()) + took
    for row in people:
        took = min(training.academic_hours, hours.get(row.pk, Decimal()))
        row.state = State.ATTENDED if took else State.ENROLLED
        row.academic_hours = took or None
        row.save(update_fields=["state", "academic_hours"])


def sessions_shown(training: Training, people: int, page: int) -> tuple[list[TrainingSession], int]:
    """Return the sessions on the numbered page of the sheet, and how many pages there are."""
    sessions = list(training.sessions.all())
    each = max(1, MOST_MARKS // max(1, people))
    pages = max(1, -(-len(sessions) // each))
    first = (min(max(1, page), pages) - 1) * each
    return sessions[first : first + each], pages
