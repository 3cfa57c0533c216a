"""The notice about personal data in applications, for anybody to read."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from municipalities.models import Municipality
from referrals.kinds.reading import notice_in_force


@login_not_required
@require_safe
def notice(request: HttpRequest, obshtina: str) -> HttpResponse:
    """Show the notice in force of a municipality that uses the portal; 404 where there is none."""
    municipality = get_object_or_404(Municipality.objects.active(), slug=obshtina)
    shown = notice_in_force(municipality)
    if shown is None:
        raise Http404
    return render(
        request,
        "referrals/kinds/notice.html",
        {"municipality": municipality, "notice": shown},
    )
