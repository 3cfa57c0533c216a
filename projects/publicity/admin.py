"""The visibility of a project in its admin: what is missing, and the poster."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.admin_pages import row_page
from municipalities.typeset import pdf_response
from projects.models import Project, ProjectDocument
from projects.publicity.check import check
from projects.publicity.poster import poster

MOST_PAPERS = 20
# What of a project's form is about being seen, for the admin of projects.
FIELDSET = (
    _("Публичност"),
    {
        "fields": (
            "site_url",
            ("poster_place", "poster_on"),
            "has_investment",
            ("plaque_place", "plaque_on"),
        ),
        "description": _("Какво е показано извън портала, къде и от кога."),
    },
)


class PublicityPages:
    """Mix into the admin of projects, before its base."""

    @row_page("publichnost", "Публичност")
    def publicity(self, request: HttpRequest, project: Project) -> HttpResponse:
        """Show what the rules on visibility ask for and what of it is missing."""
        items = check(project, timezone.localdate())
        papers = project.papers.filter(kind=ProjectDocument.Kind.VISIBILITY)[: MOST_PAPERS + 1]
        return self.page(
            request,
            "projects/publicity/publicity.html",
            project,
            title=_("Публичност"),
            project=project,
            items=items,
            missing=[item for item in items if item.is_missing],
            papers=papers[:MOST_PAPERS],
            has_more_papers=len(papers) > MOST_PAPERS,
            add_paper=f"{reverse('admin:projects_projectdocument_add')}"
            f"?project={project.pk}&kind={ProjectDocument.Kind.VISIBILITY}",
        )

    @row_page("plakat")
    def poster(self, request: HttpRequest, project: Project) -> HttpResponse:
        """Answer with the poster, also of a project that is not public yet."""
        return pdf_response(poster(project), f"plakat-{project.slug}.pdf")
