"""Applications on the desk's pages: „Днес“, a person's timeline, the merge of two records."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from frontoffice.joined import (
    Figure,
    Lines,
    register_figures,
    register_lines,
    register_moving,
)
from frontoffice.models import Person
from municipalities.models import Membership
from municipalities.today import register_part
from referrals.applications.models import Application, State, whose_day_passed
from referrals.applications.models_parts import ApplicationEvent
from referrals.needs import joining as needs
from referrals.provider.incoming import tab_of
from services_registry.portal_tabs import register_tab

SHOWN = 6
KIND = ("zayavleniya", "Заявления")
# What a colleague who reads the person's page wants to know happened, besides its coming in.
TOLD = (
    ApplicationEvent.Kind.CONFIRMED,
    ApplicationEvent.Kind.PAPERS_ASKED,
    ApplicationEvent.Kind.PAPER_ADDED,
    ApplicationEvent.Kind.LETTER,
    ApplicationEvent.Kind.WITHDRAWN,
    ApplicationEvent.Kind.CLOSED,
    ApplicationEvent.Kind.REOPENED,
)


def figures(membership: Membership) -> list[Figure]:
    """Return the counts of „Днес“ about applications, in one query."""
    counted = Application.objects.open().aggregate(
        new=Count("pk", filter=Q(owner__isnull=True)),
        mine=Count("pk", filter=Q(owner=membership.user_id)),
        late=Count("pk", filter=whose_day_passed()),
        last=Max("updated_at"),
    )
    here = reverse("applications")
    return [
        Figure("applications-new", "нови заявления", counted["new"], f"{here}?vid=new", True),
        Figure(
            "applications-mine",
            "заявления при мен",
            counted["mine"],
            f"{here}?vid=mine",
            mark=str(counted["last"]),
        ),
        Figure(
            "applications-late",
            "закъснели заявления",
            counted["late"],
            f"{here}?vid=late",
            is_late=True,
            is_always_shown=False,
        ),
    ]


def waiting(membership: Membership) -> dict[str, Any]:
    """Return the soonest open applications of ``membership``'s user."""
    mine = Application.objects.open().of(membership.user).for_listing()
    soonest = mine.exclude(state=State.WAITING).order_by("due_on", "registered_at", "pk")
    return {"applications": list(soonest[:SHOWN])}


def _registered(request: HttpRequest, person: Person) -> QuerySet:
    return Application.objects.filter(person=person)


def _steps(request: HttpRequest, person: Person) -> QuerySet:
    return ApplicationEvent.objects.filter(application__person=person, kind__in=TOLD)


def join() -> None:
    """Add applications to the pages of the desk, referrals to providers', analyses to the admin."""
    needs.join()
    register_tab(tab_of)
    register_figures(figures)
    register_part("referrals/today.html", waiting)
    register_lines(
        Lines(
            name="application",
            kind=KIND,
            moment="registered_at",
            who="registered_by_id",
            rows=_registered,
            bring=lambda: Application.objects.for_listing(),
            template="referrals/person_event.html",
        )
    )
    register_lines(
        Lines(
            name="application_step",
            kind=KIND,
            moment="at",
            who="user_id",
            rows=_steps,
            bring=lambda: ApplicationEvent.objects.select_related("application__kind"),
            template="referrals/person_step.html",
        )
    )
    register_moving("applications", Application, "person")
