"""The page behind the link of an invitation, for people who may have no account yet.

The link is opened once: its token is exchanged for its hash, kept in the session, and the browser
goes on at an address without it. So the token is in no Referer, no form and no „next“ of the
sign-in page. A link that is wrong, used, revoked, expired or of a municipality that left gets one
and the same answer.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from municipalities import invitations
from municipalities.forms_team import NewAccountForm
from municipalities.models import Invitation
from municipalities.tenancy import municipality_scope
from municipalities.throttle import Limit

SESSION_KEY = "invitation"
# Only wrong links count: an office behind one address may accept as many as it was sent.
WRONG_LINKS = Limit("invitation", amount=20, seconds=600)


def _without_traces(response: HttpResponse) -> HttpResponse:
    # Never the path. „no-referrer“ would make the browser send „Origin: null“ with the forms of
    # the page (leaving, in the menu), which Django's protection of forms refuses.
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


def _wait(request: HttpRequest) -> HttpResponse:
    return _without_traces(render(request, "429.html", status=429))


def _refuse(request: HttpRequest) -> HttpResponse:
    """Answer a link that cannot be used, whatever the reason; each such answer counts."""
    WRONG_LINKS.count(request)
    return _without_traces(render(request, "municipalities/team/no_invitation.html", status=404))


@login_not_required
@never_cache
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address."""
    if WRONG_LINKS.is_reached(request):  # a right link waits then too
        return _wait(request)
    token_hash = invitations.hash_of(token)
    if invitations.find_open(token_hash) is None:
        return _refuse(request)
    request.session[SESSION_KEY] = token_hash
    return _without_traces(redirect("invitation"))


@sensitive_post_parameters("password1", "password2")
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """Accept the invitation whose link was opened in this browser."""
    if WRONG_LINKS.is_reached(request):  # a right link waits then too
        return _wait(request)
    invitation = invitations.find_open(request.session.get(SESSION_KEY, ""))
    if invitation is None:
        return _refuse(request)
    with municipality_scope(invitation.municipality):
        # Read again inside the scope: now its office can be read too.
        invitation = Invitation.objects.select_related("municipality", "office").get(
            pk=invitation.pk
        )
        return _without_traces(_answer(request, invitation))


def _answer(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show what the person has to do, or do it: they are new, known, or signed in."""
    account = invitations.account_of(invitation)
    context = {"invitation": invitation, "what": invitations.words_of(invitation)}
    if account is None:
        if request.user.is_authenticated:  # as somebody else
            return render(request, "municipalities/team/accept_other.html", context)
        return _new_account(request, invitation, context)
    if not request.user.is_authenticated:
        return render(request, "municipalities/team/accept_sign_in.html", context)
    if request.user.pk != account.pk:
        return render(request, "municipalities/team/accept_other.html", context)
    if request.method != "POST":
        return render(request, "municipalities/team/accept_known.html", context)
    if _done(request, lambda: invitations.accept(invitation, account)):
        messages.success(request, f"Поканата е приета: {context['what']}.")
    return redirect("profile")


def _new_account(request: HttpRequest, invitation: Invitation, context: dict) -> HttpResponse:
    form = NewAccountForm(
        request.POST if request.method == "POST" else None,
        email=invitation.email,
        initial={"name": invitation.name},
    )
    if request.method == "POST" and form.is_valid():
        name, password = form.cleaned_data["name"], form.cleaned_data["password1"]
        if _done(request, lambda: invitations.accept_as_new(invitation, name, password)):
            messages.success(request, "Профилът ви е готов. Влезте с е-пощата и паролата си.")
        return redirect("account_login")
    return render(
        request,
        "municipalities/team/accept_new.html",
        {**context, "form": form},
        status=422 if form.errors else 200,
    )


def _done(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Accept by ``act`` and forget the link; where it cannot be, say why and return False."""
    request.session.pop(SESSION_KEY, None)
    try:
        act()
    except invitations.InvitationError as reason:
        messages.error(request, str(reason))
        return False
    return True
