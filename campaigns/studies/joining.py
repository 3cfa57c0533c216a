"""What studies tell other rooms."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from municipalities.admin_needs import Need, register_needs
from municipalities.models import Municipality
from municipalities.permissions import can_manage_projects
from municipalities.sections import register_section
from municipalities.templatetags.portal import counted
from projects.models import Project
from projects.public_parts import register_public_part

DAYS_OF_NEED = 60
MOST_NEEDS = 5

STUDIES_OF_A_MUNICIPALITY = 5
STUDIES_OF_A_PROJECT = 20


def join() -> None:
    """Register what other rooms show of this one."""
    register_section(order=45, template="campaigns/studies/section.html", load=of_the_municipality)
    register_public_part(
        order=40, template="campaigns/studies/project_part.html", load=of_the_project
    )
    register_needs(can_manage_projects, needs)


def needs(request: HttpRequest) -> list[Need]:
    """Say which questionnaires have closed and wait for somebody to say what they show."""
    from campaigns.studies.models import Study

    today = timezone.localdate()
    closed = Study.objects.filter(
        closes_on__lt=today, closes_on__gte=today - dt.timedelta(DAYS_OF_NEED), findings=""
    ).annotate(answers=Count("responses"))
    return [
        Need(
            f"Анкетата „{Truncator(study.title).chars(60)}“ е затворена с"
            f" {counted(study.answers, 'отговор,отговора')}: напишете какво показва",
            reverse("admin:campaigns_study_answers", args=[study.pk]),
        )
        for study in closed.filter(answers__gt=0).order_by("closes_on", "pk")[:MOST_NEEDS]
    ]


def of_the_municipality(municipality: Municipality) -> dict:
    """Return the newest published studies, those that ask something first, in one query."""
    from campaigns.studies.views import listed

    shown = listed().filter(municipality=municipality)
    return {"studies": list(shown[:STUDIES_OF_A_MUNICIPALITY])}


def of_the_project(project: Project) -> dict:
    """Return the published studies of a public project, {} where there are none; one query."""
    from campaigns.studies.views import listed

    studies = list(listed().filter(project=project)[:STUDIES_OF_A_PROJECT])
    return {"studies": studies} if studies else {}
