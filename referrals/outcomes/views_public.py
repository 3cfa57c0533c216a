"""The page behind the link in a mail: two questions, answered once."""

from __future__ import annotations

from contextlib import suppress

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from municipalities.invitations import hash_of
from municipalities.links import without_traces
from municipalities.signed_links import municipality_of
from municipalities.tenancy import municipality_scope
from municipalities.views.public import public_offices
from referrals.outcomes import asking
from referrals.outcomes.forms import AnswerForm
from referrals.outcomes.models import OutcomeQuestion
from referrals.workflow.machine import CITIZEN, StepRefused


@login_not_required
@sensitive_post_parameters("reached", "helped", "note")
@require_http_methods(["GET", "HEAD", "POST"])
def outcome_answer(request: HttpRequest, obshtina: str, token: str) -> HttpResponseBase:
    """Ask the two questions; after the answer say thanks. Any other link gets one same page.

    It names neither the person nor the service: whoever reads somebody's mail learns nothing here.
    """
    return without_traces(_answer(request, obshtina, token))


def _answer(request: HttpRequest, obshtina: str, token: str) -> HttpResponse:
    municipality = municipality_of(obshtina, token, asking.PURPOSE)
    if municipality is None:
        return _gone(request)
    with municipality_scope(municipality):
        rows = OutcomeQuestion.objects.select_related("referral__assessment__application")
        question = rows.filter(token_hash=hash_of(token)).first()
        if question is None or not asking.is_open_to_link(question):
            return _gone(request)
        context = {
            "municipality": municipality,
            "question": question,
            "number": question.referral.assessment.application.number,
            "started_on": question.referral.started_on,
        }
        if question.state == OutcomeQuestion.State.ANSWERED:
            context["offices"] = public_offices([municipality])
            return render(request, "referrals/outcomes/thanks.html", context)
        form = AnswerForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            with suppress(StepRefused):  # answered meanwhile: the page says so
                asking.answer(question=question, actor=CITIZEN, **form.cleaned_data)
            return redirect("outcome_answer", municipality.slug, token)
        status = 422 if form.is_bound else 200
        return render(
            request, "referrals/outcomes/answer.html", context | {"form": form}, status=status
        )


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "referrals/outcomes/gone.html", status=404)
