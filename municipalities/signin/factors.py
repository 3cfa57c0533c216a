"""The second factor: who has one, where its secrets lie, and who may go on without it."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from municipalities import secrets

REAL_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# Everything of allauth's is about one's own account: the second factor, the password, leaving.
OPEN_PREFIXES = ("mfa_", "account_", "session_", "sign_in_")
OPEN_NAMES = {"profile", "landing"}
TOTP_WINDOW = 120  # seconds; longer than a code is good for with its tolerance of one step


def has_second_factor(user) -> bool:
    """Say whether ``user`` has an authenticator or a key (recovery codes alone do not count)."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=REAL_FACTORS).exists()


def must_set_up(request: HttpRequest) -> bool:
    """Say whether the signed-in person has to set up a second factor before going on.

    Accounts are only for people who work with the portal, so everybody has to.
    """
    return (
        settings.REQUIRE_MFA
        and request.user.is_authenticated
        and not has_second_factor(request.user)
    )


class SecondFactorMiddleware:
    """Leads a person without a second factor to setting it up, from any page with data in it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        """Let through public pages and one's own account; ask the database for the rest only."""
        if not settings.REQUIRE_MFA or not getattr(view, "login_required", True):
            return None
        match = request.resolver_match
        name = (match.view_name if match else "") or ""
        if name in OPEN_NAMES or name.startswith(OPEN_PREFIXES) or not must_set_up(request):
            return None
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse({"error": _("Първо включете втора защита.")}, status=403)
        return redirect("mfa_index")


class MFAAdapter(DefaultMFAAdapter):
    """Secrets are encrypted as identifiers are, and the phone shows the portal's name."""

    def encrypt(self, text: str) -> str:
        """Return ``text`` encrypted with the newest data key."""
        return secrets.encrypt(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret; raises UnreadableSecret when no key reads it."""
        return secrets.decrypt(encrypted_text.encode())

    def get_totp_issuer(self) -> str:
        """Return the name under which the telephone keeps the code."""
        return _("Фронт-офис")

    def _get_site_name(self) -> str:
        return _("Фронт-офис за социални услуги")

    def generate_authenticator_name(self, user, type) -> str:
        """Return „Ключ 2“ for somebody's second key."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return pgettext("second factor", "Ключ %(number)d") % {"number": number}


class _OnceOnly:
    """A code is taken once for as long as it is good.

    allauth remembers it for one step of 30 seconds, but with a tolerance of a step either side
    it is good for three.
    """

    def clean_code(self) -> str:
        code = super().clean_code()
        used = f"signin:code:{self.user.pk}:{''.join(code.split())}"
        if not cache.add(used, True, TOTP_WINDOW):
            raise MFAAdapter().validation_error("incorrect_code")
        return code


class CodeForm(_OnceOnly, AuthenticateForm):
    """The code asked for when signing in."""


class ConfirmCodeForm(_OnceOnly, ReauthenticateForm):
    """The code asked for before a change to one's account."""


def rotate_secrets() -> int:
    """Encrypt the secrets of all authenticators with the newest key; return how many."""
    done = 0
    for authenticator in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).iterator():
        for name in ("secret", "seed"):
            token = authenticator.data.get(name)
            if token:
                authenticator.data[name] = secrets.rotated(token.encode()).decode()
                done += 1
        authenticator.save(update_fields=["data"])
    return done
