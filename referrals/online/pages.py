"""What the pages of a draft share: where to go next, what stands on all of them, a step's page."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from referrals.online import access
from referrals.online.filling import FILES, NOTICE, Filling, Step

SAVE_AND_STOP = "po_kasno"
FROM_CHECK = "ot"
TEMPLATES = {
    FILES.slug: "referrals/online/files.html",
    NOTICE.slug: "referrals/online/notice.html",
}


def onwards(filling: Filling, token: str) -> HttpResponseBase:
    """Go to what has to be answered first, to the check, or to the confirmation."""
    if filling.draft.application:
        return redirect("apply_sent", token)
    step = filling.first_unanswered()
    return redirect("apply_step", token, step.slug) if step else redirect("apply_check", token)


def context_of(filling: Filling, token: str) -> dict:
    """Return what every page of a draft is drawn with."""
    draft = filling.draft
    return {
        "draft": draft,
        "kind": draft.kind,
        "municipality": draft.municipality,
        "office": access.whom_to_call(draft),
        "token": token,
    }


def after(request: HttpRequest, filling: Filling, token: str, asked: Step) -> HttpResponseBase:
    """Go to the next step; to the check where nothing is left to answer or one came from there."""
    _before, following, _number, _count = filling.neighbours(asked)
    is_from_check = request.GET.get(FROM_CHECK) == "proverka"
    if following is None or is_from_check or filling.first_unanswered() is None:
        return onwards(filling, token)
    return redirect("apply_step", token, following.slug)


def step_page(
    request: HttpRequest, filling: Filling, token: str, asked: Step, form, *, status: int = 200
) -> HttpResponseBase:
    """Draw a step."""
    before, _following, number, count = filling.neighbours(asked)
    single = form.fields and (asked.question or getattr(form, "single", ""))
    context = {
        **context_of(filling, token),
        "step": asked,
        "form": form,
        "single": next(iter(form)) if single else None,
        "number": number,
        "count": count,
        "back": reverse("apply_step", args=[token, before.slug])
        if before
        else reverse("apply_later", args=[token]),
        "notice": filling.notice,
        "papers": filling.papers,
        "attachments": filling.attachments if asked == FILES else [],
    }
    name = TEMPLATES.get(asked.slug, "referrals/online/step.html")
    return access.page(request, name, context, status=status)
