"""Pages of letters: a new one with its preview, one as its PDF, and how it was sent."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from frontoffice.drafts import page as drafts
from frontoffice.drafts.models import Draft
from municipalities.audit import AccessEvent, record_access
from municipalities.permissions import require
from municipalities.typeset import pdf_response
from municipalities.uploads import serve_attachment
from referrals.applications.models import Application
from referrals.applications.models_parts import PaperRequest
from referrals.desk.opening import asked_why
from referrals.letters import sending, texts, writing
from referrals.letters.forms import LetterForm, SendForm
from referrals.letters.models import Letter, Letterhead
from referrals.permissions import can_see_application, can_see_applications, can_work_on

WRITTEN = ("recipient", "recipient_address", "subject", "body", "appeal")
PREVIEW = "pregled"


@require(can_see_applications)
@sensitive_post_parameters(*WRITTEN)
@require_http_methods(["GET", "HEAD", "POST"])
def letter_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a letter; ``?vid=`` says of which kind. A preview has no number and keeps nothing."""
    application = _application(request, pk)
    if asking := asked_why(request, application):
        return asking
    kind = _kind_asked(request, application)
    is_preview = request.method == "POST" and PREVIEW in request.POST
    draft = drafts.of(request, form=Draft.Form.LETTER)
    form = draft.bind(
        LetterForm,
        kind=kind,
        is_preview=is_preview,
        initial={
            **texts.begin(application, kind),
            "appeal": texts.APPEAL,
        },
    )
    if request.method != "POST":
        record_access(request, AccessEvent.Action.VIEWED, application, reason="писмо")
        return _form_page(request, application, kind, form)
    if not form.is_valid():
        return _form_page(request, application, kind, form)
    said = {"application": application, "kind": kind, "by": request.user, **form.said()}
    if is_preview:
        record_access(request, AccessEvent.Action.VIEWED, application, reason="проект на писмо")
        return pdf_response(writing.preview(**said), "proekt-na-pismo.pdf")
    letter = writing.write(form_key=form.cleaned_data["form_key"], **said)
    draft.close()
    messages.success(request, f"Писмото е изготвено с изх. № {letter.number}.")
    return redirect("letter_send", letter.pk)


def _application(request: HttpRequest, pk: int) -> Application:
    rows = Application.objects.select_related(
        "kind__office", "office__settlement", "municipality", "person", "settlement"
    )
    application = get_object_or_404(rows, pk=pk)
    if not can_work_on(request, application):
        raise PermissionDenied
    return application


def kinds_for(application: Application) -> list[tuple[str, str]]:
    """Return the kinds of letter that ``application`` may need; a child at risk is of alerts."""
    kinds = [Letter.Kind.ANSWER, Letter.Kind.PAPERS, Letter.Kind.FORWARD]
    if application.is_alert:
        kinds = [Letter.Kind.CHILD, Letter.Kind.FORWARD, Letter.Kind.ANSWER]
    return [(kind.value, str(kind.label)) for kind in kinds]


def _kind_asked(request: HttpRequest, application: Application) -> str:
    kinds = [kind for kind, _words in kinds_for(application)]
    asked = request.GET.get("vid", "")
    if asked and asked not in kinds:
        raise Http404
    return asked or kinds[0]


def _form_page(
    request: HttpRequest, application: Application, kind: str, form: LetterForm
) -> HttpResponse:
    open_request = PaperRequest.objects.filter(application=application, closed_on__isnull=True)
    return render(
        request,
        "referrals/letters/new.html",
        {
            "application": application,
            "kind": kind,
            "kind_words": Letter.Kind(kind).label,
            "kinds": kinds_for(application),
            "form": form,
            "draft": form.draft,
            "basis": texts.basis_of(application, kind),
            "has_letterhead": Letterhead.objects.exists(),
            "asks_papers_first": kind == Letter.Kind.PAPERS and not open_request.exists(),
            "is_to_citizen": kind in writing.TO_CITIZENS,
        },
        status=422 if form.errors else 200,
    )


@require(can_see_applications)
@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The PDF of a letter, the same bytes each time; that it was taken is kept."""
    found = get_object_or_404(Letter.objects.select_related("application__person"), pk=pk)
    if asking := asked_why(request, found.application):
        return asking
    return serve_attachment(
        request,
        found.path,
        name=f"{found.number}.pdf",
        content_type=writing.PDF,
        subject=found,
        rule=lambda asked, of: can_see_application(asked, of.application),
        action=AccessEvent.Action.PRINTED,
    )


@require(can_see_applications)
@require_http_methods(["GET", "HEAD", "POST"])
def letter_send(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter that was made: take its PDF, and write down how it was sent."""
    rows = Letter.objects.select_related("application__kind", "application__person", "made_by")
    found = get_object_or_404(rows, pk=pk)
    if not can_work_on(request, found.application):
        raise PermissionDenied
    if asking := asked_why(request, found.application):
        return asking
    form = SendForm(request.POST if request.method == "POST" else None, letter=found)
    if request.method == "POST" and form.is_valid():
        is_new = sending.send(letter=found, by=request.user, **form.cleaned_data)
        said = "Записано е, че писмото е пратено." if is_new else "Писмото вече беше пратено."
        messages.success(request, said)
        return redirect("application", found.application_id)
    if request.method != "POST":
        record_access(request, AccessEvent.Action.VIEWED, found)
    return render(
        request,
        "referrals/letters/send.html",
        {
            "letter": found,
            "application": found.application,
            "form": form,
            "may_be_mailed": sending.may_be_mailed(found),
        },
        status=422 if form.errors else 200,
    )
