"""What is spent and by whom it is supplied, in the admin."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from projects.admin_base import ManagedAdmin
from projects.models import ProjectContract, Supplier
from projects.money import in_both
from projects.spending import admin_expenses as _expenses  # noqa: F401  registers its pages
from projects.spending import admin_requests as _requests  # noqa: F401
from projects.spending.chosen import ProjectFirst, link_to_project
from projects.spending.forms import ContractForm
from projects.spending.sums import sums_of


@admin.register(Supplier)
class SupplierAdmin(ManagedAdmin):
    """Suppliers, found by name or ЕИК from the forms of expenses and contracts."""

    list_display = ("name", "eik", "is_vat_registered", "note")
    list_filter = ("is_vat_registered",)
    search_fields = ("name", "eik")
    search_help_text = _("По име или ЕИК.")
    fields = ("name", "eik", "is_vat_registered", "note")
    project_path = ""


@admin.register(ProjectContract)
class ProjectContractAdmin(ProjectFirst):
    """Contracts with suppliers, charged to a line of the budget."""

    form = ContractForm
    list_display = ("number", "signed_on", "supplier", "subject", "line", "amount_shown", "project")
    list_filter = ("project", "currency")
    list_select_related = ("project", "line", "supplier")
    list_totals = {"amount_eur": _("общо в евро")}
    search_fields = ("number", "subject", "supplier__name", "supplier__eik")
    search_help_text = _("По номер, предмет, изпълнител или ЕИК.")
    date_hierarchy = "signed_on"
    autocomplete_fields = ("supplier",)
    readonly_fields = ("project_shown",)
    fieldsets = (
        (None, {"fields": ("project_shown", "line", "activity")}),
        (
            _("Договорът"),
            {
                "fields": (
                    "supplier",
                    ("number", "signed_on"),
                    "ends_on",
                    "subject",
                    ("amount", "currency"),
                )
            },
        ),
    )

    def save_model(self, request: HttpRequest, obj: ProjectContract, form, change: bool) -> None:
        """Save, and say when the contracts of the line are for more than it is."""
        super().save_model(request, obj, form, change)
        row = next(row for row in sums_of(obj.project).lines if row.line.pk == obj.line_id)
        if row.contracted > row.planned:
            words = _("По договорите за перо „%(line)s“ са %(contracted)s, а перото е %(planned)s.")
            said = {"contracted": row.text("contracted"), "planned": row.text("planned")}
            self.message_user(request, words % {"line": row.line, **said}, messages.WARNING)

    @admin.display(description=_("проект"))
    def project_shown(self, row: ProjectContract) -> str:
        return link_to_project(row.project)

    @admin.display(description=_("сума с ДДС"), ordering="amount_eur")
    def amount_shown(self, row: ProjectContract) -> str:
        return in_both(row.amount, row.currency)
