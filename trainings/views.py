"""What strangers open of trainings: the check of a certificate, the evaluation by its link."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from municipalities.certificate_codes import as_written
from municipalities.certified import find_certified
from municipalities.links import without_traces
from municipalities.signed_links import municipality_of
from municipalities.tenancy import municipality_scope
from municipalities.throttle import Limit
from trainings import evaluating
from trainings.errors import TrainingRefused
from trainings.forms import CheckForm, EvaluationForm

# Of one network address; a whole office or a training room is behind one.
WRONG_CODES = Limit("certificate_code", amount=20, seconds=600)
EVALUATIONS = Limit("training_evaluation", amount=300, seconds=3600)
NOT_THERE = _("Няма удостоверение с този код. Проверете дали е преписан точно.")


@login_not_required
@sensitive_post_parameters("kod")
@require_http_methods(["GET", "HEAD", "POST"])
def certificate_check(request: HttpRequest) -> HttpResponseBase:
    """Ask for the code; a right one leads to its page, every wrong one is answered the same."""
    form = CheckForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return without_traces(render(request, "trainings/check.html", {"form": form}))
    if WRONG_CODES.is_reached(request):
        return without_traces(render(request, "429.html", status=429))
    if form.is_valid():
        code = form.cleaned_data["kod"]
        if find_certified(code) is not None:
            return without_traces(redirect("certificate", as_written(code)))
        WRONG_CODES.count(request)
        form.add_error("kod", NOT_THERE)
    return without_traces(render(request, "trainings/check.html", {"form": form}, status=422))


@login_not_required
@require_safe
def certificate(request: HttpRequest, code: str) -> HttpResponseBase:
    """Say whether a certificate is valid, of what and when, and the initials alone of whose."""
    if WRONG_CODES.is_reached(request):
        return without_traces(render(request, "429.html", status=429))
    shown = find_certified(code)
    if shown is None:
        WRONG_CODES.count(request)
        return without_traces(render(request, "trainings/certificate_none.html", status=404))
    return without_traces(render(request, "trainings/certificate.html", {"shown": shown}))


@login_not_required
@sensitive_post_parameters("words")
@require_http_methods(["GET", "HEAD", "POST"])
def training_evaluation(request: HttpRequest, obshtina: str, token: str) -> HttpResponseBase:
    """Four marks and words, nobody's name. Every link that opens nothing gets one same page."""
    return without_traces(_evaluation(request, obshtina, token))


def _evaluation(request: HttpRequest, obshtina: str, token: str) -> HttpResponse:
    municipality = municipality_of(obshtina, token, evaluating.PURPOSE)
    if municipality is None:
        return _gone(request)
    with municipality_scope(municipality):
        training = evaluating.find_open(token)
        if training is None:
            return _gone(request)
        context = {"municipality": municipality, "training": training}
        if request.method != "POST":
            if "gotovo" in request.GET:
                return render(request, "trainings/evaluated.html", context)
            return render(request, "trainings/evaluate.html", context | {"form": EvaluationForm()})
        if EVALUATIONS.is_reached(request):
            return render(request, "429.html", status=429)
        form = EvaluationForm(request.POST)
        if form.is_valid():
            EVALUATIONS.count(request)
            try:
                evaluating.answer(
                    training=training,
                    form_key=form.cleaned_data["form_key"],
                    marks=form.marks,
                    words=form.cleaned_data["words"],
                )
            except TrainingRefused as refused:
                form.add_error(None, str(refused))
            else:
                return redirect(f"{request.path}?gotovo=1")
        return render(request, "trainings/evaluate.html", context | {"form": form}, status=422)


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "trainings/evaluation_none.html", status=404)
