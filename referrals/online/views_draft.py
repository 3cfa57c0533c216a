"""The pages of a draft: come back to it, a step each, check, send, what happens next."""

from __future__ import annotations

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from municipalities.mails import whole
from municipalities.tasks import later as run_later
from municipalities.tenancy import municipality_scope
from municipalities.unlocking import is_unlocked, lock, unlock
from referrals.online import access, drafts, views_files
from referrals.online.filling import FILES, Filling, Step
from referrals.online.forms import MailForm
from referrals.online.models import OnlineDraft
from referrals.online.pages import FROM_CHECK, SAVE_AND_STOP, after, context_of, onwards, step_page
from referrals.online.sending import send
from referrals.online.tasks import mail_draft_link
from referrals.secrets import is_secret


@login_not_required
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask for the second secret and go on where the person stopped."""
    draft = drafts.find(token)
    if draft is None or not is_unlocked(request, draft):
        answer = access.ask_secret(request, draft)
        if answer is not None or draft is None:
            return answer or access.without_traces(redirect("apply_resume", token))
    with municipality_scope(draft.municipality):
        found = access.in_scope(draft, locked=False)
        if found is None:
            raise Http404
        if not found.application and not access.is_taken(found.kind):
            return access.closed(request, found)
        return access.without_traces(onwards(Filling(found), token))


@require_http_methods(["GET", "HEAD", "POST"])
@access.of_draft
def step(request: HttpRequest, draft: OnlineDraft, token: str, step: str) -> HttpResponseBase:
    """One question: show it, keep what was answered, go on."""
    filling = Filling(draft)
    if draft.application:
        return redirect("apply_sent", token)
    asked = filling.step(step)
    if asked is None:
        # Of another „за кого“, or a question that is asked no more: an old tab, an old link.
        return onwards(filling, token)
    if not filling.may_open(asked):
        return onwards(filling, token)
    if request.method != "POST":
        return step_page(request, filling, token, asked, filling.kept_form(asked))
    if asked == FILES:
        return views_files.add(request, filling, token)
    return _keep(request, filling, token, asked)


def _keep(request: HttpRequest, filling: Filling, token: str, asked: Step) -> HttpResponseBase:
    stop = SAVE_AND_STOP in request.POST
    form = filling.form(asked, request.POST)
    is_whole = form.is_valid()
    if not stop and not is_whole:
        return step_page(request, filling, token, asked, form, status=422)
    filling.keep(asked, request.POST, is_whole=is_whole)
    if stop:
        return redirect("apply_later", token)
    return after(request, filling, token, asked)


@require_http_methods(["GET", "HEAD", "POST"])
@access.of_draft
def later(request: HttpRequest, draft: OnlineDraft, token: str) -> HttpResponseBase:
    """Show the link and the secret, mail the link, or ask for the secret again from now on."""
    filling = Filling(draft)
    if draft.application:
        return redirect("apply_sent", token)
    if request.method == "POST" and "zaklyuchi" in request.POST:
        lock(request, draft)
        return redirect("apply_resume", token)
    form = MailForm(request.POST if request.method == "POST" else None)
    status, wait = 200, False
    if request.method == "POST":
        status = 200 if form.is_valid() else 422
        wait = status == 200 and access.MAILS.is_reached(request)
        if status == 200 and not wait:
            _mail(request, filling, form.cleaned_data["email"])
            return redirect(f"{reverse('apply_later', args=[token])}?pismo=1")
    following = filling.first_unanswered()
    context = {
        **context_of(filling, token),
        "form": form,
        "wait": wait,
        "is_mailed": "pismo" in request.GET,
        "is_new": not draft.reached,
        "link": whole(reverse("apply_resume", args=[token])),
        "secret": filling.data.get("secret", ""),
        "onwards": reverse("apply_step", args=[token, following.slug])
        if following
        else reverse("apply_check", args=[token]),
    }
    status = 429 if wait else status
    return access.page(request, "referrals/online/later.html", context, status=status)


@sensitive_variables()
def _mail(request: HttpRequest, filling: Filling, address: str) -> None:
    access.MAILS.count(request)
    filling.data["mail_to"] = address
    drafts.write(filling.draft, filling.data)
    run_later(mail_draft_link, municipality=filling.draft.municipality_id, draft=filling.draft.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access.of_draft
def check(request: HttpRequest, draft: OnlineDraft, token: str) -> HttpResponseBase:
    """Show all answers; send them once, as they were shown."""
    filling = Filling(draft)
    if draft.application or filling.first_unanswered():
        return onwards(filling, token)
    shown = _as_shown(filling)
    is_changed = request.method == "POST" and request.POST.get("shown") != shown
    if request.method == "POST" and not is_changed:
        send(draft)
        return redirect("apply_sent", token)
    rows = [
        {
            **row,
            "href": f"{reverse('apply_step', args=[token, row['step']])}?{FROM_CHECK}=proverka",
        }
        for row in filling.rows()
    ]
    context = {
        **context_of(filling, token),
        "rows": rows,
        "shown": shown,
        "is_changed": is_changed,
        "is_signed": any(attachment.is_signed for attachment in filling.attachments),
    }
    status = 409 if is_changed else 200
    return access.page(request, "referrals/online/check.html", context, status=status)


def _as_shown(filling: Filling) -> str:
    """Return what changes with any answer, also one changed in another tab."""
    text = repr((filling.answers, [attachment.pk for attachment in filling.attachments]))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@require_safe
@access.of_draft
def sent(request: HttpRequest, draft: OnlineDraft, token: str) -> HttpResponseBase:
    """The confirmation: number, secret, copy, what happens next, whom to call."""
    filling = Filling(draft)
    application = draft.application
    if application is None:
        return onwards(filling, token)
    # Whoever was given another code has ended this one, and this way in with it.
    code = filling.data.get("sent", "")
    if not is_secret(code, application.secret_hash, draft.municipality):
        code = ""
    elif not is_unlocked(request, application):
        unlock(request, application, by_draft=True)
    where = [draft.municipality.slug, application.public_id]
    context = {
        **context_of(filling, token),
        "application": application,
        "secret": code,
        "tracking": reverse("track_application", args=where),
        "copy": reverse("track_copy", args=where),
        "title": _("Заявлението е изпратено"),
    }
    return access.page(request, "referrals/online/sent.html", context)
