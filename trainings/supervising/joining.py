"""What supervision and norms show elsewhere: „Днес“, the project page, what threatens a project."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from municipalities.admin_needs import Need, register_needs
from municipalities.permissions import can_manage_projects
from municipalities.starting import register_start
from municipalities.templatetags.portal import counted
from municipalities.today import register_part as register_on_today
from projects.models import Project
from projects.parts import register_part
from projects.risks import Risk, register_risks
from trainings.models import Supervision, Training, TrainingParticipant
from trainings.supervising.fulfilment import MISSING, people_of_project
from trainings.supervising.norms import add_missing, norms_of
from trainings.supervising.own import on_today
from trainings.supervising.record import (
    Unit,
    amount_words,
    norm_words,
    records_of,
    unmet,
    with_groups,
)

CODE = "norm-unmet"
LATE_FROM_MONTH = 10  # of the year: what is missing after it is hardly made up for
MOST_NAMED = 3
MOST_TRAININGS = 8


def join() -> None:
    """Register everything; called when the app is ready."""
    register_start(add_missing)
    register_on_today("trainings/supervising/today.html", on_today)
    register_part(60, "trainings/supervising/project_part.html", of_project)
    register_risks(norm_risks)
    register_needs(can_manage_projects, needs_of_norms)


def needs_of_norms(request: HttpRequest) -> list[Need]:
    """Say how many people of the reader's municipality lack something of the year's norms."""
    today = timezone.localdate()
    lines = unmet(today.year, today=today)
    if not lines:
        return []
    people = len({line.trainee.pk for line in lines})
    words = counted(people, "човек с неизпълнена норма,души с неизпълнени норми")
    is_late = any(line.norm.unit == Unit.DAYS for line in lines)  # the rest has until December
    url = reverse("admin:trainings_developmentnorm_fulfilment")
    return [
        Need(
            f"{words} за {today.year} г.",
            f"{url}?godina={today.year}&sastoyanie={MISSING}",
            "late" if is_late else "due",
        )
    ]


def norm_risks(project: Project, day: dt.date) -> list[Risk]:
    """Say which norms of the year the people of ``project`` have not met by ``day``.

    A norm whose amount is not known is asked of nobody. Until the autumn there is time („due“),
    except for an introductory training that is late already.
    """
    if (project.starts_on and day < project.starts_on) or (
        project.ends_on and day > project.ends_on
    ):
        return []
    norms = [norm for norm in norms_of(day.year) if norm.value is not None]
    if not norms:
        return []
    people = with_groups(people_of_project(project.pk)).filter(is_active=True)
    people = people.exclude(appointed_on__gt=day)
    records = records_of(list(people), day.year, norms=norms, today=day)
    lacking = [record for record in records if record.unmet]
    if not lacking:
        return []
    by_norm = Counter(line.norm.pk for record in lacking for line in record.unmet)
    named = [norm for norm in norms if by_norm[norm.pk]]
    words = ", ".join(f"{norm_words(norm)} – {by_norm[norm.pk]}" for norm in named[:MOST_NAMED])
    mark = " (непотвърдена норма)" if any(not norm.is_verified for norm in named) else ""
    is_late = day.month >= LATE_FROM_MONTH or any(
        line.due_on < day for record in lacking for line in record.unmet
    )
    url = reverse("admin:trainings_developmentnorm_fulfilment")
    return [
        Risk(
            CODE,
            "late" if is_late else "due",
            f"Неизпълнени норми за {day.year} г. при {counted(len(lacking), 'човек,души')}:"
            f" {words}{mark}",
            f"{url}?godina={day.year}&proekt={project.pk}&sastoyanie={MISSING}",
        )
    ]


def of_project(project: Project) -> dict[str, Any]:
    """Return the trainings and the supervision of ``project`` for its page, in three queries."""
    trainings = list(
        Training.objects.filter(project=project)
        .exclude(state=Training.State.CANCELLED)
        .annotate(
            came=Count("participants", filter=Q(participants__state="attended")),
            enrolled=Count("participants", filter=Q(participants__state="enrolled")),
        )
        .order_by("-starts_on", "-pk")
    )
    trained = (
        TrainingParticipant.objects.filter(training__project=project, state="attended")
        .exclude(training__state=Training.State.CANCELLED)
        .aggregate(people=Count("trainee", distinct=True))["people"]
    )
    forms = list(
        Supervision.objects.filter(project=project)
        .order_by()
        .values("form")
        .annotate(times=Count("pk"), hours=Sum("hours"))
    )
    names = dict(Supervision.Form.choices)
    hours = sum((row["hours"] for row in forms), Decimal(0))
    return {
        "project": project,
        "trainings": trainings[:MOST_TRAININGS],
        "more": max(0, len(trainings) - MOST_TRAININGS),
        "held": sum(1 for row in trainings if row.state == Training.State.DONE),
        "planned": sum(1 for row in trainings if row.state == Training.State.PLANNED),
        "trained": trained,
        "supervisions": sum(row["times"] for row in forms),
        "supervision_hours": amount_words(hours, "hours"),
        "forms": [
            {
                "words": names[row["form"]],
                "times": row["times"],
                "hours": amount_words(row["hours"], "hours"),
            }
            for row in forms
        ],
    }
