"""What several parts of the page and several risks ask of one project, read once."""

from __future__ import annotations

import datetime as dt

from projects.indicators.values import IndicatorState, state_of
from projects.models import Activity, Obligation, Project
from projects.spending.sums import ProjectSums, sums_of


def sums_known(project: Project) -> ProjectSums:
    """Return the sums of ``project`` from its beginning, read once for this instance."""
    if "known_sums" not in project.__dict__:
        project.__dict__["known_sums"] = sums_of(project)
    return project.__dict__["known_sums"]


def states_known(project: Project, day: dt.date) -> list[IndicatorState]:
    """Return what the indicators of ``project`` have reached by ``day``, read once."""
    if "known_states" not in project.__dict__:
        project.__dict__["known_states"] = state_of(project, upto=day)
    return project.__dict__["known_states"]


def activities_known(project: Project) -> list[Activity]:
    """Return the activities of ``project`` in order, read once."""
    if "known_activities" not in project.__dict__:
        project.__dict__["known_activities"] = list(project.activities.all())
    return project.__dict__["known_activities"]


def obligations_known(project: Project) -> list[Obligation]:
    """Return what is not done yet for ``project``, by day, read once."""
    if "known_obligations" not in project.__dict__:
        rows = Obligation.objects.filter(project=project, done_on__isnull=True)
        project.__dict__["known_obligations"] = list(rows)
    return project.__dict__["known_obligations"]
