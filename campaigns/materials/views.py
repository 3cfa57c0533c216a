"""Public pages of materials: the list, a material, its files."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from campaigns.materials.downloads import count_download, is_robot
from campaigns.materials.forms import MaterialFilter
from campaigns.materials.showing import NEWEST, shown_files, with_card_facts
from campaigns.models import Material, MaterialFile
from municipalities.richtext import blocks_of
from municipalities.uploads import serve_public_attachment
from services_registry.models import Service

MATERIALS_PER_PAGE = 20


@login_not_required
@require_safe
def material_list(request: HttpRequest) -> HttpResponse:
    """Public materials, the newest first, narrowed by the address."""
    chosen = MaterialFilter(request.GET)
    shown = chosen.narrowed(Material.public.all())
    ordered = shown.select_related("municipality").with_files().order_by(*NEWEST)
    page = Paginator(ordered, MATERIALS_PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = with_card_facts(page.object_list)
    return render(
        request,
        "campaigns/materials/list.html",
        {"filter_form": chosen, "page_obj": page, "is_narrowed": chosen.is_used},
    )


@login_not_required
@require_safe
def material(request: HttpRequest, municipality: str, slug: str) -> HttpResponse:
    """A material: its text, its files, what it is about."""
    found = get_object_or_404(
        Material.public.select_related(
            "municipality", "campaign__municipality", "project__programme"
        ).with_files(),
        municipality__slug=municipality,
        slug=slug,
    )
    return render(
        request, "campaigns/materials/material.html", page_context(found, found.files.all())
    )


def page_context(found: Material, files: Iterable[MaterialFile]) -> dict:
    """Return what the page of a material shows; the manager previews it too."""
    services = Service.public.select_related("municipality").order_by("name", "pk")
    campaign, project = found.campaign, found.project
    return {
        "material": found,
        "files": shown_files(files),
        "services": services.filter(materials=found),
        "blocks": blocks_of(found.text),
        "campaign": campaign if campaign and campaign.is_public else None,
        "project": project if project and project.is_public else None,
        "preview_file": "",
    }


@login_not_required
@require_safe
def material_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file: a PDF opens, the rest is saved. That it was taken is counted and nothing more."""
    file = get_object_or_404(MaterialFile.public.select_related("municipality"), pk=pk)
    return serve_public_attachment(
        request,
        file.path,
        name=file.name,
        content_type=file.content_type,
        subject=file,
        is_shown=True,
        is_taken=None if is_robot(request) else lambda: count_download(file),
    )
