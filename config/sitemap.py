"""For search engines: which pages are for everybody, and which are not worth their while."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.http import require_safe

from campaigns.models import Campaign, CampaignEvent
from municipalities.models import Municipality
from projects.models import Project
from services_registry.models import Service

PAGES = (
    "home", "catalogue", "municipalities", "projects", "campaigns", "materials", "handbooks",
    "studies", "apply", "accessibility",
)  # fmt: skip
MOST = 50_000  # addresses in one file, as the protocol of sitemaps allows
STAFF = ("/accounts/", "/admin/", "/dostavchik/", "/izbrani/", "/obshtina/", "/rabotno-myasto/")


@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page with the day on which a service's record was last changed."""
    lines = [
        f"<url><loc>{escape(request.build_absolute_uri(path))}</loc>{changed}</url>"
        for path, changed in list(_pages())[:MOST]
    ]
    body = "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
            *lines,
            "</urlset>",
        ]
    )
    return HttpResponse(body, content_type="application/xml")


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Where the sitemap is, and which addresses hold nothing to be found."""
    address = request.build_absolute_uri(reverse("sitemap"))
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in STAFF), "", f"Sitemap: {address}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _pages() -> Iterator[tuple[str, str]]:
    """Yield (path, its <lastmod> or nothing) of the public pages, in five queries."""
    for name in PAGES:
        yield reverse(name), ""
    for municipality in Municipality.objects.active().order_by("slug"):
        yield municipality.get_absolute_url(), ""
    services = Service.public.select_related("municipality").defer("search_vector")
    for service in services.order_by("municipality__slug", "slug"):
        yield service.get_absolute_url(), f"<lastmod>{service.updated_at:%Y-%m-%d}</lastmod>"
    for project in Project.public.order_by("slug"):
        yield project.get_absolute_url(), ""
    for campaign in Campaign.public.select_related("municipality").order_by("pk"):
        yield campaign.get_absolute_url(), ""
    for event in CampaignEvent.public.coming().order_by("pk"):
        yield event.get_absolute_url(), f"<lastmod>{event.updated_at:%Y-%m-%d}</lastmod>"
