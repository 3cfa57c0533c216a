"""What the tests of indicators have in common."""

import datetime as dt
import io

import openpyxl
from django.urls import reverse

from municipalities.tenancy import municipality_scope
from projects.indicators.sources import source_of
from projects.indicators.values import state_of
from projects.models import Project, ProjectDocument
from tests import factories
from tests.factories_projects import ParticipantFactory, TraineeFactory

SPRING, AUTUMN = dt.date(2026, 3, 2), dt.date(2026, 10, 1)


def attended(training, name: str = "", **facts):
    """Somebody took part: a new person called ``name``, or ``trainee``."""
    owner = training.municipality
    state = facts.pop("state", "attended")
    trainee = facts.pop("trainee", None) or TraineeFactory(municipality=owner, name=name, **facts)
    ParticipantFactory(municipality=owner, training=training, trainee=trainee, state=state)
    return trainee


def counted(project, code: str, since=None, upto=None) -> int:
    with municipality_scope(project.municipality):
        return source_of(code).count(project, since, upto)


def lines(project, code: str) -> list[str]:
    with municipality_scope(project.municipality):
        return [line.words for line in source_of(code).evidence(project, None, None)]


def paper(project, **facts):
    with municipality_scope(project.municipality):
        return ProjectDocument.objects.create(
            municipality=project.municipality,
            project=project,
            added_by=factories.UserFactory(),
            **{
                "kind": "evidence", "title": "Анализ", "name": "analiz.pdf", "size": 1,
                "content_type": "application/pdf", "path": "none", **facts,
            },
        )  # fmt: skip


def states(project, **days):
    with municipality_scope(project.municipality):
        return state_of(Project.objects.get(pk=project.pk), **days)


def evidence(row) -> str:
    return reverse("admin:projects_indicator_evidence", args=[row.pk])


def sheet_of(response) -> list[tuple]:
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(response) if response.streaming else response.content)
    )
    return list(book.active.iter_rows(values_only=True))
