"""What every request passes through: headers, and the scope of the municipality."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pghistory.middleware
from django.db import transaction
from django.http import HttpRequest

from municipalities.links import without_tokens
from municipalities.models import Membership
from municipalities.tenancy import USER_SETTING, municipality_scope, set_local

MEMBERSHIP_KEY = "membership"


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Keeps with every change who made it and on which page, without the secret part of a link."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what is kept with the changes of this request."""
        return {**super().get_context(request), "url": without_tokens(request.path)}


class HeadersMiddleware:
    """Headers that Django has no setting for; pages of signed-in people are never stored."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        response = self.get_response(request)
        response.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response["Cache-Control"] = "no-store"
        return response


class TenancyMiddleware:
    """Opens the scope of the signed-in membership inside one transaction for the whole request.

    The transaction is opened here and not by ATOMIC_REQUESTS because template responses are
    rendered after the view returns, when the view's own transaction, and with it the row-level
    security setting, would be gone. A response of 500 rolls everything back.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        request.membership = request.municipality = None
        if not request.user.is_authenticated:
            return self.get_response(request)
        with transaction.atomic():
            with ExitStack() as stack:
                set_local(USER_SETTING, request.user.pk)
                membership = self._membership(request)
                if membership:
                    request.membership = membership
                    request.municipality = membership.municipality
                    stack.enter_context(municipality_scope(membership.municipality))
                response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    @staticmethod
    def _membership(request: HttpRequest) -> Membership | None:
        """Return the chosen membership of the session, else the user's first."""
        mine = list(
            Membership.at_sign_in.current()
            .filter(user=request.user, municipality__is_active=True)
            .select_related("municipality", "office")
            .order_by("pk")
        )
        chosen = request.session.get(MEMBERSHIP_KEY)
        request.memberships = mine
        return next((m for m in mine if m.pk == chosen), mine[0] if mine else None)
