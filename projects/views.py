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
from municipalities.tenancy import municipality_scope
from municipalities.typeset import pdf_response
from projects.indicators.values import IndicatorState, state_of
from projects.models import Project, activity_tree
from projects.public_parts import public_parts_of
from projects.publicity.poster import poster

PROJECTS_PER_PAGE = 20
PROJECTS_OF_A_MUNICIPALITY = 6
POSTER_SECONDS = 300  # for which a poster that was fetched is not asked for again


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
    results = results_of(project)
    return render(
        request,
        "projects/project_detail.html",
        {
            "project": project,
            "results": results,
            "is_reached": any(reached for _state, reached in results),
            "funding": funding,
            "is_whole": amounts == project.amount,
            "cents_differ": amounts == project.amount and euros != project.amount_eur,
            "activities": activity_tree(activities),
            "public_parts": public_parts_of(project),
            "described": any(activity.description for activity in activities),
        },
    )


def results_of(project: Project) -> list[tuple[IndicatorState, str]]:
    """Return each planned result with what is reached of it in words for everybody.

    Nothing is said of what nobody has written down or counted yet, and of people's cases no small
    number (``IndicatorState.public_text``).
    """
    with municipality_scope(project.municipality):
        states = state_of(project)
    return [(state, state.public_text if state.value else "") for state in states]


@login_not_required
@require_safe
def project_poster(request: HttpRequest, slug: str) -> HttpResponse:
    """The poster A3 of a public project, to be printed and put up."""
    project = get_object_or_404(Project.public.for_page(), slug=slug)
    response = pdf_response(poster(project), f"plakat-{project.slug}.pdf")
    response["Cache-Control"] = f"public, max-age={POSTER_SECONDS}"
    return response


def projects_section(municipality: Municipality) -> dict:
    """Return what the municipality's page shows of its projects: the newest, in one query."""
    projects = Project.public.filter(municipality=municipality).order_by("-pk")
    return {"projects": list(projects.for_listing()[:PROJECTS_OF_A_MUNICIPALITY])}
