"""Tracking: a citizen opens their application with its number and second secret.

Nothing of the two is ever in an address. Whoever has not opened an application in this browser is
led to the form, whether or not there is an application behind the address.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from municipalities.forms_secret import SecretForm
from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from municipalities.typeset import pdf_response
from municipalities.unlocking import is_unlocked, lock
from municipalities.views.opening import open_by_secret
from municipalities.views.public import public_offices
from referrals import workflow
from referrals.applications import files, handling
from referrals.applications.models import Application
from referrals.letters.writing import copy_of, letters_for_citizen
from referrals.tracking import guarding
from referrals.tracking.forms import PapersForm, TrackForm, WithdrawForm
from referrals.tracking.sending import send_papers
from referrals.tracking.telling import story_of


@login_not_required
@never_cache
@sensitive_post_parameters("kod")
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Ask for municipality, number and secret; every wrong answer is the same."""
    return open_by_secret(
        request,
        TrackForm,
        find=guarding.find,
        page=_form_page,
        opened=lambda municipality, found: redirect(
            "track_application", municipality.slug, found.public_id
        ),
    )


def _form_page(
    request: HttpRequest, form: SecretForm, *, status: int = 200, wait: bool = False
) -> HttpResponse:
    offices = public_offices([form.municipality]) if form.municipality else []
    context = {
        "form": form,
        "municipality": form.municipality,
        "offices": offices,
        "wait": wait,
    }
    return render(request, "referrals/tracking/track.html", context, status=status)


def unlocked(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Call ``view`` with the application that this browser has opened, in its scope.

    Anybody else gets the form of the municipality in the address.
    """

    @wraps(view)
    def guarded(
        request: HttpRequest, obshtina: str, public_id: UUID, **kwargs: object
    ) -> HttpResponseBase:
        municipality = Municipality.objects.active().filter(slug=obshtina).first()
        if municipality is None:
            return redirect("track")
        with municipality_scope(municipality):
            application = (
                Application.objects.select_related("kind", "service", "municipality")
                .filter(public_id=public_id)
                .first()
            )
            if application is not None and is_unlocked(request, application):
                return view(request, application, **kwargs)
        return redirect(f"{reverse('track')}?{urlencode({'obshtina': obshtina})}")

    return guarded


@login_not_required
@never_cache
@require_safe
@unlocked
def track_application(request: HttpRequest, application: Application) -> HttpResponse:
    """What happened, what is next, who has it, by when; what was asked for and sent."""
    return _page(
        request,
        "referrals/tracking/application.html",
        application,
        story=story_of(application),
        files=application.attachments.filter(added_by__isnull=True),
        letters=letters_for_citizen(application),
        may_add=workflow.may(application, "add_paper"),
        may_withdraw=workflow.may(application, "withdraw"),
    )


def _page(
    request: HttpRequest, template: str, application: Application, *, status: int = 200, **context
) -> HttpResponse:
    context |= {"application": application, "municipality": application.municipality}
    return render(request, template, context, status=status)


def _to(application: Application) -> HttpResponse:
    return redirect("track_application", application.municipality.slug, application.public_id)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@unlocked
def track_paper(request: HttpRequest, application: Application) -> HttpResponse:
    """Add papers, those that were asked for or any other; sent twice they are there once."""
    if not workflow.may(application, "add_paper"):
        messages.error(request, _("Заявлението е приключено и не приема документи."))
        return _to(application)
    asked = application.paper_requests.filter(closed_on__isnull=True).first()
    if request.method != "POST":
        return _page(
            request,
            "referrals/tracking/paper.html",
            application,
            form=PapersForm(asked=asked),
            asked=asked,
        )
    form = PapersForm(request.POST, request.FILES, asked=asked)
    if form.is_valid():
        try:
            kept = send_papers(
                application=application, sent=form.cleaned_data["files"], papers=form.words()
            )
        except files.TooManyFiles as full:
            form.add_error("files", str(full))
        except workflow.StepRefused as refused:
            messages.error(request, str(refused))
            return _to(application)
        else:
            if kept:
                messages.success(request, _("Документите са при нас. Служителят ще ги види."))
            else:
                messages.info(request, _("Тези файлове вече са при нас."))
            return _to(application)
    return _page(
        request, "referrals/tracking/paper.html", application, status=422, form=form, asked=asked
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@unlocked
def track_withdraw(request: HttpRequest, application: Application) -> HttpResponse:
    """Say what withdrawing does, and do it."""
    if not workflow.may(application, "withdraw"):
        messages.info(request, _("Заявлението вече е приключено."))
        return _to(application)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return _page(
            request, "referrals/tracking/withdraw.html", application, status=status, form=form
        )
    try:
        handling.withdraw(application=application, by=None, reason=form.cleaned_data["reason"])
    except workflow.StepRefused:
        messages.info(request, _("Заявлението вече е приключено."))
    else:
        messages.success(request, _("Оттеглихте заявлението си."))
    return _to(application)


@login_not_required
@never_cache
@require_safe
@unlocked
def track_copy(request: HttpRequest, application: Application) -> HttpResponse:
    """The citizen's copy of what was stated, as PDF."""
    return pdf_response(copy_of(application), f"{application.number}.pdf")


@login_not_required
@never_cache
@require_safe
@unlocked
def track_file(request: HttpRequest, application: Application, pk: int) -> HttpResponseBase:
    """A file that the citizen sent, as a download."""
    attachment = get_object_or_404(application.attachments.select_related("application"), pk=pk)
    return files.serve(request, attachment, to_citizen=True)


@login_not_required
@never_cache
@require_http_methods(["POST"])
def track_leave(request: HttpRequest) -> HttpResponse:
    """Forget in this browser every application that was opened."""
    lock(request)
    messages.success(request, _("Излязохте. За да видите заявлението отново, напишете кода."))
    return redirect("track")
