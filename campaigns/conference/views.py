"""A participant's own certificate, from the page of their registration."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns.conference.certificates import PDF
from campaigns.conference.models import AttendanceCertificate
from campaigns.registering.models import Registration
from campaigns.registering.views import opened
from municipalities.unlocking import is_unlocked
from municipalities.uploads import serve_own_attachment


@login_not_required
@never_cache
@require_safe
@opened
def registration_certificate(request: HttpRequest, row: Registration) -> HttpResponseBase:
    """The paper of whoever has opened the registration in this browser."""
    certificate = AttendanceCertificate.objects.filter(
        registration=row, revoked_on__isnull=True
    ).first()
    if certificate is None:
        raise Http404
    return serve_own_attachment(
        request,
        certificate.path,
        name=f"{certificate.number}.pdf",
        content_type=PDF,
        subject=certificate,
        rule=lambda request, _row: is_unlocked(request, row),
    )
