"""A citizen's letters, behind the second secret of their application."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from municipalities.unlocking import is_unlocked
from municipalities.uploads import serve_own_attachment
from referrals.applications.models import Application
from referrals.letters.writing import PDF, letters_for_citizen
from referrals.tracking.views import unlocked


@login_not_required
@never_cache
@require_safe
@unlocked
def track_letter(request: HttpRequest, application: Application, pk: int) -> HttpResponseBase:
    """A letter that was sent to whoever applied, as a download."""
    found = get_object_or_404(letters_for_citizen(application), pk=pk)
    return serve_own_attachment(
        request,
        found.path,
        name=f"{found.number}.pdf",
        content_type=PDF,
        subject=application,
        rule=is_unlocked,
    )
