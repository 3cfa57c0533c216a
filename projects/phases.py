"""Where a project is in its life: before, running, over with its results still kept up, done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext as _

from municipalities.days import add_months
from projects.models import Project
from projects.period import day_text

MONTHS_A_YEAR = 12
WHOLE = Decimal(100)
TENTH = Decimal("0.1")


class Step(StrEnum):
    """The parts of a project's life, in order; ``UNKNOWN`` where nobody has written its dates."""

    UNKNOWN = "unknown"
    AHEAD = "ahead"
    RUNNING = "running"
    SUSTAINED = "sustained"
    OVER = "over"


@dataclass(frozen=True)
class Phase:
    """The part of its life a project is in, what to call it, and until when it lasts."""

    step: Step
    words: str
    until: dt.date | None = None

    @property
    def is_running(self) -> bool:
        """Whether the work is going on."""
        return self.step == Step.RUNNING

    @property
    def has_ended(self) -> bool:
        """Whether the work is over."""
        return self.step in (Step.SUSTAINED, Step.OVER)


@dataclass(frozen=True)
class Sustained:
    """Until when the results are kept up; ``is_assumed`` where no day is written."""

    day: dt.date
    is_assumed: bool


def sustained_until(project: Project) -> Sustained | None:
    """Return until when the results of ``project`` are kept up; None without an end.

    Where nobody has written the day, ``PROJECT_SUSTAINED_YEARS`` after the planned end stand in.
    """
    if project.sustained_to:
        return Sustained(project.sustained_to, is_assumed=False)
    if project.planned_end is None:
        return None
    months = MONTHS_A_YEAR * settings.PROJECT_SUSTAINED_YEARS
    try:
        return Sustained(add_months(project.planned_end.day, months), is_assumed=True)
    except OverflowError:  # of an end that somebody mistyped
        return None


def phase_of(project: Project, day: dt.date) -> Phase:
    """Return the part of its life that ``project`` is in on ``day``; asks the database nothing."""
    end = project.planned_end
    if end is None and (project.starts_on is None or day >= project.starts_on):
        return Phase(Step.UNKNOWN, _("срокът не е записан"))
    if project.starts_on and day < project.starts_on:
        return Phase(Step.AHEAD, _("предстои"), project.starts_on)
    if end is not None and day <= end.day:
        return Phase(Step.RUNNING, _("изпълнява се"), end.day)
    kept = sustained_until(project)
    if kept is not None and day <= kept.day:
        return Phase(Step.SUSTAINED, _("устойчивост"), kept.day)
    return Phase(Step.OVER, _("приключил"))


def time_gone(project: Project, day: dt.date) -> Decimal | None:
    """Return how much of the term of ``project`` has gone on ``day``, in percent from 0 to 100.

    None where its start or its end is not known.
    """
    if project.starts_on is None or project.planned_end is None:
        return None
    whole = (project.planned_end.day - project.starts_on).days
    gone = min(max((day - project.starts_on).days, 0), whole)
    return (WHOLE * gone / whole).quantize(TENTH, ROUND_HALF_UP) if whole else WHOLE


def days_left_text(phase: Phase, day: dt.date) -> str:
    """Say until when the phase lasts and how many days that is: „до 01.04.2027, още 130 дни“."""
    if phase.until is None:
        return ""
    left = (phase.until - day).days
    words = {0: _("днес"), 1: _("още 1 ден")}.get(left, _("още %(days)s дни") % {"days": left})
    if phase.step == Step.AHEAD:
        return _("започва на %(day)s") % {"day": day_text(phase.until)}
    return _("до %(day)s, %(left)s") % {"day": day_text(phase.until), "left": words}
