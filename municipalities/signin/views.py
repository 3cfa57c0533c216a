"""One's own sessions: how long they last, coming back to them, ending them."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from municipalities import sessions
from municipalities.models import User
from municipalities.signin import carried
from municipalities.signin.factors import CodeForm, has_second_factor

WHO_SALT = "municipalities.signin.who"
WHO_LASTS = 24 * 60 * 60  # seconds; a page left open for longer is loaded again
LONGEST_ANSWER = 300  # characters of a password or a code


def who_token(user) -> str:
    """Return a signed word for ``user`` that a page keeps to know whose it is."""
    return signing.dumps(user.pk, salt=WHO_SALT)


def _who(token: str) -> int | None:
    try:
        return signing.loads(token, salt=WHO_SALT, max_age=WHO_LASTS)
    except signing.BadSignature:
        return None


def _state(request: HttpRequest) -> JsonResponse:
    """Answer how the session stands for the page's owner, with a fresh token for its forms."""
    signed_in = request.user.is_authenticated
    return JsonResponse(
        {
            "signed_in": signed_in,
            "same": signed_in and _who(request.headers.get("X-Who", "")) == request.user.pk,
            "left": sessions.seconds_left(request.session) if signed_in else 0,
            "csrf": get_token(request),
        }
    )


@login_not_required
@never_cache
@require_safe
def session_state(request: HttpRequest) -> HttpResponse:
    """Answer how the session stands, for the page itself (``X-Background``)."""
    return _state(request)


@require_POST
def session_stay(request: HttpRequest) -> HttpResponse:
    """Keep the session: any request of the person's does, this one does only that."""
    return _state(request)


def _refused(error: str, status: int = 403, **more) -> JsonResponse:
    return JsonResponse({"error": error, **more}, status=status)


@login_not_required
@never_cache
@require_POST
@sensitive_post_parameters("password", "code")
@rate_limit(action="login")
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Sign the owner of a page in again without leaving it: password, and code where there is one.

    Guesses are counted together with those at the sign-in page.
    """
    user = User.objects.filter(pk=_who(request.headers.get("X-Who", "")), is_active=True).first()
    password = request.POST.get("password", "")[:LONGEST_ANSWER]
    if request.user.is_authenticated:
        if user is None or user.pk != request.user.pk:
            return _refused(_("В този браузър вече е влязъл друг човек."), status=409)
        return _state(request)
    if user is None or not password:
        return _refused(_("Това не е паролата ви."))
    adapter = get_adapter(request)
    try:
        known = adapter.authenticate(request, email=user.email, password=password)
    except ValidationError as error:
        return _refused(error.messages[0], status=429)
    if known is None or known.pk != user.pk:
        return _refused(_("Това не е паролата ви."))
    record_authentication(request, user, "password", email=user.email)
    if has_second_factor(user):
        code = request.POST.get("code", "")[:LONGEST_ANSWER]
        if not code:
            return _refused(_("Въведете и кода от приложението."), status=401, needs_code=True)
        form = CodeForm(user=user, data={"code": code})
        if not form.is_valid():
            return _refused(form.errors["code"][0], needs_code=True)
        form.save()
    adapter.login(request, user)
    return _state(request)


@require_http_methods(["GET", "HEAD", "POST"])
def session_again(request: HttpRequest) -> HttpResponse:
    """Show the form that came after the session's end, ready to be sent; POST throws it away."""
    if request.method == "POST":
        carried.forget(request)
        return redirect("landing")
    form = carried.waiting(request)
    if form is None:
        return redirect("landing")
    return render(request, "account/back_again.html", {"carried": form})


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions; ending the present one is signing out."""
    row = next((row for row in sessions.own_sessions(request) if row.pk == pk), None)
    if row is None:
        raise Http404
    if row.is_this:
        logout(request)
        return redirect("account_login")
    sessions.end_sessions(request.user, only=pk)
    messages.success(request, _("Сесията е прекратена."))
    return redirect("profile")


@require_POST
def session_end_all(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    sessions.end_sessions(request.user)
    logout(request)
    messages.success(request, _("Излязохте от всички устройства."))
    return redirect("account_login")
