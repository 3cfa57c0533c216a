"""The citizen's code between the form that was sent and the one page that shows it."""

from __future__ import annotations

from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from municipalities import secrets
from municipalities.unlocking import Record, name_of

_SESSION_KEY = "codes_to_show"
KEPT = 5  # for several tabs


@sensitive_variables()
def keep_code(request: HttpRequest, record: Record, code: str) -> None:
    """Keep ``code`` encrypted in the session until the page that shows it."""
    kept = dict(request.session.get(_SESSION_KEY, {}))
    kept[name_of(record)] = secrets.encrypt(code).decode()
    request.session[_SESSION_KEY] = dict(list(kept.items())[-KEPT:])


@sensitive_variables()
def taken_code(request: HttpRequest, record: Record) -> str:
    """Return the code to show and forget it; "" where it was shown already."""
    kept = dict(request.session.get(_SESSION_KEY, {}))
    token = kept.pop(name_of(record), "")
    if not token:
        return ""
    request.session[_SESSION_KEY] = kept
    try:
        return secrets.decrypt(token.encode())
    except secrets.UnreadableSecret:
        return ""
