"""„Проектът на една страница“ in the admin."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.admin_pages import row_page
from projects.models import Project
from projects.parts import parts_of
from projects.risks import risks_of


class OverviewPage:
    """Mix into the admin of projects, before its base."""

    @row_page("pregled", _("Проектът на една страница"))
    def overview(self, request: HttpRequest, project: Project) -> HttpResponse:
        """Show where the project stands today."""
        return self.page(
            request,
            "projects/overview/overview.html",
            project,
            title=_("Проектът на една страница"),
            project=project,
            risks=risks_of(project, timezone.localdate()),
            parts=parts_of(project),
        )
