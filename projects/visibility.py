"""Which project stands behind a municipality's front office, and so on its letters."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models import Q

from municipalities.models import Municipality
from projects.models import FundingSource, Project
from projects.period import add_months

OF_THE_UNION = (
    FundingSource.Source.EU,
    FundingSource.Source.ESF,
    FundingSource.Source.ESF_PLUS,
)


def project_behind(municipality: Municipality, day: dt.date) -> Project | None:
    """Return the public project with the Union's money that ``municipality`` runs on ``day``.

    An office is not tied to a project, so the one in force decides, the newest first. One that has
    ended still counts while its results are kept up (``PROJECT_SUSTAINED_YEARS``); one whose dates
    nobody has written counts, since it is among those shown to citizens. Two queries at most.
    """
    found = (
        Project.public.filter(municipality=municipality)
        .filter(
            ~Q(programme__eu_fund="")
            | Q(pk__in=FundingSource.public.filter(source__in=OF_THE_UNION).values("project"))
        )
        .select_related("programme")
        .order_by("-pk")
    )
    return next((project for project in found if _counts(project, day)), None)


def _counts(project: Project, day: dt.date) -> bool:
    if project.starts_on and project.starts_on > day:
        return False
    end = project.planned_end
    return end is None or day <= add_months(end.day, 12 * settings.PROJECT_SUSTAINED_YEARS)
