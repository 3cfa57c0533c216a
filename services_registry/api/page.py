"""The page that tells people of the open data, and the root that answers people and programs."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from municipalities.models import Municipality
from services_registry.api import queries
from services_registry.api.delivery import JSON, View
from services_registry.api.endpoints import HSDS_VERSION, PROFILE
from services_registry.api.parameters import LARGEST_PAGE, PER_PAGE

PAGE = "text/html"


def wants_page(request: HttpRequest) -> bool:
    """Say whether somebody looks with a browser; ``format=json`` shows them what programs get."""
    return (
        request.method in {"GET", "HEAD"}
        and request.GET.get("format") != "json"
        and request.get_preferred_type([JSON, PAGE]) == PAGE
    )


def for_people_and_programs(view: View) -> View:
    """Return the root: the page for people, ``view`` for programs."""

    @login_not_required
    @csrf_exempt
    def root(request: HttpRequest) -> HttpResponse:
        response = open_data(request) if wants_page(request) else view(request)
        patch_vary_headers(response, ["Accept"])
        return response

    return root


def open_data(request: HttpRequest) -> HttpResponse:
    """What is open, where it is, how it may be used."""
    services = queries.published()
    return render(
        request,
        "services_registry/open_data.html",
        {
            "municipalities": Municipality.objects.active().order_by("name", "pk"),
            "services": services.count(),
            "providers": services.order_by().values("provider").distinct().count(),
            "version": HSDS_VERSION,
            "specification": PROFILE,
            "root": request.build_absolute_uri(reverse("hsds:root")),
            "per_page": PER_PAGE,
            "largest_page": LARGEST_PAGE,
            "example": _("майка ми не може сама"),
        },
    )
