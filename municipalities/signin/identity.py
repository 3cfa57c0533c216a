"""The door of an identity provider (OpenID Connect), where an installation has one.

It lets in only people who already have an account, by the address the provider has confirmed;
nothing of the provider's is stored. allauth does the protocol; what it leaves out is added here:
the nonce, the signature of every identity token, and that both answers speak of one person.
Reference: OpenID Connect Core 1.0, 3.1.3.7 and 5.3.2.
"""

from __future__ import annotations

import hmac
import secrets

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from requests import RequestException

# Only signatures that the provider alone can make; never "none", never our own secret as the key.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
CLOCKS_DIFFER = 30  # seconds


class IdentityProvider(OpenIDConnectProvider):
    """Sends people away with a nonce, whatever the address asked for, and reads them strictly."""

    def redirect(self, request, process, next_url=None, data=None, **kwargs):
        """Go to the provider to sign in; never to connect, and with our own parameters only."""
        nonce = secrets.token_urlsafe(24)
        return super().redirect(
            request,
            AuthProcess.LOGIN,
            next_url=next_url,
            data={"nonce": nonce},
            scope=self.get_scope(),
            auth_params={**self.get_auth_params(), "nonce": nonce},
        )

    def extract_common_fields(self, data: dict) -> dict:
        """Return the address alone; the account has the rest."""
        return {"email": _text(_claims(data).get("email"))}

    def extract_email_addresses(self, data: dict) -> list:
        """Return the address; confirmed only where the provider says so with a plain true."""
        from allauth.account.models import EmailAddress

        claims = _claims(data)
        email = _text(claims.get("email"))
        confirmed = claims.get("email_verified") is True
        return [EmailAddress(email=email, verified=confirmed, primary=True)] if email else []


def _claims(data: dict) -> dict:
    return {**data.get("id_token", {}), **data.get("userinfo", {})}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


class IdentityAdapter(OpenIDConnectOAuth2Adapter):
    """Believes an identity token only with a good signature, and the user info only with it."""

    def complete_login(self, request, app, token, **kwargs):
        """Return allauth's login for the two answers; raises OAuth2Error for a wrong one."""
        id_token = kwargs["response"].get("id_token")
        if not isinstance(id_token, str):
            raise OAuth2Error("no id_token")
        data = {"id_token": self._decode_id_token(app, id_token)}
        if app.settings.get("fetch_userinfo", True) and "userinfo_endpoint" in self.openid_config:
            data["userinfo"] = self._fetch_user_info(token.token)
            if data["userinfo"].get("sub") != data["id_token"]["sub"]:
                raise OAuth2Error("userinfo of somebody else")
        return self.get_provider().sociallogin_from_response(request, data)

    def _decode_id_token(self, app, id_token: str) -> dict:
        try:
            _algorithm, key = jwtkit.fetch_key(
                id_token, self.openid_config["jwks_uri"], jwtkit.lookup_kid_jwk
            )
            claims = jwt.decode(
                id_token,
                key=key,
                algorithms=list(ALGORITHMS),
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                leeway=CLOCKS_DIFFER,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("Invalid id_token") from error
        shared = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if shared and claims.get("azp") != app.client_id:
            raise OAuth2Error("id_token for another client")
        return claims


class IdentityAccountAdapter(DefaultSocialAccountAdapter):
    """Who may come in through the door: people with an account, by their confirmed address."""

    def list_apps(self, request, provider=None, client_id=None) -> list[SocialApp]:
        """Return the doors of the settings: those in the database would be nobody's decision."""
        doors = settings.SOCIALACCOUNT_PROVIDERS[OpenIDConnectProvider.id]["APPS"]
        return [
            SocialApp(provider=OpenIDConnectProvider.id, **door)
            for door in doors
            if provider in (None, OpenIDConnectProvider.id, door["provider_id"])
            and client_id in (None, door["client_id"])
        ]

    def pre_social_login(self, request, sociallogin) -> None:
        """Stop a stale or foreign answer, and people who have no account."""
        data = sociallogin.account.extra_data.get("id_token", {})
        sent = (sociallogin.state.get("data") or {}).get("nonce", "")
        if not sent or not hmac.compare_digest(sent.encode(), _text(data.get("nonce")).encode()):
            raise ImmediateHttpResponse(render_authentication_error(request, sociallogin.provider))
        if not sociallogin.is_existing:
            raise ImmediateHttpResponse(_no_account(request, sociallogin.provider))

    def authenticate_by_email(self, sociallogin):
        """Return (user, None) of the account with a confirmed address, None where there is none.

        Without an address in the answer allauth leaves the account's password as it is.
        """
        from municipalities.models import User

        for address in sociallogin.email_addresses:
            if address.verified:
                user = User.objects.filter(email__iexact=address.email, is_active=True).first()
                if user:
                    return user, None
        return None

    def populate_user(self, request, sociallogin, data):
        """Leave the passing user empty: nobody is registered."""
        return sociallogin.user

    def is_open_for_signup(self, request, sociallogin) -> bool:
        """Nobody registers by themselves."""
        return False


def _no_account(request: HttpRequest, provider) -> HttpResponse:
    context = {"provider": provider}
    return render(request, "socialaccount/no_account.html", context, status=403)


def _answer(view, request: HttpRequest, provider_id: str) -> HttpResponse:
    """Run one of allauth's two steps; a provider that is down or talks nonsense gets a page."""
    adapter = IdentityAdapter(request, provider_id)
    try:
        provider = adapter.get_provider()
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    try:
        return view.adapter_view(adapter)(request)
    except (RequestException, OAuth2Error, KeyError, TypeError, ValueError) as error:
        return render_authentication_error(request, provider, exception=error)


@login_not_required
@require_safe
def identity_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the person to the provider."""
    return _answer(OAuth2LoginView, request, provider_id)


@login_not_required
@require_safe
def identity_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the person back from the provider."""
    return _answer(OAuth2CallbackView, request, provider_id)


@login_not_required
@require_safe
def identity_cancelled(request: HttpRequest) -> HttpResponse:
    """Say what to do after having cancelled at the provider."""
    return render(request, "socialaccount/login_cancelled.html")
