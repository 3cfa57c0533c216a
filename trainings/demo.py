"""A few invented trainings that say so: the announcements give none with a date."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

from django.utils import timezone

from municipalities.demo import demo_municipalities
from municipalities.models import Municipality, User
from municipalities.tenancy import municipality_scope
from trainings.demo_learning import example_project, make_learning
from trainings.models import Supervision, Trainee, Training, TrainingParticipant

DATA = Path(__file__).parent / "demo_data" / "trainings.json"


def load(*, report: Callable[[str], None]) -> None:
    """Make the trainings of the demo municipalities that have none."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    municipalities = demo_municipalities()
    for slug, rows in data.items():
        with municipality_scope(municipalities[slug]):
            if not Training.objects.exists():
                for row in rows:
                    _make_training(municipalities[slug], row)
    for municipality in municipalities.values():
        with municipality_scope(municipality):
            if not Supervision.objects.exists():
                make_learning(municipality)
    report(f"Обучения (примерни): {sum(map(len, data.values()))}")


def _make_training(municipality: Municipality, row: dict) -> None:
    people = row.pop("participants")
    starts_on = timezone.localdate() - dt.timedelta(days=row.pop("days_ago"))
    training = Training.objects.create(
        municipality=municipality,
        project=example_project(),
        starts_on=starts_on,
        ends_on=starts_on + dt.timedelta(days=row.pop("days") - 1),
        state=Training.State.DONE,
        **row,
    )
    for person in people:
        hours = person.pop("academic_hours", None)
        TrainingParticipant.objects.create(
            municipality=municipality,
            training=training,
            trainee=_trainee(municipality, person),
            state=TrainingParticipant.State.ATTENDED,
            academic_hours=hours,
        )


def _trainee(municipality: Municipality, person: dict) -> Trainee:
    user = None
    if prefix := person.pop("user", None):
        user = User.objects.get(email=f"{prefix}.{municipality.slug}@example.bg")
        person["name"] = user.name
    return Trainee.objects.get_or_create(
        municipality=municipality, user=user, name=person["name"], defaults=person
    )[0]
