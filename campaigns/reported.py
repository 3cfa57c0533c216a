"""What campaigns say in a project's report for a period: the events that were held."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from campaigns.counted import events_held
from projects.models import Project
from projects.reports.sections import Head, Kind, Section, register_sections


def held(project: Project, since: dt.date, upto: dt.date) -> list[Section]:
    """Return the events of the project's campaigns in the period; one query."""
    rows = [
        (timezone.localdate(row.ends_at), row.title, str(row.campaign), str(row.settlement or ""),
         row.place)
        for row in events_held(project, since, upto).select_related("settlement", "campaign")
    ]  # fmt: skip
    return [
        Section(
            "events",
            "Събития от кампании",
            [
                Head("Дата", Kind.DAY),
                Head("Събитие", share=3),
                Head("Кампания", share=3),
                Head("Населено място", share=2),
                Head("Място", share=2),
            ],
            rows,
            empty="Няма проведени събития.",
        )
    ]


def register() -> None:
    """Let reports of projects have the events."""
    register_sections(20, held)
