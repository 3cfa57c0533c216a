"""What campaigns say in a project's report for a period: events, handouts, publications."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from campaigns.counted import events_held, handouts, people_who_came, publications
from projects.models import Project
from projects.reports.sections import Head, Kind, Section, register_sections


def told(project: Project, since: dt.date, upto: dt.date) -> list[Section]:
    """Return what the project's campaigns did in the period; three queries."""
    return [
        _events(project, since, upto),
        _handouts(project, since, upto),
        _publications(project, since, upto),
    ]


def _events(project: Project, since: dt.date, upto: dt.date) -> Section:
    events = events_held(project, since, upto).annotate(came=people_who_came())
    rows = [
        (timezone.localdate(row.ends_at), row.title, str(row.campaign), str(row.settlement or ""),
         row.place, row.came)
        for row in events.select_related("settlement", "campaign")
    ]  # fmt: skip
    return Section(
        "events",
        "Събития от кампании",
        [
            Head("Дата", Kind.DAY),
            Head("Събитие", share=3),
            Head("Кампания", share=3),
            Head("Населено място", share=2),
            Head("Място", share=2),
            Head("Хора", Kind.NUMBER),
        ],
        rows,
        empty="Няма проведени събития.",
    )


def _handouts(project: Project, since: dt.date, upto: dt.date) -> Section:
    rows = [
        (row.day, str(row.material or row.what), str(row.settlement or ""), row.place, row.copies)
        for row in handouts(project, since, upto)
    ]
    return Section(
        "handouts",
        "Раздадени материали",
        [
            Head("Дата", Kind.DAY),
            Head("Какво", share=3),
            Head("Населено място", share=2),
            Head("Къде", share=2),
            Head("Броя", Kind.NUMBER),
        ],
        rows,
        empty="Няма раздадени материали.",
    )


def _publications(project: Project, since: dt.date, upto: dt.date) -> Section:
    rows = [
        (row.day, row.title, row.outlet, str(row.get_medium_display()), row.url)
        for row in publications(project, since, upto)
    ]
    return Section(
        "publications",
        "Публикации в медиите",
        [
            Head("Дата", Kind.DAY),
            Head("Заглавие", share=3),
            Head("Медия", share=2),
            Head("Вид"),
            Head("Адрес", share=3),
        ],
        rows,
        empty="Няма записани публикации.",
    )


def register() -> None:
    """Let reports of projects have what campaigns did."""
    register_sections(20, told)
