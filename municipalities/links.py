"""Links that let in whoever has them: what may be written down of an address."""

from __future__ import annotations

import re

# An invitation, a calendar, the confirmation of a service, a new password, the question about an
# outcome, a provider's referral, a draft of an
# application (of which the token has 43 characters, and no other word after that address).
_LINKS = re.compile(
    r"(/pokana/|/kalendar/|/pregled/[^/\s?]+/|/password/reset/key/"
    r"|/otziv/[^/\s?]+/|/dostavchik/nasochvaniya/vrazka/[^/\s?]+/"
    r"|/zayavlenie/(?=[\w-]{43}(?![\w-])))[^/\s?]+"
)


def without_tokens(text: str) -> str:
    """Return ``text`` with the secret part of such links taken out."""
    return _LINKS.sub(r"\1…", text)
