"""Who takes part in a training: enrolled while there are places, else waiting in turn.

Every verb needs the municipality's scope and locks the training first, so that two at once do not
give the last place twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from municipalities.tasks import later
from trainings.errors import TrainingRefused
from trainings.models import Attendance, Trainee, Training, TrainingParticipant
from trainings.people import HAS_MAIL

State = TrainingParticipant.State
TAKES_PLACE = (State.ENROLLED, State.ATTENDED, State.ABSENT)
MOST_PEOPLE = 200  # of one training: as many as its page in the admin takes
CLOSED = {
    Training.State.DONE: "Обучението е отбелязано като проведено. Върнете го за промени.",
    Training.State.CANCELLED: "Обучението е отменено. Върнете го за промени.",
}


@dataclass(frozen=True)
class Places:
    """Places of a training: ``capacity`` is None where anybody may come."""

    capacity: int | None
    taken: int
    waiting: int

    @property
    def free(self) -> int | None:
        return None if self.capacity is None else max(0, self.capacity - self.taken)

    @property
    def over(self) -> int:
        """Say how many more people than places there are."""
        return 0 if self.capacity is None else max(0, self.taken - self.capacity)


@dataclass(frozen=True)
class Enrolled:
    """What became of those who were sent: rows that got a place, rows that wait, who was there."""

    enrolled: list[TrainingParticipant]
    waiting: list[TrainingParticipant]
    there: int


def places_of(training: Training) -> Places:
    """Count the places of ``training``; one query."""
    states = list(training.participants.values_list("state", flat=True))
    return Places(
        capacity=training.capacity,
        taken=sum(state in TAKES_PLACE for state in states),
        waiting=states.count(State.WAITING),
    )


def lock(training: Training) -> Training:
    """Return ``training`` as it stands, locked until the transaction ends."""
    return Training.objects.select_for_update(of=("self",)).get(pk=training.pk)


def lock_open(training: Training) -> Training:
    """As ``lock``; raises TrainingRefused where it was held or called off."""
    locked = lock(training)
    if locked.state in CLOSED:
        raise TrainingRefused(CLOSED[Training.State(locked.state)])
    return locked


@transaction.atomic
def enrol(*, training: Training, trainees: Sequence[Trainee], is_invited: bool = False) -> Enrolled:
    """Enrol ``trainees`` in their order; whoever finds no place waits.

    Somebody who cancelled comes anew, at the end of the queue; those who are there already stay as
    they are. ``is_invited`` mails them where and when. Raises TrainingRefused.
    """
    locked = lock_open(training)
    rows = {row.trainee_id: row for row in locked.participants.all()}
    again = [row.pk for row in rows.values() if row.state == State.CANCELLED]
    wanted = list({trainee.pk: trainee for trainee in trainees}.values())
    new = [t for t in wanted if t.pk not in rows or rows[t.pk].state == State.CANCELLED]
    if len(rows) + len(new) > MOST_PEOPLE:
        raise TrainingRefused(f"В едно обучение са най-много {MOST_PEOPLE} души.")
    gone = {trainee.pk for trainee in new}
    locked.participants.filter(pk__in=again, trainee__in=gone).delete()
    settle(locked)  # those who wait are before them
    free = places_of(locked).free
    made = TrainingParticipant.objects.bulk_create(
        TrainingParticipant(
            municipality_id=locked.municipality_id,
            training=locked,
            trainee=trainee,
            state=State.ENROLLED if free is None or number < free else State.WAITING,
        )
        for number, trainee in enumerate(new)
    )
    if is_invited:
        _invite([row for row in made if row.state == State.ENROLLED])
    return Enrolled(
        enrolled=[row for row in made if row.state == State.ENROLLED],
        waiting=[row for row in made if row.state == State.WAITING],
        there=len(wanted) - len(new),
    )


@transaction.atomic
def cancel(*, participant: TrainingParticipant) -> list[TrainingParticipant]:
    """Let somebody out and give their place to whoever waits longest; return who got it.

    Raises TrainingRefused where they came already. Done twice it does nothing more.
    """
    locked = lock_open(participant.training)
    row = TrainingParticipant.objects.select_for_update().get(pk=participant.pk)
    if row.state == State.CANCELLED:
        return []
    if Attendance.objects.filter(participant=row).exists() or row.state == State.ATTENDED:
        raise TrainingRefused(f"{row.trainee} има отбелязано присъствие. Махнете първо него.")
    row.state = State.CANCELLED
    row.save(update_fields=["state"])
    return settle(locked)


@transaction.atomic
def settle(training: Training) -> list[TrainingParticipant]:
    """Give the free places to those who wait, the longest first; mail them; return them."""
    locked = lock(training)
    if locked.state in CLOSED:
        return []
    places = places_of(locked)
    if not places.waiting:
        return []
    rows = list(locked.participants.filter(state=State.WAITING).order_by("pk"))
    moved = rows if places.free is None else rows[: places.free]
    for row in moved:
        row.state = State.ENROLLED
        row.save(update_fields=["state"])
    _invite(moved, found_place=True)
    return moved


def invite_all(training: Training) -> int:
    """Mail everybody enrolled with an address where and when; return how many."""
    rows = training.participants.filter(HAS_MAIL, state=State.ENROLLED)
    _invite(people := list(rows))
    return len(people)


def _invite(rows: list[TrainingParticipant], *, found_place: bool = False) -> None:
    from trainings import tasks  # which read what these verbs wrote

    for row in rows:
        later(
            tasks.send_invitation,
            municipality=row.municipality_id,
            participant=row.pk,
            found_place=found_place,
        )
