"""A form that arrives after the session's end is carried through signing in.

The page that asks to sign in holds it, encrypted, in a hidden field; the server keeps nothing
until the same person has signed in. Nobody else can open it, and not after its time.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from municipalities import secrets

SESSION_SLOT = "carried_form"
LASTS = 30 * 60  # seconds from the late form to having signed in and sent it again
LARGEST = 300_000  # bytes of what was typed, as JSON
LARGEST_TOKEN = 600_000
NOT_CARRIED = {"csrfmiddlewaretoken"}


@dataclass(frozen=True)
class Carried:
    """What was sent: to which address of the portal, by whom, which fields."""

    path: str
    user_id: int
    fields: list[tuple[str, list[str]]]
    had_files: bool

    def pairs(self) -> list[tuple[str, str]]:
        """Return the fields one value at a time, as a form has them."""
        return [(name, value) for name, values in self.fields for value in values]


def pack(request: HttpRequest, user_id: int) -> str | None:
    """Return the POSTed fields encrypted for ``user_id``, or None where they are too many."""
    fields = [(name, values) for name, values in request.POST.lists() if name not in NOT_CARRIED]
    text = json.dumps(
        {
            "path": request.get_full_path(),
            "user": user_id,
            "fields": fields,
            "files": bool(request.FILES),
            "at": time.time(),
        }
    )
    return secrets.encrypt(text).decode() if len(text) <= LARGEST else None


def unpack(token: str, user_id: int) -> Carried | None:
    """Return what ``token`` carries if it is for ``user_id`` and still in time, else None."""
    if not token or len(token) > LARGEST_TOKEN:
        return None
    try:
        data = json.loads(secrets.decrypt(token.encode()))
    except (secrets.UnreadableSecret, ValueError):
        return None
    # Other things are encrypted with the same keys.
    if not isinstance(data, dict) or data.get("user") != user_id or "fields" not in data:
        return None
    if time.time() - data["at"] > LASTS:
        return None
    fields = [(name, list(values)) for name, values in data["fields"]]
    return Carried(data["path"], user_id, fields, data["files"])


def ask_to_sign_in(request: HttpRequest, user_id: int) -> HttpResponse | None:
    """Return the page that asks to sign in and holds what was sent; None if it cannot be held."""
    from municipalities.models import User
    from municipalities.signin.forms import SignInForm

    token = pack(request, user_id)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if token is None or user is None:
        return None
    form = SignInForm(request=request, initial={"login": user.email, "carried": token})
    context = {"form": form, "redirect_field": "", "had_files": bool(request.FILES)}
    return render(request, "account/login.html", context, status=401)


def keep(request: HttpRequest, token: str, user) -> bool:
    """Keep ``token`` in the session of ``user``, who is signing in; say whether it was theirs."""
    request.session.pop(SESSION_SLOT, None)
    if unpack(token, user.pk) is None:
        return False
    request.session[SESSION_SLOT] = token
    return True


def waiting(request: HttpRequest) -> Carried | None:
    """Return the form that waits for the signed-in person to send it again."""
    person = request.user.pk
    return None if person is None else unpack(request.session.get(SESSION_SLOT, ""), person)


def forget(request: HttpRequest) -> None:
    """Throw the waiting form away."""
    request.session.pop(SESSION_SLOT, None)


def forget_when_sent(request: HttpRequest) -> None:
    """Throw the waiting form away when it is sent again."""
    if request.method == "POST" and SESSION_SLOT in request.session:
        form = waiting(request)
        if form is None or form.path == request.get_full_path():
            forget(request)
