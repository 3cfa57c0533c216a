"""What of a project's own tables threatens it: its money, results, deadlines and activities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from municipalities.numbers import percent, plain
from municipalities.templatetags.portal import money
from projects.indicators.values import IndicatorState
from projects.models import Obligation, Project
from projects.money import share
from projects.overview.known import activities_known, obligations_known, states_known, sums_known
from projects.period import day_text
from projects.phases import Phase, Step, phase_of, time_gone
from projects.risks import Risk

SOON = dt.timedelta(days=14)
TOO_FAR = Decimal(20)  # points between the share of the time and the share of the money
BEHIND = Decimal("0.8")  # of what would have been reached by now, had it come evenly
EARLY = Decimal(25)  # percent of the term before which results are not judged


def own_risks(project: Project, day: dt.date) -> list[Risk]:
    """Return what the project's own rows say on ``day``; registered in ``ProjectsConfig``."""
    phase = phase_of(project, day)
    return [
        *lines_over(project),
        *obligations_due(project, day),
        *indicators_behind(project, day, phase),
        *activities_late(project, day),
        *money_out_of_step(project, day, phase),
        *term_unknown(project, phase),
    ]


def listed(model: str, project: Project, **filters) -> str:
    """Return the address of a list of the admin, of the rows of ``project`` alone."""
    asked = "&".join(f"{name}={value}" for name, value in filters.items())
    url = reverse(f"admin:projects_{model}_changelist")
    return f"{url}?project__id__exact={project.pk}" + (f"&{asked}" if asked else "")


def change_of(row) -> str:
    """Return the address of a row's form in the admin."""
    return reverse(f"admin:projects_{row._meta.model_name}_change", args=[row.pk])


def lines_over(project: Project) -> list[Risk]:
    """Return the lines on which more is spent than planned."""
    return [
        Risk(
            "line_over",
            "late",
            _("Перо %(code)s е надхвърлено с %(sum)s.")
            % {"code": row.line.code, "sum": money(-row.left, row.currency)},
            listed("expense", project, line__id__exact=row.line.pk),
        )
        for row in sums_known(project).lines
        if row.is_over and row.line is not None
    ]


def obligations_due(project: Project, day: dt.date) -> list[Risk]:
    """Return what had to be done by now, and what has to be within ``SOON``."""
    return [
        _of_obligation(row, day) for row in obligations_known(project) if row.due_on <= day + SOON
    ]


def _of_obligation(row: Obligation, day: dt.date) -> Risk:
    facts = {"what": row.title, "day": day_text(row.due_on)}
    if row.due_on < day:
        return Risk(
            "obligation_late",
            "late",
            _("Просрочено: %(what)s, до %(day)s.") % facts,
            change_of(row),
        )
    return Risk(
        "obligation_due", "due", _("Предстои: %(what)s, до %(day)s.") % facts, change_of(row)
    )


def expected(state: IndicatorState, gone: Decimal) -> Decimal:
    """Return what an indicator would have reached after ``gone`` percent of the term, if evenly.

    Of what is counted in whole things, only the whole ones.
    """
    start = state.baseline or Decimal(0)
    due = start + (state.target - start) * gone / 100
    is_whole = state.target == state.target.to_integral_value()
    return due.quantize(Decimal(1), ROUND_FLOOR) if is_whole else due


def indicators_behind(project: Project, day: dt.date, phase: Phase) -> Iterable[Risk]:
    """Yield the results that are not reached after the end, or are behind the time gone."""
    gone = time_gone(project, day)
    if not phase.has_ended and (not phase.is_running or gone is None or gone < EARLY):
        return
    for state in states_known(project, day):
        reached = state.value if state.value is not None else (state.baseline or Decimal(0))
        if reached >= state.target:
            continue
        facts = {
            "name": state.indicator.name,
            "reached": plain(reached),
            "target": state.indicator.target_text(),
        }
        url = state.evidence_url or change_of(project)
        if phase.has_ended:
            words = _("Не е достигнато: %(name)s, %(reached)s от %(target)s.") % facts
            yield Risk("indicator_missed", "late", words, url)
        elif gone is not None and reached < expected(state, gone) * BEHIND:
            facts["gone"] = percent(gone)
            words = _(
                "Изостава: %(name)s, %(reached)s от %(target)s при изтекли %(gone)s от срока."
            )
            yield Risk("indicator_behind", "due", words % facts, url)


def activities_late(project: Project, day: dt.date) -> list[Risk]:
    """Return the activities that should have been over."""
    return [
        Risk(
            "activity_late",
            "late",
            _("Дейността трябваше да е завършила на %(day)s: %(name)s.")
            % {"day": day_text(row.ends_on), "name": row},
            change_of(project) + "#activities-group",
        )
        for row in activities_known(project)
        if row.ends_on and row.ends_on < day and row.done_on is None
    ]


def money_out_of_step(project: Project, day: dt.date, phase: Phase) -> list[Risk]:
    """Return whether far more or far less is spent than of the time has gone."""
    total, gone = sums_known(project).total, time_gone(project, day)
    spent = share(total.spent, total.planned)
    if not phase.is_running or gone is None or spent is None or abs(spent - gone) <= TOO_FAR:
        return []
    facts = {"spent": percent(spent), "gone": percent(gone)}
    if spent < gone:
        words = _("Парите изостават: похарчени са %(spent)s от бюджета при изтекли %(gone)s.")
        return [Risk("money_behind", "due", words % facts, listed("expense", project))]
    words = _("Парите изпреварват: похарчени са %(spent)s от бюджета при изтекли %(gone)s.")
    return [Risk("money_ahead", "due", words % facts, listed("expense", project))]


def term_unknown(project: Project, phase: Phase) -> list[Risk]:
    """Return that nothing can be judged by time where the dates are not written."""
    if phase.step != Step.UNKNOWN:
        return []
    words = _("Срокът не е записан: напишете началото и края, за да се следи изпълнението.")
    return [Risk("term_unknown", "due", words, change_of(project))]
