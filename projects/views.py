"""Public pages of projects: the list and a project, as the rules on visibility want them."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from municipalities.filters import MunicipalityFilter
from municipalities.models import Municipality
from projects.models import Project, activity_tree

PROJECTS_PER_PAGE = 20
PROJECTS_OF_A_MUNICIPALITY = 6


@login_not_required
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """Public projects, of all municipalities or of one (``?obshtina=``)."""
    shown = Project.public.order_by("municipality__name", "name", "pk")
    chosen = MunicipalityFilter(request.GET)
    if chosen.slug:
        shown = shown.filter(municipality__slug=chosen.slug)
    page = Paginator(shown.for_listing(), PROJECTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "projects/project_list.html", {"filter_form": chosen, "page_obj": page})


@login_not_required
@require_safe
def project_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """A project with what is known of it; what is not known is not mentioned."""
    project = get_object_or_404(Project.public.for_page(), slug=slug)
    funding = project.funding.all()
    for source in funding:
        source.project = project
    euros = sum((source.amount_eur for source in funding), Decimal(0))
    amounts = sum((source.amount for source in funding), Decimal(0))
    activities = list(project.activities.all())
    return render(
        request,
        "projects/project_detail.html",
        {
            "project": project,
            "funding": funding,
            "is_whole": amounts == project.amount,
            "cents_differ": amounts == project.amount and euros != project.amount_eur,
            "activities": activity_tree(activities),
            "described": any(activity.description for activity in activities),
        },
    )


def projects_section(municipality: Municipality) -> dict:
    """Return what the municipality's page shows of its projects: the newest, in one query."""
    projects = Project.public.filter(municipality=municipality).order_by("-pk")
    return {"projects": list(projects.for_listing()[:PROJECTS_OF_A_MUNICIPALITY])}
