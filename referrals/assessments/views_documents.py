"""The document of an assessment as a download, and the letter by which it goes to ДСП."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from frontoffice.drafts import page as drafts
from frontoffice.drafts.models import Draft
from municipalities.audit import AccessEvent, record_access
from municipalities.models import User
from municipalities.permissions import require
from municipalities.typeset import pdf_response
from municipalities.uploads import serve_attachment
from referrals.assessments import documents, redirecting
from referrals.assessments.models import NeedsAssessment
from referrals.assessments.opening import asked_why, find_assessment, opens_assessment
from referrals.letters import texts, writing
from referrals.letters.forms import LetterForm
from referrals.letters.models import Letterhead
from referrals.letters.views import PREVIEW, WRITTEN
from referrals.permissions import can_assess, can_work_on_case
from referrals.routing.models import SocialAssistanceDirectorate
from referrals.workflow.machine import StepRefused, actor_of

PROJECT = 0  # the edition of what has no number yet


@require(can_assess)
@require_safe
def assessment_document(request: HttpRequest, pk: int, edition: int) -> HttpResponseBase:
    """An edition of the document, the same bytes each time; 0 is the project of an open one."""
    assessment = find_assessment(pk)
    if asking := asked_why(request, assessment):
        return asking
    if edition == PROJECT and assessment.is_open:
        record_access(request, AccessEvent.Action.VIEWED, assessment, reason="проект на документ")
        return pdf_response(documents.preview(assessment), "proekt-na-otsenka.pdf")
    found = get_object_or_404(assessment.documents.all(), edition=edition)
    return serve_attachment(
        request,
        found.path,
        name=f"{assessment.number}.pdf",
        content_type=writing.PDF,
        subject=assessment,
        rule=lambda asked, of: can_assess(asked),
        action=AccessEvent.Action.PRINTED,
    )


@require(can_assess)
@sensitive_post_parameters(*WRITTEN)
@require_http_methods(["GET", "HEAD", "POST"])
@opens_assessment
def assessment_redirect(request: HttpRequest, assessment: NeedsAssessment) -> HttpResponse:
    """Write the letter to ДСП; ``?dsp=`` says to which. A preview keeps nothing."""
    if not can_work_on_case(request, assessment):
        raise PermissionDenied
    try:
        redirecting.check_redirected(assessment)
    except StepRefused as refused:
        messages.error(request, str(refused))
        return redirect("assessment", assessment.pk)
    known = list(SocialAssistanceDirectorate.objects.filter(is_active=True))
    directorate = _asked(request, known)
    is_preview = request.method == "POST" and PREVIEW in request.POST
    draft = drafts.of(request, form=Draft.Form.LETTER)
    form = draft.bind(
        LetterForm,
        kind=redirecting.KIND,
        is_preview=is_preview,
        initial=redirecting.begin_letter(assessment, directorate),
    )
    if request.method != "POST" or not form.is_valid():
        return _letter_page(request, assessment, form, known, directorate)
    user = _user(request)
    if is_preview:
        pdf = writing.preview(
            application=assessment.application, by=user, kind=redirecting.KIND, **form.said()
        )
        return pdf_response(pdf, "proekt-na-pismo.pdf")
    letter = redirecting.redirect_letter(
        assessment=assessment,
        directorate=directorate,
        actor=actor_of(user, assessment.municipality),
        form_key=form.cleaned_data["form_key"],
        said=form.said(),
    )
    draft.close()
    messages.success(request, f"Писмото е изготвено с изх. № {letter.number}.")
    return redirect("letter_send", letter.pk)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  the desk is signed in
    return request.user


def _asked(
    request: HttpRequest, known: list[SocialAssistanceDirectorate]
) -> SocialAssistanceDirectorate | None:
    """Return the directorate that the address names, else the first; None where there is none."""
    asked = request.GET.get("dsp", "")
    return next((one for one in known if str(one.pk) == asked), known[0] if known else None)


def _letter_page(
    request: HttpRequest,
    assessment: NeedsAssessment,
    form: LetterForm,
    known: list[SocialAssistanceDirectorate],
    directorate: SocialAssistanceDirectorate | None,
) -> HttpResponse:
    return render(
        request,
        "referrals/assessments/redirect.html",
        {
            "assessment": assessment,
            "form": form,
            "draft": form.draft,
            "directorates": known,
            "directorate": directorate,
            "letters": redirecting.letters_of(assessment),
            "basis": texts.basis_of(assessment.application, redirecting.KIND),
            "has_letterhead": Letterhead.objects.exists(),
        },
        status=422 if form.errors else 200,
    )
