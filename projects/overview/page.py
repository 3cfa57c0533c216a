"""What „Проектът на една страница“ shows, gathered in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from municipalities.drawing import Bar, bar_chart
from municipalities.numbers import percent
from projects.models import Project
from projects.money import in_both, share
from projects.overview.known import activities_known, obligations_known, states_known, sums_known
from projects.overview.lists import short, shorts_of
from projects.overview.money import line_name, line_row, months_chart, source_rows
from projects.overview.own_risks import listed
from projects.overview.results import result_rows
from projects.overview.timeline import timeline, without_days
from projects.papers.retention import retention_of
from projects.parts import parts_of
from projects.phases import days_left_text, phase_of, sustained_until, time_gone
from projects.risks import risks_of


def page_of(project: Project, day: dt.date) -> dict[str, Any]:
    """Return the variables of the page of ``project`` on ``day``; needs its scope.

    With the project comes its ``retention_norm`` (``norm_beside``).
    """
    prefetch_related_objects([project], "funding", "indicators")  # several parts ask for them
    phase = phase_of(project, day)
    activities = activities_known(project)
    drawn = timeline(project, activities, day)
    return {
        "project": project,
        "phase": phase,
        "phase_until": days_left_text(phase, day),
        "risks": risks_of(project, day),
        "timeline": drawn,
        "activity_rows": drawn.rows if drawn else without_days(activities, day),
        "results": result_rows(states_known(project, day)),
        **_money(project, day),
        **_kept(project),
        **_lists(project),
        "parts": parts_of(project),
    }


def _money(project: Project, day: dt.date) -> dict[str, Any]:
    sums, gone = sums_known(project), time_gone(project, day)
    total = sums.total
    spent, verified = share(total.spent, total.planned), share(total.verified, total.planned)
    bars = [
        Bar(label, value or 0, percent(value) if value is not None else _("не се знае"))
        for label, value in (
            (_("Изтекло време"), gone),
            (_("Похарчени пари"), spent),
            (_("Верифицирани пари"), verified),
        )
    ]
    return {
        "sums": sums,
        "spent_percent": percent(spent),
        "gone_percent": percent(gone),
        "amount_both": in_both(project.amount, project.currency),
        "pace": bar_chart(
            _("Време и пари, дял от целия проект"),
            bars,
            label_heading=_("Какво"),
            value_heading=_("Дял"),
            maximum=100,
        ),
        "lines": [
            line_row(row, line_name(row), listed("expense", project, line__id__exact=row.line.pk))
            for row in sums.lines
            if row.line is not None
        ],
        "total_line": line_row(total, _("Общо")),
        "sources": source_rows(sums.sources),
        "months": months_chart(sums),
        "expenses_url": listed("expense", project),
        "reports_url": listed("periodreport", project),
    }


def _kept(project: Project) -> dict[str, Any]:
    return {
        "retention": retention_of(project, project.retention_norm),
        "sustained": sustained_until(project),
    }


def _lists(project: Project) -> dict[str, Any]:
    lists = shorts_of(project)
    return {
        "positions": lists["position"],
        "workplaces": lists["workplace"],
        "papers": lists["projectdocument"],
        "requests": lists["paymentrequest"],
        "obligations": short("obligation", obligations_known(project), project),
    }
