"""What pages of signed-in people say to their scripts, and signing in through a provider."""

from __future__ import annotations

import json

from allauth.socialaccount.adapter import get_adapter
from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from municipalities import sessions

register = template.Library()


@register.filter
def as_json(value) -> str:
    """Return ``value`` as JSON, for a data attribute (autoescaping does the rest)."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.simple_tag(takes_context=True)
def session_clock(context) -> dict:
    """Return how long the page's session lasts and whose it is, for static/js/session.js."""
    from municipalities.signin.views import who_token

    request = context["request"]
    return {
        "left": sessions.seconds_left(request.session),
        "idle": settings.SESSION_IDLE_SECONDS,
        "warning": settings.SESSION_WARNING_SECONDS,
        "who": who_token(request.user),
    }


@register.simple_tag(takes_context=True)
def identity_doors(context) -> list[dict[str, str]]:
    """Return name and address of every identity provider of the installation."""
    request = context["request"]
    providers = get_adapter(request).list_providers(request)
    onward = {"next": request.GET["next"]} if request.GET.get("next") else {}
    return [{"name": p.name, "url": p.get_login_url(request, **onward)} for p in providers]
