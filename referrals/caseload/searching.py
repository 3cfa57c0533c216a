"""Finding cases by their number, by that of the application, by telephone or by name."""

from __future__ import annotations

import re

from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from referrals.applications.models import Application
from referrals.desk.searching import LONGEST_QUESTION, says

_ORDINAL = re.compile(r"\s*/\s*([0-9]{1,4})$")


@sensitive_variables()
def asked_for(question: str, *, of: str = "") -> Q:
    """Return the condition that a case is what ``question`` asks for. Takes any text.

    „ПО-2026-000012“, „12“ (the end of a number) or „ПО-2026-000012/2“ with the ordinal of a
    referral; otherwise what finds its application. ``of`` leads from the row to its assessment:
    „assessment__“ from a referral, nothing from an assessment.
    """
    text = " ".join(question.split())[:LONGEST_QUESTION]
    found = Q(**{f"{of}application__in": Application.objects.filter(says(text)).order_by()})
    ordinal = _ORDINAL.search(text)
    number = _ORDINAL.sub("", text).replace(" ", "")
    own = Q()
    if number.isascii() and number.isdecimal() and len(number) < 10:
        own = Q(**{f"{of}number_seq": int(number)})
    elif number:
        own = Q(**{f"{of}number__icontains": number})
    if not own:
        return found
    if ordinal and of:
        own &= Q(ordinal=int(ordinal[1]))
    return found | own
