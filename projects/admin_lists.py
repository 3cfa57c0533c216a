"""From one list of a project to the next: the lists of what belongs to it, filtered by it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

from municipalities.admin_forms import is_key
from municipalities.admin_site import menu_place
from projects.models import Project


@dataclass(frozen=True)
class ListOfProject:
    """One list of the admin: its name, its address with the filter, whether it is the open one."""

    words: str
    url: str
    is_open: bool = False


def filter_by_project(path: str) -> str:
    """Return the parameter of a list whose rows lead to their project by ``path``."""
    return f"{path}__id__exact"


def lists_of_project(site, request: HttpRequest, pk: int, open_model=None) -> list[ListOfProject]:
    """Return every list that holds rows of the project ``pk`` and that the reader may open.

    ``open_model`` is the model of the list that is open now.
    """
    found = []
    for model, page in sorted(site._registry.items(), key=lambda row: menu_place(row[0])):
        path = getattr(page, "project_path", "")
        if not path or not _leads_to_project(model, path) or not page.has_view_permission(request):
            continue
        opts = model._meta
        base = reverse(f"{site.name}:{opts.app_label}_{opts.model_name}_changelist")
        url = f"{base}?{filter_by_project(path)}={pk}"
        words = str(capfirst(opts.verbose_name_plural))
        found.append(ListOfProject(words, url, model is open_model))
    return found


def project_of_list(request: HttpRequest, path: str) -> Project | None:
    """Return the project that the open list is filtered by, if there is one."""
    asked = request.GET.get(filter_by_project(path), "")
    if not asked or not is_key(asked, Project._meta.pk):
        return None
    return Project.objects.filter(pk=asked).first()


def _leads_to_project(model: type[models.Model], path: str) -> bool:
    """Say whether ``path`` from ``model`` ends at a project."""
    for step in path.split("__"):
        field = model._meta._forward_fields_map.get(step)
        if field is None or not field.is_relation:
            return False
        model = field.related_model
    return model is Project
