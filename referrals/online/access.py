"""Who may open a draft: whoever has its link and, in this browser, has given its second secret.

A link that leads to nothing is answered as one that leads to a draft: by asking for the secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from municipalities.links import without_traces
from municipalities.models import Office
from municipalities.tenancy import municipality_scope
from municipalities.throttle import Limit
from municipalities.unlocking import is_unlocked, unlock
from referrals import secrets
from referrals.kinds.models import ApplicationKind
from referrals.online import drafts
from referrals.online.forms import SecretForm
from referrals.online.models import OnlineDraft

# Of one network address; a club or a library is behind one.
WRONG_SECRETS = Limit("online_secret", amount=20, seconds=600)
STARTS = Limit("online_start", amount=60, seconds=3600)
MAILS = Limit("online_mail", amount=10, seconds=3600)
OWN_FIELDS = {"csrfmiddlewaretoken", "secret"}
MOST_CARRIED = 60  # fields
WRONG = _("Кодът не отговаря на тази връзка, или заявлението вече е изтрито.")


def page(request: HttpRequest, name: str, context: dict, *, status: int = 200) -> HttpResponseBase:
    """Answer with the template ``name``."""
    return without_traces(render(request, name, context, status=status))


def whom_to_call(draft: OnlineDraft) -> Office | None:
    """Return the office whose telephone stands on the draft's pages."""
    offices = Office.public.filter(municipality=draft.municipality).select_related("settlement")
    rows = sorted(offices, key=lambda office: (office.pk != draft.kind.office_id, office.pk))
    return rows[0] if rows else None


def of_draft(view: Callable[..., HttpResponseBase]):
    """Give ``view`` the draft of the link, in its municipality's scope and locked while sent.

    Otherwise the secret is asked for; what was typed meanwhile is carried along.
    """

    @wraps(view)
    @login_not_required
    @sensitive_post_parameters()
    @sensitive_variables()
    def guarded(request: HttpRequest, token: str, **arguments) -> HttpResponseBase:
        draft = drafts.find(token)
        if draft is None or not is_unlocked(request, draft):
            if request.method != "POST":
                return without_traces(redirect("apply_resume", token))
            answer = ask_secret(request, draft)
            if answer is not None or draft is None:
                return answer or without_traces(redirect("apply_resume", token))
        with municipality_scope(draft.municipality):
            found = in_scope(draft, locked=request.method == "POST")
            if found is None:  # thrown away a moment ago
                return without_traces(redirect("apply_resume", token))
            if not found.application and not is_taken(found.kind):
                return closed(request, found)
            return without_traces(view(request, found, token, **arguments))

    return guarded


def in_scope(draft: OnlineDraft, *, locked: bool) -> OnlineDraft | None:
    """Return ``draft`` again with what its pages need, in its scope; ``locked`` until the end."""
    rows = OnlineDraft.objects.select_related(
        "municipality", "kind__office", "service", "application"
    )
    if locked:
        # Without the application: a row that was waited for keeps what the join found before.
        rows = rows.select_related(None).select_related("municipality", "kind__office", "service")
        rows = rows.select_for_update(of=("self",))
    return rows.filter(pk=draft.pk).first()


def is_taken(kind: ApplicationKind) -> bool:
    """Say whether the municipality takes ``kind`` online; alerts are no applications."""
    return kind.is_on and kind.is_online and not kind.is_alert


def closed(request: HttpRequest, draft: OnlineDraft) -> HttpResponseBase:
    """Say that the municipality has stopped taking this kind online; what was typed stays."""
    context = {"draft": draft, "office": whom_to_call(draft)}
    return page(request, "referrals/online/closed.html", context, status=409)


def ask_secret(request: HttpRequest, draft: OnlineDraft | None) -> HttpResponseBase | None:
    """Ask for the second secret of the link, or take it: None where it is right.

    What else was sent is carried along in hidden fields, so that nothing typed is lost when the
    browser forgot meanwhile that it had been given the secret. A wrong secret and a link that
    leads to nothing get one and the same answer.
    """
    carried = _carried(request)
    given = request.method == "POST" and "secret" in request.POST
    form = SecretForm(request.POST if given else None)
    if WRONG_SECRETS.is_reached(request):  # a right secret waits then too
        return without_traces(render(request, "429.html", status=429))
    if given and form.is_valid():
        typed = form.cleaned_data["secret"]
        if draft and secrets.is_secret(typed, draft.secret_hash, draft.municipality):
            unlock(request, draft)
            return None
        WRONG_SECRETS.count(request)
        form.add_error("secret", WRONG)
    status = 422 if form.errors else 200
    context = {"form": form, "carried": carried}
    return page(request, "referrals/online/resume.html", context, status=status)


def _carried(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, value.replace("\x00", "")[: drafts.LONGEST_VALUE])
        for name in request.POST
        if name not in OWN_FIELDS and re.fullmatch(r"[a-z0-9_]{1,40}", name)
        for value in request.POST.getlist(name)
    ][:MOST_CARRIED]
