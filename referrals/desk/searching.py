"""Finding applications by number, telephone or name, however it is written in Cyrillic."""

from __future__ import annotations

import re

from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from frontoffice.names import MAX_WORDS, SHORTEST_PHONE_PART, key, phone_end
from services_registry.text import plain, tokenise

LONGEST_QUESTION = 120
_NAMES = ("given_name", "middle_name", "family_name", "applicant_name")


@sensitive_variables()
def says(question: str) -> Q:
    """Return the condition that an application is what ``question`` asks for. Takes any text.

    „СУ-2026-000123“, „123“ (the end of a number), a telephone, or words of names: of whom it is
    for, of who applied, or of the person it is tied to.
    """
    text = " ".join(question.split())[:LONGEST_QUESTION]
    if re.search(r"[0-9]-[0-9]", text) and re.search(r"[^\W0-9]", text):
        return Q(number__icontains=text.replace(" ", ""))
    digits = phone_end(text)
    if digits or text.isdecimal():
        condition = Q(number__endswith=text)
        if text.isascii() and text.isdecimal() and len(text) < 10:
            condition |= Q(number_seq=int(text)) if int(text) < 2**31 else Q()
        if len(digits) >= SHORTEST_PHONE_PART:
            condition |= Q(phones__regex=f"{digits}( |$)")
        return condition
    words = tokenise(plain(text), keep_stop_words=True)[:MAX_WORDS]
    if not words:
        return Q(number__icontains=text)
    condition = Q()
    for word in words:
        one = Q(person__search_name__contains=f" {key(word)}") | Q(number__icontains=word)
        for name in _NAMES:
            one |= Q(**{f"{name}__icontains": word})
        condition &= one
    return condition
