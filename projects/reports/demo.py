"""An invented report of the invented project: written, its document left to be made."""

from __future__ import annotations

import datetime as dt

from projects.models import PeriodReport, Project
from projects.period import add_months

MONTHS = 3


def make_report(project: Project) -> PeriodReport:
    """Make a report of the first months of ``project``, which has a start; needs its scope."""
    first = project.starts_on or dt.date.min
    return PeriodReport.objects.create(
        municipality=project.municipality,
        project=project,
        period_from=first,
        period_to=add_months(first, MONTHS) - dt.timedelta(days=1),
        done="Назначени са служителите на фронт-офиса.\n\nЗапочнаха доставката на оборудване и"
        " подготовката на първото обучение.",
        problems="Доставката закъсня с две седмици; договорът е удължен.",
        ahead="Обучения, супервизии и първата разяснителна кампания.",
    )
