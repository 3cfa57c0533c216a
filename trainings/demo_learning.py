"""Learning in the invented project of the demo: one training held and certified, one to come.

By the verbs that the manager's pages call, so that places, hours and numbers are as they would be.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils import timezone

from municipalities.models import Municipality, User
from projects.models import Project
from trainings import attending, certificates, enrolling, evaluating, people, running
from trainings.models import (
    DevelopmentNorm,
    Supervision,
    Trainee,
    Training,
    TrainingSession,
)
from trainings.supervising.supervision import set_participants

CERTIFIED = {"sliven", "elena"}  # of papers a few are enough to see
NAMES = ("Калина Пробна-Първа", "Тодор Пробен-Втори", "Росица Пробна-Трета", "Емил Пробен-Четвърти")
TOPICS = ("Видовете социални услуги и редът за тях", "Разговорът на бюрото", "Личните данни")
HOURS_A_DAY = 8
MARKS = ((5, 5, 4, 5), (4, 5, 5, 4), (5, 4, 4, 4), (3, 4, 4, 5), (5, 5, 5, 5))
DAY = dt.timedelta(days=1)
SUPERVISED_DAYS_AGO = (150, 120, 90, 60, 30)


def make_learning(municipality: Municipality) -> None:
    """Make the learning of the example project; needs the scope, its people and the project."""
    project = example_project()
    manager = User.objects.get(email=f"manager.{municipality.slug}@example.bg")
    colleagues = [
        people.trainee_of(
            User.objects.get(email=f"{prefix}.{municipality.slug}@example.bg"), municipality
        )
        for prefix in ("specialist", "head")
    ]
    others = [
        Trainee.objects.get_or_create(
            municipality=municipality,
            name=name,
            user=None,
            defaults={"organisation": "Доставчик (пример)"},
        )[0]
        for name in NAMES
    ]
    _held(project, [*colleagues, *others], manager)
    _planned(project, [*colleagues, *others])
    _supervised(project, colleagues, others)
    _norms(municipality)


def example_project() -> Project:
    """Return the invented project: nothing invented is counted for an announced one."""
    return Project.objects.get(slug__startswith="primer-rabota")


def _held(project: Project, trainees: list[Trainee], manager: User) -> None:
    first = timezone.localdate() - dt.timedelta(days=75)
    training = Training.objects.create(
        municipality=project.municipality,
        project=project,
        kind=Training.Kind.INTRODUCTORY,
        title="Въвеждащо обучение за фронт-офиса (пример)",
        programme="\n".join(TOPICS),
        starts_on=first,
        ends_on=first + DAY * (len(TOPICS) - 1),
        academic_hours=HOURS_A_DAY * len(TOPICS),
        trainer="Примерна академия ООД",
        place="заседателна зала",
        capacity=len(trainees),
    )
    sessions = [_session(training, first + DAY * n, topic) for n, topic in enumerate(TOPICS)]
    enrolling.enrol(training=training, trainees=trainees)
    participants = list(training.participants.order_by("pk"))
    keys = [row.pk for row in participants]
    came = {(pk, session.pk) for pk in keys for session in sessions}
    came -= {(keys[-1], sessions[1].pk), (keys[-1], sessions[2].pk)}  # one left after the first day
    attending.mark(
        training=training, people=keys, sessions=[row.pk for row in sessions], marks=came
    )
    training = running.mark_done(training=training)
    training = evaluating.ask(training=training, until=timezone.localdate())
    for row in MARKS:
        marks = dict(zip(("content", "trainer", "use", "organisation"), row, strict=True))
        evaluating.answer(training=training, form_key=uuid.uuid4(), marks=marks)
    if project.municipality.slug in CERTIFIED:
        for came_enough in certificates.entitled(training):
            certificates.issue(participant=came_enough.participant, by=manager)


def _planned(project: Project, trainees: list[Trainee]) -> None:
    first = timezone.localdate() + dt.timedelta(days=12)
    training = Training.objects.create(
        municipality=project.municipality,
        project=project,
        kind=Training.Kind.UPGRADING,
        title="Работа с хора с увреждания (пример)",
        starts_on=first,
        ends_on=first + DAY,
        academic_hours=2 * HOURS_A_DAY,
        delivery=Training.Delivery.MIXED,
        trainer="Примерна академия ООД",
        capacity=len(trainees) - 1,
    )
    for number in range(2):
        _session(training, first + DAY * number, "")
    enrolling.enrol(training=training, trainees=trainees)


def _session(training: Training, day: dt.date, topic: str) -> TrainingSession:
    return TrainingSession.objects.create(
        municipality=training.municipality,
        training=training,
        day=day,
        starts_at=dt.time(9),
        ends_at=dt.time(16, 30),
        academic_hours=HOURS_A_DAY,
        topic=topic,
    )


def _supervised(project: Project, colleagues: list[Trainee], others: list[Trainee]) -> None:
    today = timezone.localdate()
    for number, ago in enumerate(SUPERVISED_DAYS_AGO):
        alone = number % 2 == 1
        supervision = Supervision.objects.create(
            municipality=project.municipality,
            project=project,
            form=Supervision.Form.INDIVIDUAL if alone else Supervision.Form.GROUP,
            held_on=today - DAY * ago,
            hours=1 if alone else 2,
            supervisor="Вера Примерна-Супервизор",
        )
        set_participants(supervision, colleagues[:1] if alone else [*colleagues, *others[:2]])


def _norms(municipality: Municipality) -> None:
    """Two invented rules of the municipality, so that the page of norms shows something."""
    for what, unit, value in (
        (DevelopmentNorm.What.TRAINING, DevelopmentNorm.Unit.HOURS, 24),
        (DevelopmentNorm.What.SUPERVISION, DevelopmentNorm.Unit.TIMES, 4),
    ):
        DevelopmentNorm.objects.create(
            municipality=municipality,
            what=what,
            unit=unit,
            value=value,
            applies_to=DevelopmentNorm.For.DESK,
            legal_basis="Вътрешно правило на общината (пример)",
            source="Измислено число за показване.",
        )
