"""Links that let in whoever has them: what may be written down of an address."""

from __future__ import annotations

import re

from django.http.response import HttpResponseBase
from django.utils.cache import add_never_cache_headers

# An invitation, a calendar, the confirmation of a service, a new password, the question about an
# outcome, the evaluation of a training, the code of a certificate, a provider's referral, a
# questionnaire for the invited, a draft of an application (of which the token has 43 characters,
# and no other word after that address).
_LINKS = re.compile(
    r"(/pokana/|/kalendar/|/pregled/[^/\s?]+/|/password/reset/key/"
    r"|/otziv/[^/\s?]+/|/otsenka-obuchenie/[^/\s?]+/|/udostoverenie/"
    r"|/dostavchik/nasochvaniya/vrazka/[^/\s?]+/|/prouchvaniya/[^/\s?]+/[^/\s?]+/anketa/"
    r"|/zayavlenie/(?=[\w-]{43}(?![\w-])))[^/\s?]+"
)


def without_tokens(text: str) -> str:
    """Return ``text`` with the secret part of such links taken out."""
    return _LINKS.sub(r"\1…", text)


def without_traces(response: HttpResponseBase) -> HttpResponseBase:
    """Let no address with a token leave by „Referer“, no page into a search engine or a cache.

    „no-referrer“ would make the browser send „Origin: null“ with the page's forms, which Django's
    protection of forms refuses; „strict-origin“ sends the path nowhere either.
    """
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex"
    if response.status_code == 422:
        # Otherwise „back“ would come to „Confirm form resubmission“ instead of what was typed.
        response["Cache-Control"] = "private, no-cache"
    else:
        add_never_cache_headers(response)
    return response
