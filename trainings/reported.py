"""What trainings and supervision say in a project's report for a period."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from projects.models import Project
from projects.reports.sections import Head, Kind, Section, register_sections
from trainings.models import Supervision, Training, TrainingParticipant

ATTENDED = TrainingParticipant.State.ATTENDED


def learned(project: Project, since: dt.date, upto: dt.date) -> list[Section]:
    """Return the trainings and the supervision of ``project`` in the period; two queries."""
    return [_trainings(project, since, upto), _supervision(project, since, upto)]


def _trainings(project: Project, since: dt.date, upto: dt.date) -> Section:
    took = Q(participants__state=ATTENDED)
    issued = took & Q(
        participants__certificate__isnull=False,
        participants__certificate__revoked_on__isnull=True,
    )
    found = (
        Training.objects.filter(project=project)
        .exclude(state=Training.State.CANCELLED)
        .annotate(last=Coalesce("ends_on", "starts_on"))
        .filter(last__range=(since, upto))
        .annotate(people=Count("participants", filter=took))
        .annotate(certificates=Count("participants", filter=issued))
        .order_by("last", "pk")
    )
    rows = [
        (row.title, row.get_kind_display(), row.starts_on, row.ends_on, row.academic_hours,
         row.people, row.certificates)
        for row in found
    ]  # fmt: skip
    return Section(
        "trainings", "Обучения",
        [Head("Тема", share=4), Head("Вид", share=2), Head("От", Kind.DAY), Head("До", Kind.DAY),
         Head("Учебни часове", Kind.NUMBER), Head("Участвали", Kind.NUMBER),
         Head("Удостоверения", Kind.NUMBER)],
        rows,
        total=("Общо", "", None, None, sum(row[4] for row in rows), sum(row[5] for row in rows),
               sum(row[6] for row in rows)) if len(rows) > 1 else None,
        note="Участията не са хора: един човек може да е бил на няколко обучения.",
        empty="Няма обучения, завършили през периода.",
    )  # fmt: skip


def _supervision(project: Project, since: dt.date, upto: dt.date) -> Section:
    found = (
        Supervision.objects.filter(project=project, held_on__range=(since, upto))
        .annotate(people=Count("participants"))
        .order_by("held_on", "pk")
    )
    rows = [
        (row.held_on, row.get_form_display(), row.supervisor, row.hours, row.people)
        for row in found
    ]
    return Section(
        "supervision", "Супервизии",
        [Head("Дата", Kind.DAY), Head("Вид", share=2), Head("Супервизор", share=3),
         Head("Часове", Kind.NUMBER), Head("Участвали", Kind.NUMBER)],
        rows,
        total=(None, "Общо", "", sum(row[3] for row in rows), sum(row[4] for row in rows))
        if len(rows) > 1 else None,
        empty="Няма проведени супервизии.",
    )  # fmt: skip


def register() -> None:
    """Let reports of projects have the trainings and the supervision."""
    register_sections(10, learned)
