"""Pages of an assessment: begun, read, checked and made a document, replaced by a new one."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from municipalities.permissions import require
from referrals import clock
from referrals.applications.models import Application
from referrals.assessments import assessing, reading
from referrals.assessments import contents as held
from referrals.assessments.forms import PressForm
from referrals.assessments.models import (
    OPEN_ASSESSMENT,
    AssessmentState,
    Conclusion,
    NeedsAssessment,
)
from referrals.assessments.models_form import AssessmentForm
from referrals.assessments.opening import opens_assessment
from referrals.desk.opening import opens_application
from referrals.permissions import can_assess, can_review, can_work_on, can_work_on_case
from referrals.policy import policy_of
from referrals.workflow.assessment import ASSESSMENT
from referrals.workflow.machine import RowChanged, StepRefused

REFERRED = Conclusion.REFERRED
STANDING = (*OPEN_ASSESSMENT, AssessmentState.DONE)
CHANGED = "Колега е променил оценката, докато я гледахте. Вижте я отново."


class BeginForm(forms.Form):
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


@require(can_assess)
@require_http_methods(["GET", "HEAD", "POST"])
@opens_application
def assessment_begin(request: HttpRequest, application: Application) -> HttpResponse:
    """Begin the assessment of an application, after it is said what that means."""
    if not can_work_on(request, application):
        raise PermissionDenied
    there = NeedsAssessment.objects.filter(application=application, state__in=STANDING).first()
    if there:
        return redirect("assessment", there.pk)
    form = BeginForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            begun = assessing.begin(
                application=application,
                actor=reading.actor_in(request),
                form_key=form.cleaned_data["form_key"],
            )
        except StepRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Оценката е започната и е у вас.")
            return redirect("assessment_fill", begun.pk)
    return _begin_page(request, application, form)


def _begin_page(
    request: HttpRequest,
    application: Application,
    form: forms.Form,
    old: NeedsAssessment | None = None,
) -> HttpResponse:
    return render(
        request,
        "referrals/assessments/begin.html",
        {
            "application": application,
            "assessment": old,
            "form": form,
            "asked": AssessmentForm.objects.in_force().first(),
            "clock": clock.explained(application),
        },
        status=422 if form.errors else 200,
    )


@require(can_assess)
@require_http_methods(["GET", "HEAD", "POST"])
@opens_assessment
def assessment_replace(request: HttpRequest, assessment: NeedsAssessment) -> HttpResponse:
    """Begin a new assessment in place of one that is done; what was answered is carried over."""
    if not can_work_on_case(request, assessment):
        raise PermissionDenied
    if assessment.state != AssessmentState.DONE:
        messages.info(request, "Заменя се само изготвена оценка.")
        return redirect("assessment", assessment.pk)
    form = BeginForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            begun = assessing.begin(
                application=assessment.application,
                actor=reading.actor_in(request),
                form_key=form.cleaned_data["form_key"],
                replaces=assessment,
            )
        except StepRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Започната е нова оценка вместо {assessment.number}.")
            return redirect("assessment_fill", begun.pk)
    return _begin_page(request, assessment.application, form, old=assessment)


@require(can_assess)
@sensitive_variables()
@require_safe
@opens_assessment
def assessment_page(request: HttpRequest, assessment: NeedsAssessment) -> HttpResponse:
    """The whole of it; the look is kept."""
    actor = reading.actor_in(request)
    soon = policy_of(assessment.municipality).soon_days
    due_words, due_kind = reading.deadline(assessment, soon)
    return render(
        request,
        "referrals/assessments/page.html",
        {
            **whole(assessment),
            "next": reading.next_way(assessment, request),
            "ways": reading.ways(assessment, request, actor),
            "may_work": can_work_on_case(request, assessment),
            "may_correct": _may_correct(request, assessment),
            "may_choose": _may_choose(request, assessment),
            "is_in_review": assessment.state == AssessmentState.REVIEW,
            "due_words": due_words,
            "due_kind": due_kind,
            "clock": clock.explained(assessment),
            "story": reading.story(assessment),
            "documents": assessment.documents.select_related("made_by"),
            "later": assessment.replaced_by.order_by("-pk").first(),
        },
    )


@sensitive_variables()
def whole(assessment: NeedsAssessment) -> dict[str, Any]:
    """Return what the page, the check and whoever reads the answers are drawn from."""
    contents = held.read(assessment)
    areas = [
        (area, [(question, words) for question, words in listed if words])
        for area, listed in held.answered(assessment, contents)
    ]
    return {
        "assessment": assessment,
        "areas": [(area, given) for area, given in areas if given],
        "silent": [area.name for area, given in areas if not given],
        "contents": contents,
        "kinds": list(assessment.kinds.order_by("number")),
        "services": reading.services_of(assessment),
    }


@require(can_assess)
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
@opens_assessment
def assessment_check(request: HttpRequest, assessment: NeedsAssessment) -> HttpResponse:
    """All of it once more, what it lacks, and the button that ends it or gives it on."""
    step = _step_of_check(request, assessment)
    if step is None:
        if request.method == "POST":
            messages.info(request, f"Оценката вече е „{assessment.get_state_display()}“.")
        return redirect("assessment", assessment.pk)
    actor = reading.actor_in(request)
    form = PressForm(request.POST if request.method == "POST" else None, assessment=assessment)
    if request.method == "POST" and form.is_valid():
        facts = {"actor": actor, "version": form.cleaned_data.get("version") or 0}
        verb = assessing.submit if step == "submit" else assessing.finish
        try:
            done = verb(assessment=assessment, **facts)
        except RowChanged as changed:
            messages.info(request, CHANGED)
            return redirect(_after_change(changed.current), assessment.pk)
        except StepRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _done_words(done))
            return redirect("assessment", done.pk)
    return render(
        request,
        "referrals/assessments/check.html",
        {
            **whole(assessment),
            "form": form,
            "step": step,
            "lacks": reading.lacks(assessment, step, actor),
            "may_correct": _may_correct(request, assessment),
            "may_choose": _may_choose(request, assessment),
            "here": "check",
        },
        status=422 if form.errors else 200,
    )


def _step_of_check(request: HttpRequest, assessment: NeedsAssessment) -> str | None:
    """Return which step the page's button makes, None where there is none; PermissionDenied."""
    if assessment.state == AssessmentState.REVIEW:
        return "approve" if can_review(request) else None
    if assessment.state != AssessmentState.DRAFT:
        return None
    if not can_work_on_case(request, assessment):
        raise PermissionDenied
    return "submit" if assessing.asks_review(assessment) else "finish"


def _may_correct(request: HttpRequest, assessment: NeedsAssessment) -> bool:
    return ASSESSMENT.may(assessment, "fill") and can_work_on_case(request, assessment)


def _may_choose(request: HttpRequest, assessment: NeedsAssessment) -> bool:
    """Services are chosen while it is prepared, in an urgent case, and of one that refers."""
    is_ready = assessment.state == AssessmentState.DONE and assessment.outcome == REFERRED
    may_refer = assessment.outcome in ("", REFERRED)
    is_early = may_refer and (assessment.state == AssessmentState.DRAFT or assessment.is_urgent)
    is_in_time = is_ready or (assessment.is_open and is_early)
    return is_in_time and can_work_on_case(request, assessment)


def _after_change(current: NeedsAssessment) -> str:
    return "assessment_check" if ASSESSMENT.may(current, "fill") else "assessment"


def _done_words(done: NeedsAssessment) -> str:
    if done.state == AssessmentState.REVIEW:
        return "Оценката е дадена на ръководителя за преглед."
    return f"Оценката е издадена с № {done.number}."
