"""The step of the papers: add, look at, remove."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from referrals.applications.files import TooManyFiles, keep, remove_from_draft, serve
from referrals.applications.models_parts import Attachment
from referrals.online import access, drafts
from referrals.online.filling import FILES, Filling
from referrals.online.models import OnlineDraft
from referrals.online.pages import SAVE_AND_STOP, after, step_page

ADD = "dobavi"


def add(request: HttpRequest, filling: Filling, token: str) -> HttpResponseBase:
    """Keep the chosen files; stay on the page for more, or go on."""
    form = filling.form(FILES, request.POST, request.FILES)
    if form.is_valid():
        _keep(form, filling)
    if form.errors:
        return step_page(request, filling, token, FILES, form, status=422)
    is_more = ADD in request.POST
    filling.answers.setdefault(FILES.slug, {})
    drafts.write(filling.draft, filling.data)
    if SAVE_AND_STOP in request.POST:
        return redirect("apply_later", token)
    if is_more:
        return redirect("apply_step", token, FILES.slug)
    return after(request, filling, token, FILES)


def _keep(form, filling: Filling) -> None:
    draft, paper = filling.draft, form.chosen_paper()
    chosen = [(file, False) for file in form.cleaned_data["files"] or []]
    if form.cleaned_data["signed"]:
        chosen.append((form.cleaned_data["signed"], True))
    for file, is_signed in chosen:
        try:
            keep(
                municipality=draft.municipality,
                file=file,
                draft=draft,
                paper=None if is_signed else paper,
                is_signed=is_signed,
            )
        except TooManyFiles as reason:
            form.add_error("signed" if is_signed else "files", str(reason))
            break
    filling.__dict__.pop("attachments", None)


def _own(draft: OnlineDraft, pk: int) -> Attachment:
    return get_object_or_404(
        Attachment.objects.select_related("draft", "application"), draft=draft, pk=pk
    )


@require_safe
@access.of_draft
def file(request: HttpRequest, draft: OnlineDraft, token: str, pk: int) -> HttpResponseBase:
    """Give back a file of the draft, as a download."""
    return serve(request, _own(draft, pk), to_citizen=True)


@require_POST
@access.of_draft
def remove(request: HttpRequest, draft: OnlineDraft, token: str, pk: int) -> HttpResponseBase:
    """Take a file out of the draft; the second of two presses finds it gone already."""
    if draft.application:
        return redirect("apply_sent", token)
    attachment = Attachment.objects.filter(draft=draft, pk=pk).first()
    if attachment:
        remove_from_draft(attachment)
    return redirect(f"{reverse('apply_step', args=[token, FILES.slug])}#prilozheni")
