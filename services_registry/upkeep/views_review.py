"""The page behind the link of a reminder: what the record says today, and one button.

Opening it changes nothing, so a mail scanner that follows links uses none up. A link that is wrong,
used, expired, of another municipality or of a service that is not shown gets one and the same
answer.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from municipalities.throttle import Limit
from services_registry.models import Service
from services_registry.upkeep import links
from services_registry.upkeep.confirming import confirm
from services_registry.upkeep.models import ReviewReminder, Side

# Only wrong links count: a provider behind one address may answer as many as it was sent.
WRONG_LINKS = Limit("review", amount=20, seconds=600)


def _without_traces(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "strict-origin"  # the path has the token in it
    response["X-Robots-Tag"] = "noindex"
    return response


def _refuse(request: HttpRequest) -> HttpResponse:
    WRONG_LINKS.count(request)
    return _without_traces(render(request, "services_registry/upkeep/no_review.html", status=404))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, municipality: str, token: str) -> HttpResponse:
    """Show the service of a reminder, or take „все още е вярно“ of it."""
    if WRONG_LINKS.is_reached(request):  # a right link waits then too
        return _without_traces(render(request, "429.html", status=429))
    owner = links.municipality_of(municipality, token)
    if owner is None:
        return _refuse(request)
    if request.method == "POST":
        return _confirmed(request, owner, token)
    with municipality_scope(owner):
        reminder = links.find_usable(token)
        if reminder is None:
            return _refuse(request)
        return _without_traces(_page(request, reminder))


def _page(request: HttpRequest, reminder: ReviewReminder) -> HttpResponse:
    return render(
        request,
        "services_registry/upkeep/review.html",
        {
            "service": Service.objects.for_page().get(pk=reminder.service_id),
            "changed": reverse("provider" if reminder.side == Side.PROVIDER else "freshness"),
        },
    )


def _confirmed(request: HttpRequest, owner: Municipality, token: str) -> HttpResponse:
    """Take the answer; the lock lets the second of two presses find the link used."""
    try:
        with municipality_scope(owner):
            reminder = links.find_usable(token, lock=True)
            if reminder is None:
                return _refuse(request)
            service = reminder.service
            confirm(service, side=Side(reminder.side), reminder=reminder)
    except IntegrityError:
        return _refuse(request)
    messages.success(
        request,
        _("Благодарим. Записахме, че данните за услугата „%(name)s“ са верни към днес.")
        % {"name": service.name},
    )
    return _without_traces(redirect(service.get_absolute_url()))
