"""Admin of rows whose project is chosen before the form, so that the form lists what is its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator, capfirst

from municipalities.admin_forms import NO_CHOICE, ListedChoiceField, is_key
from projects.admin_base import ManagedAdmin
from projects.models import Activity, BudgetLine, Project

PER_PAGE = 50
LONGEST_PART = 90


class PartField(ListedChoiceField):
    """A choice among parts of one project, by their whole names."""

    def __init__(self, rows: Iterable[Any], *, name: Callable[[Any], str] = str, **kwargs):
        listed = list(rows)
        super().__init__(listed, **kwargs)
        names = ((str(row.pk), Truncator(name(row)).chars(LONGEST_PART)) for row in listed)
        self.choices = [NO_CHOICE, *names]


class ProjectFirst(ManagedAdmin):
    """Base of such pages: the project is that of the row, or of ``?project=``, never a field.

    Where neither says it and the municipality has several, the page asks first.
    """

    line_is_needed = True

    def project_of(self, request: HttpRequest) -> Project | None:
        """Return the project the form is about; read once for a request."""
        if not hasattr(request, "chosen_project"):
            request.chosen_project = self._project_of(request)
        return request.chosen_project

    def _project_of(self, request: HttpRequest) -> Project | None:
        match = request.resolver_match
        pk = match.kwargs.get("object_id") if match else None
        if pk is not None:
            key = unquote(str(pk))
            if not is_key(key, self.opts.pk):
                return None
            rows = self.model.objects.filter(pk=key).select_related("project__municipality")
            row = rows.first()
            return row.project if row else None
        asked = self.get_changeform_initial_data(request).get("project")
        if asked is not None:
            if not is_key(asked, Project._meta.pk):
                return None
            return Project.objects.filter(pk=asked).first()
        projects = list(Project.objects.all()[:2])
        return projects[0] if len(projects) == 1 else None

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context=None):
        if self.has_add_permission(request) and self.project_of(request) is None:
            return self._ask(request)
        return super().add_view(request, form_url, extra_context)

    def _ask(self, request: HttpRequest) -> HttpResponse:
        rows = Project.objects.select_related("programme").order_by("name", "pk")
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        template = "projects/spending/ask_project.html"
        return self.page(request, template, title="По кой проект?", page_obj=page)

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.project = self.project_of(request)
        return form

    def response_add(self, request: HttpRequest, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        if "_addanother" in request.POST:
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_add"
            return redirect(f"{reverse(name)}?project={obj.project_id}")
        return response

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        project = self.project_of(request)
        label = capfirst(db_field.verbose_name)
        if db_field.name == "line":
            rows: Any = BudgetLine.objects.filter(project=project)
            return PartField(rows, label=label, required=self.line_is_needed)
        if db_field.name == "activity":
            return PartField(Activity.objects.filter(project=project), label=label)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.is_relation:
            for link in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{link}_related", False)
        return field

    def render_change_form(self, request: HttpRequest, context, *args, obj=None, **kwargs):
        if obj is None:  # what is not saved yet is shown with its project too
            context["adminform"].form.instance.project = self.project_of(request)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def link_to_project(project: Project) -> str:
    """Return the project's name as a link to its page."""
    url = reverse("admin:projects_project_overview", args=[project.pk])
    return format_html('<a href="{}">{}</a>', url, project)
