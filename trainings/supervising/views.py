"""„Моите обучения“: everybody's own record, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from municipalities.models import Municipality
from municipalities.permissions import can_operate_platform, require
from municipalities.tenancy import municipality_scope
from municipalities.uploads import serve_own_attachment
from services_registry.permissions import provider_membership
from trainings.models import Certificate, Trainee
from trainings.supervising.own import coming, own_trainee
from trainings.supervising.record import record_of
from trainings.supervising.years import year_asked, years_known

PDF = "application/pdf"


def can_see_own_learning(request: HttpRequest) -> bool:
    """Everybody who works for a municipality or a provider sees their own record."""
    return request.user.is_authenticated and not can_operate_platform(request)


def _municipality(request: HttpRequest) -> Municipality | None:
    if request.municipality is not None:
        return request.municipality
    membership = provider_membership(request)
    return membership.municipality if membership else None


def _in_own_scope(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Run ``view`` with one's own row, None without one, in the scope of where one works."""

    @require(can_see_own_learning)
    @wraps(view)
    def scoped(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        municipality = _municipality(request)
        if municipality is None:
            return view(request, None, *args, **kwargs)
        with municipality_scope(municipality):
            return view(request, own_trainee(request.user), *args, **kwargs)

    return scoped


@_in_own_scope
@require_safe
def own_learning(request: HttpRequest, trainee: Trainee | None) -> HttpResponse:
    """What I have learned this year, what waits for me and what is missing."""
    year = year_asked(request.GET.get("godina"))
    if trainee is None:
        return render(request, "trainings/supervising/own.html", {"record": None})
    return render(
        request,
        "trainings/supervising/own.html",
        {
            "record": record_of(trainee, year),
            "years": years_known(year),
            "coming": coming(trainee),
        },
    )


@_in_own_scope
@require_safe
def own_certificate(request: HttpRequest, trainee: Trainee | None, pk: int) -> HttpResponseBase:
    """My own certificate; anybody else's is not there."""
    if trainee is None:
        raise Http404
    own = Certificate.objects.filter(participant__trainee=trainee, revoked_on=None)
    certificate = get_object_or_404(own, pk=pk)
    return serve_own_attachment(
        request,
        certificate.path,
        name=f"{certificate.number}.pdf",
        content_type=PDF,
        subject=certificate,
        rule=lambda _request, row: row.participant.trainee_id == trainee.pk,
    )
