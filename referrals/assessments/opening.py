"""How every page of one assessment begins: it is found, who may, and the look kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from frontoffice.dossier.reasons import ask_or_look
from frontoffice.looks import record_look
from municipalities.secrets import UnreadableSecret
from referrals.assessments.models import NeedsAssessment

UNREADABLE = "Отговорите в оценката не могат да се прочетат. Обърнете се към поддръжката."


def find_assessment(pk: int) -> NeedsAssessment:
    """Return the assessment of the scope; a foreign one is missing like one that never was."""
    rows = NeedsAssessment.objects.select_related(
        "application__kind", "municipality", "person", "form", "owner", "prepared_by",
        "reviewed_by", "replaces",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


def asked_why(request: HttpRequest, assessment: NeedsAssessment) -> HttpResponse | None:
    """Return the page that asks why, where policy wants it, None where there is nothing to ask.

    Whoever has the assessment has a reason. Then the look at the person is kept, and the one at
    the assessment, unless the same was kept a moment ago. Also for what hangs on an assessment.
    """
    is_own = assessment.owner_id == request.user.pk
    if asking := ask_or_look(request, assessment.person, is_own=is_own):
        return asking
    record_look(request, assessment)
    return None


def opens_assessment(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give ``view`` the assessment of the address in place of ``pk``; raises Http404.

    What no key reads is said, and nothing is written over it.
    """

    @wraps(view)
    def opened(request: HttpRequest, pk: int, **kwargs) -> HttpResponse:
        assessment = find_assessment(pk)
        if asking := asked_why(request, assessment):
            return asking
        try:
            return view(request, assessment, **kwargs)
        except UnreadableSecret:
            messages.error(request, UNREADABLE)
            return redirect("application", assessment.application_id)

    return opened
