"""Writing down at the desk what the person said on the telephone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from municipalities.permissions import require
from referrals.outcomes import asking
from referrals.outcomes.forms import CallForm
from referrals.outcomes.models import OutcomeQuestion
from referrals.permissions import can_assess
from referrals.placing.opening import asked_why
from referrals.workflow.machine import StepRefused, actor_of


@require(can_assess)
@sensitive_post_parameters("reached", "helped", "note")
@sensitive_variables("form")
@require_http_methods(["GET", "HEAD", "POST"])
def outcome_call(request: HttpRequest, pk: int) -> HttpResponse:
    """The telephones, the two questions, the answer; or that the person could not be reached."""
    rows = OutcomeQuestion.objects.select_related(
        "referral__assessment__application__person",
        "referral__person",
        "referral__service",
        "answered_by",
    )
    question = get_object_or_404(rows, pk=pk)
    referral = question.referral
    if asking_first := asked_why(request, referral):
        return asking_first
    is_open = question.state != OutcomeQuestion.State.ANSWERED
    form = CallForm(request.POST if request.method == "POST" and is_open else None)
    if request.method == "POST":
        answered = _sent(request, question, form)
        if answered:
            return answered
    context = {
        "question": question,
        "referral": referral,
        "application": referral.assessment.application,
        "form": form if is_open else None,
    }
    status = 422 if form.is_bound else 200
    return render(request, "referrals/outcomes/call.html", context, status=status)


def _sent(request: HttpRequest, question: OutcomeQuestion, form: CallForm) -> HttpResponse | None:
    """Do what was sent; None where the form has to be corrected."""
    actor = actor_of(request.user, request.municipality)
    if "bez_otgovor" in request.POST:
        if asking.drop(question=question, actor=actor):
            messages.success(request, "Записано: човекът не отговори.")
        else:
            messages.info(request, asking.ANSWERED_ALREADY)
        return redirect("outcome_call", question.pk)
    if form.is_bound and not form.is_valid():
        return None
    try:
        if not form.is_bound:
            raise StepRefused(asking.ANSWERED_ALREADY)
        asking.answer(question=question, actor=actor, **form.cleaned_data)
    except StepRefused as refused:
        messages.info(request, str(refused))
    else:
        messages.success(request, "Отговорът е записан.")
    return redirect("outcome_call", question.pk)
