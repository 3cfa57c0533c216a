"""What a technical report says of a project by itself: activities, results, people, papers."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from projects.indicators.values import state_of
from projects.models import Activity, Position, Project, ProjectDocument, Workplace
from projects.reports.sections import Head, Kind, Section, registered


def technical(project: Project, since: dt.date, upto: dt.date) -> list[Section]:
    """Return the tables of a technical report from ``since`` to ``upto``, both included.

    Needs the project's scope; the same number of queries whatever the rows.
    """
    return [
        _activities(project, since, upto),
        _indicators(project, since, upto),
        _positions(project, since, upto),
        _workplaces(project, upto),
        *registered(project, since, upto),
        _papers(project, since, upto),
    ]


def _activities(project: Project, since: dt.date, upto: dt.date) -> Section:
    rows = [
        (row.number, row.title, row.starts_on, row.ends_on, _stands(row, since, upto))
        for row in Activity.objects.filter(project=project)
    ]
    return Section(
        "activities", "Дейности",
        [Head("№", share=0), Head("Дейност", share=5), Head("От", Kind.DAY), Head("До", Kind.DAY),
         Head("Към края на периода", share=3)],
        rows, empty="Няма записани дейности.",
    )  # fmt: skip


def _stands(row: Activity, since: dt.date, upto: dt.date) -> str:
    """Say where an activity stood on the last day of the period, as far as its days tell."""
    if row.done_on and row.done_on < since:
        return f"завършена на {row.done_on:%d.%m.%Y} г., преди периода"
    if row.done_on and row.done_on <= upto:
        return f"завършена на {row.done_on:%d.%m.%Y} г."
    if row.ends_on and row.ends_on <= upto:
        return "срокът е изтекъл, не е отбелязана като завършена"
    if row.starts_on and row.starts_on > upto:
        return "не е започнала"
    return "изпълнява се" if row.starts_on else "без записани дати"


def _indicators(project: Project, since: dt.date, upto: dt.date) -> Section:
    rows = [
        (
            state.indicator.code, state.indicator.name, state.indicator.unit, state.baseline,
            state.target, state.in_period, state.value, state.done_percent,
            state.missing or state.source,
        )
        for state in state_of(project, since=since, upto=upto)
    ]  # fmt: skip
    return Section(
        "indicators", "Индикатори",
        [Head("Код", share=0), Head("Индикатор", share=4), Head("Мярка", share=0),
         Head("Начална", Kind.NUMBER), Head("Цел", Kind.NUMBER), Head("За периода", Kind.NUMBER),
         Head("С натрупване", Kind.NUMBER), Head("Изпълнение", Kind.PERCENT),
         Head("Откъде", share=3)],
        rows, note="Всеки човек се брои веднъж за индикатор.", empty="Няма записани индикатори.",
    )  # fmt: skip


def _positions(project: Project, since: dt.date, upto: dt.date) -> Section:
    """Return the positions that were there in the period; whose they are is in the archive."""
    held = Q(starts_on__lte=upto) & (Q(ends_on__isnull=True) | Q(ends_on__gte=since))
    rows = [
        (row.title, row.get_kind_display(), row.starts_on, row.ends_on, row.hours_per_day)
        for row in Position.objects.filter(held, project=project).order_by("starts_on", "pk")
    ]
    return Section(
        "positions", "Хора по проекта",
        [Head("Длъжност", share=3), Head("Вид договор", share=2), Head("От", Kind.DAY),
         Head("До", Kind.DAY), Head("Часа на ден", Kind.NUMBER)],
        rows, note="Имената са в договорите от архива.",
    )  # fmt: skip


def _workplaces(project: Project, upto: dt.date) -> Section:
    rows = [
        (row.name, row.opened_on)
        for row in Workplace.objects.filter(project=project, opened_on__lte=upto)
    ]
    return Section(
        "workplaces", "Открити работни места",
        [Head("Работно място", share=4), Head("Открито на", Kind.DAY)],
        rows, note="Към края на периода.",
        empty="Няма открити работни места.",
    )  # fmt: skip


def _papers(project: Project, since: dt.date, upto: dt.date) -> Section:
    papers = ProjectDocument.objects.filter(project=project, issued_on__range=(since, upto))
    rows = [
        (row.get_kind_display(), row.title, row.number, row.issued_on)
        for row in papers.order_by("issued_on", "pk")
    ]
    return Section(
        "papers", "Документи от периода в архива",
        [Head("Вид", share=2), Head("Документ", share=4), Head("Номер", share=2),
         Head("Дата", Kind.DAY)],
        rows,
    )  # fmt: skip
