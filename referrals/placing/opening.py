"""How every page about one assessment or referral begins: found, who may, and the look kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from frontoffice.dossier.reasons import ask_or_look
from frontoffice.looks import record_look
from referrals.assessments import opening as of_assessments
from referrals.assessments.models import NeedsAssessment
from referrals.placing.models import Referral


def find_assessment(pk: int) -> NeedsAssessment:
    """Return the assessment of the scope; raises Http404 for a foreign one as for none."""
    rows = NeedsAssessment.objects.select_related(
        "application__kind", "person__settlement", "owner"
    )
    return get_object_or_404(rows.defer("data").prefetch_related("kinds"), pk=pk)


def find_referral(pk: int) -> Referral:
    """Return the referral of the scope; raises Http404 for a foreign one as for none."""
    rows = Referral.objects.select_related(
        "assessment__application__kind",
        "assessment__owner",
        "person__settlement",
        "owner",
        "service__municipality",
        "service__provider",
        "provider",
        "priority__rule",
        "replaces__service",
    )
    return get_object_or_404(rows.defer("assessment__data", "service__search_vector"), pk=pk)


def asked_why(request: HttpRequest, referral: Referral) -> HttpResponse | None:
    """Return the page that asks why, where policy wants it first; else keep both looks.

    Whoever has the referral is not asked: that is the reason.
    """
    is_own = referral.owner_id == request.user.pk
    if asking := ask_or_look(request, referral.person, is_own=is_own):
        return asking
    record_look(request, referral)
    return None


def opens_referral(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give ``view`` the referral of the address in place of ``pk``; both looks are kept."""

    @wraps(view)
    def opened(request: HttpRequest, pk: int, **kwargs) -> HttpResponse:
        referral = find_referral(pk)
        return asked_why(request, referral) or view(request, referral, **kwargs)

    return opened


def chooses_for(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give ``view`` the assessment of the address; both looks are kept."""

    @wraps(view)
    def opened(request: HttpRequest, assessment: int, **kwargs) -> HttpResponse:
        found = find_assessment(assessment)
        return of_assessments.asked_why(request, found) or view(request, found, **kwargs)

    return opened
