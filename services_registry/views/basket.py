"""Избрани за печат: what somebody gathered for one person, as a list and in large print."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from services_registry import basket
from services_registry.sheets import sheets_of


@login_not_required
@never_cache
@require_safe
def chosen(request: HttpRequest) -> HttpResponse:
    """The chosen services: those of this browser, or those that the address names with ``u``."""
    keys, is_shared = _keys(request)
    services = basket.services_of(keys)
    present = [basket.key_of(service) for service in services]
    return render(
        request,
        "services_registry/basket.html",
        {
            "services": list(zip(present, services, strict=True)),
            "is_shared": is_shared,
            "missing": len(keys) - len(services),
            "query": basket.shared_query(present),
            "address": request.build_absolute_uri(f"{request.path}?{basket.shared_query(present)}"),
        },
    )


@login_not_required
@never_cache
@require_safe
def large_print(request: HttpRequest) -> HttpResponse:
    """All the chosen services in large print, with whom to call and a QR code of each."""
    keys, is_shared = _keys(request)
    services = basket.services_of(keys)
    return render(
        request,
        "services_registry/basket_sheet.html",
        {
            "services": sheets_of(services, request.build_absolute_uri),
            "query": basket.shared_query(keys) if is_shared else "",
        },
    )


@login_not_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Choose one service more, or those of a shared list; lead to the list."""
    keys = basket.chosen_keys(request)
    wanted = basket.clean_keys(request.POST.getlist("u"))
    known = [basket.key_of(service) for service in basket.services_of(wanted)]
    together = list(dict.fromkeys([*keys, *known]))
    if len(together) > basket.MOST:
        messages.error(
            request, _("Избраните може да са най-много %(most)s.") % {"most": basket.MOST}
        )
    response = redirect("basket")
    basket.keep(response, together)
    return response


@login_not_required
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Take the named services off the list, or all of them where ``vsichki`` is sent."""
    gone = set(request.POST.getlist("u"))
    left = [key for key in basket.chosen_keys(request) if key not in gone]
    response = redirect("basket")
    basket.keep(response, [] if request.POST.get("vsichki") else left)
    return response


def _keys(request: HttpRequest) -> tuple[list[str], bool]:
    """Return the keys the page is about and whether they came with the address."""
    if "u" in request.GET:
        return basket.clean_keys(request.GET.getlist("u")), True
    return basket.chosen_keys(request), False
