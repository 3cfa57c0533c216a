"""A training from plan to held: what is still missing, and the steps that change its state."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from municipalities.numbers import plain
from municipalities.tasks import later
from trainings import attending
from trainings.enrolling import lock, lock_open, places_of, settle
from trainings.errors import TrainingRefused
from trainings.models import Certificate, Training, TrainingParticipant
from trainings.people import HAS_MAIL

State = TrainingParticipant.State


def hours_missing(training: Training) -> Decimal:
    """Return by how much the sessions are short of the training (below zero: over it).

    Zero where there are no sessions: then the hours are said of the whole alone.
    """
    sessions = training.sessions.all()
    if not sessions:
        return Decimal()
    return training.academic_hours - attending.hours_of_sessions(training)


def last_day_of(training: Training) -> dt.date | None:
    """Return the last day of the training: of its sessions, else of its dates."""
    days = [row.day for row in training.sessions.all()]
    return max(days) if days else training.ends_on or training.starts_on


def warnings_of(training: Training) -> list[str]:
    """Say what of the plan does not agree with itself, in Bulgarian."""
    said = []
    if hours_missing(training):
        said.append(hours_words(training))
    days = [row.day for row in training.sessions.all()]
    if days and training.starts_on and min(days) < training.starts_on:
        said.append("Първото занятие е преди началото на обучението.")
    if days and training.ends_on and max(days) > training.ends_on:
        said.append("Последното занятие е след края на обучението.")
    if over := places_of(training).over:
        said.append(f"Записаните са с {over} повече от местата.")
    return said


def hours_words(training: Training) -> str:
    """Say how the hours of the sessions differ from those of the training."""
    missing = hours_missing(training)
    way = "по-малко" if missing > 0 else "повече"
    total = attending.hours_of_sessions(training)
    return (
        f"Занятията са общо {plain(total)} учебни часа, с {plain(abs(missing))} {way} от "
        f"обучението ({plain(training.academic_hours)})."
    )


@transaction.atomic
def mark_done(*, training: Training) -> Training:
    """Say that the training was held; whoever was at nothing did not come.

    Raises TrainingRefused before its last day, while its hours do not add up, and where nobody
    came.
    """
    locked = lock_open(training)
    last = last_day_of(locked)
    if last is None:
        raise TrainingRefused("Напишете кога е било обучението.")
    if last > timezone.localdate():
        raise TrainingRefused(f"Обучението свършва на {last:%d.%m.%Y} г. Още не е проведено.")
    if hours_missing(locked):
        raise TrainingRefused(f"{hours_words(locked)} Поправете едното.")
    if not locked.participants.filter(state=State.ATTENDED).exists():
        raise TrainingRefused("Няма отбелязано присъствие. Отбележете кой е участвал.")
    for row in locked.participants.filter(state=State.ENROLLED):
        row.state = State.ABSENT
        row.save(update_fields=["state"])
    return _to(locked, Training.State.DONE)


@transaction.atomic
def call_off(*, training: Training) -> Training:
    """Say that the training will not be held, and mail those who are enrolled or wait.

    Raises TrainingRefused where somebody already came.
    """
    from trainings import tasks  # which read what these verbs wrote

    locked = lock_open(training)
    if locked.participants.filter(state=State.ATTENDED).exists():
        raise TrainingRefused("Вече има отбелязано присъствие, затова не може да се отмени.")
    told = locked.participants.filter(state__in=(State.ENROLLED, State.WAITING))
    for pk in told.filter(HAS_MAIL).order_by("pk").values_list("pk", flat=True):
        later(tasks.send_called_off, municipality=locked.municipality_id, participant=pk)
    return _to(locked, Training.State.CANCELLED)


@transaction.atomic
def reopen(*, training: Training) -> Training:
    """Return a training that was held or called off to the plan, to correct it.

    Raises TrainingRefused once a certificate was issued: its paper says what was held.
    """
    locked = lock(training)
    if Certificate.objects.filter(participant__training=locked).exists():
        raise TrainingRefused("Има издадени удостоверения, затова обучението не може да се върне.")
    for row in locked.participants.filter(state=State.ABSENT):
        row.state = State.ENROLLED
        row.save(update_fields=["state"])
    _to(locked, Training.State.PLANNED)
    settle(locked)
    return locked


def _to(training: Training, state: str) -> Training:
    training.state = state
    training.save(update_fields=["state"])
    return training
