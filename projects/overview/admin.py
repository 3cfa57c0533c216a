"""„Проектът на една страница“ in the admin, to which the list of projects leads."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.admin_pages import row_page
from municipalities.admin_site import PortalChangeList
from projects.models import Expense, Project
from projects.overview.page import page_of
from projects.papers.retention import norm_beside


class LeadingToOverview(PortalChangeList):
    """A list of projects whose rows lead to where a project stands, not to its form."""

    def url_for_result(self, result: Project) -> str:
        return reverse("admin:projects_project_overview", args=[result.pk])


class OverviewPage:
    """Mix into the admin of projects, before its base."""

    def get_changelist(self, request: HttpRequest, **kwargs):
        return LeadingToOverview

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Bring with the projects what the page and the list show beside them, in the one query."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        asked = match.url_name if match else ""
        if asked == "projects_project_overview":
            return rows.annotate(retention_norm=norm_beside(timezone.localdate()))
        if asked in ("projects_project_changelist", "projects_project_xlsx"):
            spent = Expense.objects.counted().filter(project=OuterRef("pk")).order_by()
            total = spent.values("project").annotate(sum=Sum("amount_eur")).values("sum")
            return rows.annotate(spent_eur=Subquery(total))
        return rows

    @row_page("pregled", _("Проектът на една страница"))
    def overview(self, request: HttpRequest, project: Project) -> HttpResponse:
        """Show where the project stands today, and lead to what is done next."""
        here = reverse("admin:projects_project_overview", args=[project.pk])
        return self.page(
            request,
            "projects/overview/overview.html",
            project,
            title=_("Проектът на една страница"),
            subtitle=project.name,
            links=[link for link in self.links_of_row(project) if link[1] != here],
            **page_of(project, timezone.localdate()),
        )
