"""How long a session lasts, and what becomes of a form that arrives after its end.

A session ends after ``SESSION_IDLE_SECONDS`` without a request and after
``SESSION_ABSOLUTE_SECONDS`` in any case. Both clocks are in the session itself, on the server; the
row of it stays a while longer (``SESSION_COOKIE_AGE``), only to tell whose form comes too late.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.signin import carried
from municipalities.signin.devices import browser_in_words, shortened
from municipalities.signin.models import SignIn

STARTED, SEEN = "signed_in_at", "seen_at"
# Requests of the page itself, not of the person, do not keep a session alive.
BACKGROUND_HEADER = "X-Background"


def idle_step() -> float:
    """Return how often (seconds) an action is written down: not for every request."""
    return min(60, settings.SESSION_IDLE_SECONDS / 30)


def seconds_left(session) -> int:
    """Return how many seconds the session has, were nothing done from now on."""
    now = time.time()
    idle = session.get(SEEN, now) + settings.SESSION_IDLE_SECONDS
    absolute = session.get(STARTED, now) + settings.SESSION_ABSOLUTE_SECONDS
    return max(0, round(min(idle, absolute) - now))


def has_ended(session) -> bool:
    """Say whether one of the two clocks has run out."""
    now = time.time()
    return (
        now - session.get(SEEN, now) >= settings.SESSION_IDLE_SECONDS
        or now - session.get(STARTED, now) >= settings.SESSION_ABSOLUTE_SECONDS
    )


def is_background(request: HttpRequest) -> bool:
    """Say whether the page asked by itself (``X-Background: 1``), without the person."""
    return request.headers.get(BACKGROUND_HEADER) == "1"


def start(request: HttpRequest, user) -> None:
    """Set the clocks of a session in which ``user`` has just signed in, and list it."""
    request.session[STARTED] = request.session[SEEN] = time.time()
    enlist(request, user)


def enlist(request: HttpRequest, user) -> None:
    """Write down the present session among the person's own, under its present key."""
    from allauth.account.adapter import get_adapter

    if not request.session.session_key:
        request.session.save()
    address = get_adapter(request).get_client_ip(request) if request.META.get("REMOTE_ADDR") else ""
    started = request.session.get(STARTED, time.time())
    SignIn.objects.update_or_create(
        session_id=request.session.session_key,
        defaults={
            "user_id": user.pk,
            "device": browser_in_words(request.headers.get("User-Agent", "")),
            "network": shortened(address),
            "started_at": datetime.fromtimestamp(started, timezone.get_current_timezone()),
            "seen_at": timezone.now(),
        },
    )


def own_sessions(request: HttpRequest) -> list[SignIn]:
    """Return the living sessions of the signed-in person, the present one first and marked."""
    alive = timezone.now() - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    rows = list(
        SignIn.objects.filter(user=request.user, session__expire_date__gt=timezone.now()).order_by(
            "-seen_at", "-pk"
        )
    )
    for row in rows:
        row.is_this = row.session_id == request.session.session_key
    return sorted(
        (row for row in rows if row.is_this or row.seen_at > alive), key=lambda row: not row.is_this
    )


def end_sessions(user, *, but: str | None = None, only: int | None = None) -> int:
    """End the sessions of ``user``: all, all ``but`` the one with that key, or ``only`` one row.

    Return how many were ended. Whoever still holds such a cookie is a stranger from now on.
    """
    rows = SignIn.objects.filter(user=user)
    if only is not None:
        rows = rows.filter(pk=only)
    if but:
        rows = rows.exclude(session_id=but)
    keys = list(rows.values_list("session_id", flat=True))
    SignIn.session.field.related_model.objects.filter(pk__in=keys).delete()
    return len(keys)


class SessionClockMiddleware:
    """Ends sessions on time and moves the clock when the person does something.

    ``request.ended_user_id`` says who was signed in when the session had run out.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.ended_user_id = None
        signed_in_id = request.session.get(SESSION_KEY)
        if signed_in_id is not None:
            if has_ended(request.session) or not request.user.is_authenticated:
                # Not authenticated: the password was changed elsewhere.
                request.ended_user_id = int(signed_in_id)
                logout(request)
            elif not is_background(request):
                self._touch(request)
                carried.forget_when_sent(request)
        return self.get_response(request)

    @staticmethod
    def _touch(request: HttpRequest) -> None:
        now = time.time()
        request.session.setdefault(STARTED, now)
        if now - request.session.get(SEEN, 0) < idle_step():
            return
        request.session[SEEN] = now
        key = request.session.session_key
        if not SignIn.objects.filter(session_id=key).update(seen_at=timezone.now()):
            enlist(request, request.user)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Asks to sign in, without throwing away what was sent to a page that needs it."""

    def handle_no_permission(  # type: ignore[override]  # Django only redirects
        self, request: HttpRequest, view_func
    ) -> HttpResponse:
        """Answer scripts in their language, keep a form that came late, else go to sign-in."""
        if "application/json" in request.headers.get("Accept", "") or is_background(request):
            return JsonResponse({"error": _("Сесията ви е изтекла. Влезте отново.")}, status=401)
        if request.method == "POST" and request.ended_user_id:
            response = carried.ask_to_sign_in(request, request.ended_user_id)
            if response:
                return response
        if request.ended_user_id:
            messages.info(request, _("Излязохте от профила си, защото сесията изтече."))
        return super().handle_no_permission(request, view_func)
