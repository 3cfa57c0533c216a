"""Pages of a provider's people."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from municipalities.permissions import require
from municipalities.tenancy import municipality_scope
from services_registry.models import Service
from services_registry.permissions import own_provider, works_for_a_provider

SERVICES_PER_PAGE = 50


@require(works_for_a_provider)
@require_safe
def my_services(request: HttpRequest) -> HttpResponse:
    """The provider's own services with their free places, as citizens see them today."""
    membership = own_provider(request)
    with municipality_scope(membership.municipality):
        services = (
            Service.objects.filter(provider=membership.provider)
            .exclude(status=Service.Status.CLOSED)
            .select_related("municipality")
            .with_latest_capacity()
            .order_by("name", "pk")
        )
        page = Paginator(services, SERVICES_PER_PAGE).get_page(request.GET.get("page"))
        return render(
            request,
            "services_registry/provider.html",
            {"provider": membership.provider, "page_obj": page},
        )
