"""The two pages on which an assessment is written: the areas of life, and what it ends with.

What is typed is kept as a draft on its way. Where a colleague saved meanwhile, theirs is shown
beside what was typed: a box that nobody touched here takes what they saved, one that both wrote in
is for whoever sends the form to decide, and nothing typed is lost.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import strip_tags
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from frontoffice.changes import Difference
from frontoffice.drafts import keeping
from frontoffice.drafts import page as drafts
from frontoffice.drafts.models import Draft
from municipalities.permissions import require
from municipalities.secrets import UnreadableSecret
from referrals.assessments import assessing, reading
from referrals.assessments import contents as held
from referrals.assessments.forms import ConcludeForm, FillForm, VersionedForm, sent
from referrals.assessments.models import Conclusion, NeedsAssessment
from referrals.assessments.opening import opens_assessment
from referrals.permissions import can_assess, can_work_on_case
from referrals.routing.models import SocialAssistanceDirectorate
from referrals.workflow.assessment import ASSESSMENT
from referrals.workflow.machine import RowChanged, StepRefused

STAY = "ostani"
PAGES = {
    "fill": "referrals/assessments/fill.html",
    "conclude": "referrals/assessments/conclude.html",
}
CHANGED = (
    "Колега е записал оценката, докато пишехте. Където вие не сте пипали, вече стои неговото. "
    "Където сте писали и двамата, по-долу е вашето. Вижте какво е различно и запишете отново."
)


@require(can_assess)
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
@opens_assessment
def assessment_fill(request: HttpRequest, assessment: NeedsAssessment) -> HttpResponse:
    """All areas on one page, with an index of what is filled; saved whole or in part."""
    asked = held.asked(assessment.form)
    return _written(request, assessment, FillForm, "fill", {"asked": asked})


@require(can_assess)
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
@opens_assessment
def assessment_conclude(request: HttpRequest, assessment: NeedsAssessment) -> HttpResponse:
    """The need that was established, and what the assessment ends with."""
    return _written(request, assessment, ConcludeForm, "conclude", {})


@sensitive_variables()
def _written(
    request: HttpRequest,
    assessment: NeedsAssessment,
    form_class: type[VersionedForm],
    here: str,
    options: dict[str, Any],
) -> HttpResponse:
    if not can_work_on_case(request, assessment):
        raise PermissionDenied
    if not ASSESSMENT.may(assessment, "fill"):
        messages.info(request, _closed(assessment))
        return redirect("assessment", assessment.pk)
    draft = drafts.of(request, form=Draft.Form.ASSESSMENT, subject=assessment)
    form = draft.bind(form_class, assessment=assessment, **options)
    changed: list[Difference] = []
    if request.method == "POST" and form.is_valid():
        try:
            saved, said = _saved(request, assessment, form, draft), "Записано."
        except RowChanged as conflict:
            form, changed, is_apart = _merged(form, conflict.current, form_class, options)
            saved = None
            if is_apart and form.is_valid():
                try:
                    saved = _saved(request, conflict.current, form, draft)
                    said = "Записано заедно с това, което колега записа междувременно."
                except (RowChanged, StepRefused):
                    saved = None  # a third one was faster: the page says what to look at
            if saved is None:
                form.add_error(None, CHANGED)
                draft.joined(form)
        except StepRefused as refused:
            saved = None
            form.add_error(None, str(refused))
        if saved is not None:
            messages.success(request, said)
            return redirect(_onward(request, saved, here))
    return render(
        request,
        PAGES[here],
        {
            "assessment": assessment,
            "form": form,
            "draft": draft,
            "changed": changed,
            "here": here,
            "kept": _kept_elsewhere(request, draft),
            "directorates": SocialAssistanceDirectorate.objects.values_list("name", flat=True)
            if here == "conclude"
            else (),
        },
        status=422 if form.errors else 200,
    )


@sensitive_variables()
def _saved(
    request: HttpRequest, assessment: NeedsAssessment, form: VersionedForm, draft: drafts.PageDraft
) -> NeedsAssessment:
    """Save what the form says, and throw its draft away; raises RowChanged, StepRefused."""
    with transaction.atomic():
        saved = assessing.save(
            assessment=assessment,
            actor=reading.actor_in(request),
            version=form.cleaned_data.get("version") or 0,
            **form.facts(),
        )
        draft.close()
    return saved


def _closed(assessment: NeedsAssessment) -> str:
    return f"Оценката е „{assessment.get_state_display()}“ и вече не се попълва."


def _onward(request: HttpRequest, saved: NeedsAssessment, here: str) -> str:
    """Return where to go from a page that was saved: the next one, or the same again."""
    if STAY in request.POST:
        return request.path
    if here == "fill":
        return reading.address("assessment_conclude", saved.pk)
    choose = reading.address("choose_services", saved.pk)
    is_referring = saved.outcome == Conclusion.REFERRED
    if is_referring and choose and not saved.referrals.open().exists():
        return choose
    return reading.address("assessment_check", saved.pk)


@sensitive_variables()
def _merged(
    form: VersionedForm,
    current: NeedsAssessment,
    form_class: type[VersionedForm],
    options: dict[str, Any],
) -> tuple[VersionedForm, list[Difference], bool]:
    """Return the form over what is stored now, what differs from it, and whether they meet nowhere.

    They do not meet where nobody wrote in a box in which the other one did.
    """
    touched = form.touched()
    fresh = form_class(assessment=current, **options)
    stored = fresh.stored(current)
    data = form.data.copy()
    for name in fresh.fields:
        if name not in VersionedForm.OWN and name not in touched:
            data.setlist(name, sent(stored.get(name)))
    data["version"], data["seen"] = str(current.version), fresh.initial["seen"]
    merged = form_class(data, assessment=current, **options)
    merged.is_valid()
    differing = [
        Difference(
            strip_tags(str(merged.fields[name].label)),
            _in_words(merged, name, stored.get(name)),
            _in_words(merged, name, merged.plain_value(name)),
        )
        for name in merged.fields
        if name in touched and sent(stored.get(name)) != sent(merged.plain_value(name))
    ]
    is_apart = not any(form.was_changed(name, stored.get(name)) for name in touched)
    return merged, differing, is_apart


def _in_words(form: VersionedForm, name: str, value: Any) -> str:
    choices = {str(key): str(words) for key, words in getattr(form.fields[name], "choices", ())}
    words = "; ".join(choices.get(one, one) for one in sent(value))
    return {"": "–", "on": "да"}.get(words, words)


def _kept_elsewhere(request: HttpRequest, draft: drafts.PageDraft) -> str:
    """Return the address of what this person typed here before and did not save, „“ if nothing."""
    if request.method == "POST" or draft.typed is not None:
        return ""
    rows = keeping.open_drafts(request.membership).filter(
        form=Draft.Form.ASSESSMENT, subject_id=draft.place.subject_id
    )
    for row in rows.order_by("-saved_at")[:5]:
        try:
            path = keeping.read(row).path
        except UnreadableSecret:
            continue
        if path.partition("?")[0] == request.path:
            return drafts.resume_url(request.path, row.tab)
    return ""
