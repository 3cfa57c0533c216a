"""What was typed into the box that finds people, kept between the question and its pages.

A question may be a name or a ЕГН, so it may not stand in an address (history of the browser, logs,
the referrer). The pages of results still have to be addresses, or going back from a person would
ask to send the form again. So the address holds a short random word, the session holds the question
under it, encrypted, and both end with the session.
"""

from __future__ import annotations

import secrets as random

from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from municipalities import secrets

_SESSION_KEY = "people_questions"
KEPT = 10  # for several tabs


@sensitive_variables("question")
def keep_question(request: HttpRequest, question: str) -> str:
    """Keep ``question`` in the session; return the word it is read back by."""
    kept = dict(request.session.get(_SESSION_KEY, {}))
    word = random.token_urlsafe(6)
    kept[word] = secrets.encrypt(question).decode()
    request.session[_SESSION_KEY] = dict(list(kept.items())[-KEPT:])
    return word


@sensitive_variables()
def kept_question(request: HttpRequest, word: str) -> str:
    """Return the question kept under ``word``, or "" when it is not there any more."""
    token = request.session.get(_SESSION_KEY, {}).get(word)
    if not token:
        return ""
    try:
        return secrets.decrypt(token.encode())
    except secrets.UnreadableSecret:
        return ""
