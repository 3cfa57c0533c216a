"""The secret address of one's calendar: its page, and what calendar programs read from it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from frontoffice.followups.feeds import feed_of, make_address, read_calendar, remove_address
from municipalities.calendars import calendar_response
from municipalities.mails import whole
from municipalities.permissions import can_use_desk, require


@require(can_use_desk)
@sensitive_variables("token", "address")
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Make the address, which only the answer to the click shows, make another, or remove it."""
    if request.method != "POST":
        return _page(request)
    if "mahni" in request.POST:
        remove_address(request.membership)
        messages.success(request, "Адресът е премахнат и вече не работи.")
        return redirect("calendar_settings")
    token = make_address(request.membership)
    return _page(request, address=whole(reverse("calendar_feed", args=[token])))


@sensitive_variables("address")
def _page(request: HttpRequest, *, address: str = "") -> HttpResponse:
    return render(
        request,
        "frontoffice/follow_ups/calendar_settings.html",
        {"feed": feed_of(request.membership), "address": address},
    )


@login_not_required
@sensitive_variables("token")
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The open follow-ups of whose address this is; any other address is simply not there."""
    content = read_calendar(token)
    if content is None:
        raise Http404
    return calendar_response(request, content, "zadachi.ics")
