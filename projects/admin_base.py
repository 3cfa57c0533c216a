"""What the admin pages of project managers have in common."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.http import HttpRequest

from municipalities.admin_forms import AmountFormField, NumberField
from municipalities.admin_pages import WithPages
from municipalities.admin_site import ScopedAdmin, ScopedTabular
from municipalities.permissions import can_manage_projects
from projects.admin_lists import filter_by_project, lists_of_project, project_of_list
from projects.money import AmountField

BULGARIAN_NUMBERS = {
    AmountField: {"form_class": AmountFormField},
    models.DecimalField: {"form_class": NumberField},
}


PROJECT_COLUMNS = ("project", "of")


class ManagedAdmin(WithPages, ScopedAdmin):
    """Admin of a municipality's rows that its project manager keeps."""

    change_rule = staticmethod(can_manage_projects)
    formfield_overrides = BULGARIAN_NUMBERS | {
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})}
    }

    prepare = "all"  # the queryset's method that brings what the list shows
    project_path = "project"  # from a row to its project; the list then leads to its other lists

    def get_queryset(self, request: HttpRequest):
        return getattr(super().get_queryset(request), self.prepare)()

    def view_on_site(self, row: Any) -> str | None:
        """Lead to the page of citizens where they see the row, and where there is such a page."""
        if not getattr(row, "is_public", False) or not hasattr(row, "get_absolute_url"):
            return None
        return row.get_absolute_url()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Let every list be filtered by its project, also where the filters do not offer it."""
        own = {self.project_path, filter_by_project(self.project_path)}
        return lookup in own or super().lookup_allowed(lookup, value, request)

    def get_list_display(self, request: HttpRequest):
        """Leave the project out of the rows of a list that is filtered by one."""
        shown = super().get_list_display(request)
        if filter_by_project(self.project_path) not in request.GET:
            return shown
        return [name for name in shown if name not in PROJECT_COLUMNS]

    def changelist_view(self, request: HttpRequest, extra_context=None):
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown and (project := project_of_list(request, self.project_path)):
            shown["cl"].project = project
            shown["cl"].lists_of_project = lists_of_project(
                self.admin_site, request, project.pk, self.model
            )
        return response

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name in self.autocomplete_fields:
            # What is looked up here is made and deleted on its own page.
            field.widget.can_add_related = field.widget.can_delete_related = False
        return field


class ManagedTabular(ScopedTabular):
    """Rows of such a parent as a table in its page; ``widgets`` by the name of the field."""

    change_rule = staticmethod(can_manage_projects)
    formfield_overrides = BULGARIAN_NUMBERS
    widgets: dict = {}

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name in self.widgets:
            kwargs["widget"] = self.widgets[db_field.name]
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(db_field, models.ForeignKey):
            for link in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{link}_related", False)
        return field
