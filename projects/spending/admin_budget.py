"""How the budget changes, and costs without invoices, in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from municipalities.permissions import can_manage_projects
from municipalities.templatetags.portal import money
from projects.admin_base import ManagedAdmin, ManagedTabular
from projects.models import BudgetAnnex, BudgetChange
from projects.spending import importing_pages as _importing  # noqa: F401  registers its pages
from projects.spending import rates_pages as _rates  # noqa: F401  registers its pages


def nobody(request: HttpRequest) -> bool:
    """The rule of what is only read."""
    return False


class BudgetChangeInline(ManagedTabular):
    """What an annex changed, to be read."""

    model = BudgetChange
    view_rule = staticmethod(can_manage_projects)
    change_rule = staticmethod(nobody)
    fields = ("line", "was", "became")
    readonly_fields = ("was", "became")
    verbose_name_plural = _("Променени пера")

    @admin.display(description=_("преди"))
    def was(self, change: BudgetChange) -> str:
        return money(change.before, change.annex.project.currency) or "няма"

    @admin.display(description=_("след"))
    def became(self, change: BudgetChange) -> str:
        return money(change.after, change.annex.project.currency)

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("line", "annex__project")


@admin.register(BudgetAnnex)
class BudgetAnnexAdmin(ManagedAdmin):
    """Annexes, to be read: they are written on the project's own page and never change."""

    view_rule = staticmethod(can_manage_projects)
    change_rule = staticmethod(nobody)
    list_display = ("number", "project", "signed_on", "reason")
    list_filter = ("project",)
    list_select_related = ("project",)
    search_fields = ("number", "reason", "project__name")
    search_help_text = _("По номер, причина или проект.")
    date_hierarchy = "signed_on"
    fields = ("number", "signed_on", "reason", "project_shown", "made_by", "made_at")
    readonly_fields = ("project_shown",)
    inlines = (BudgetChangeInline,)

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("project", "made_by")

    @admin.display(description=_("проект"))
    def project_shown(self, annex: BudgetAnnex) -> str:
        url = reverse("admin:projects_project_budget", args=[annex.project_id])
        return format_html('<a href="{}">{}</a>', url, annex.project)
