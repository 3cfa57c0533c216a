"""How allauth behaves here: e-mail sign-in, accounts made by an administrator."""

from __future__ import annotations

import time

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context


class AccountAdapter(DefaultAccountAdapter):
    """Nobody registers by themselves."""

    def is_open_for_signup(self, request) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Ask again unless the person has signed in (or confirmed it) a few minutes ago."""
        required = super().is_reauthentication_required(app=app, **kwargs)
        records = get_authentication_records(context.request, context.request.user)
        latest = max((record["at"] for record in records), default=0)
        return required and time.time() - latest > app_settings.REAUTHENTICATION_TIMEOUT


def display_name(user) -> str:
    """Return how a user is called in mails and on pages."""
    return str(user)
