"""How a refusal or a redirection can be appealed, as it is printed on it.

What the municipality wrote counts once it is compared with the law; until then a number in it is
never printed. Where it wrote nothing the draft of ``data/referring.json`` stands, and how many days
there are is said only by a verified norm.
"""

from __future__ import annotations

import datetime as dt
import re

from municipalities.norms.deadlines import norm_on
from referrals.assessments.models import Conclusion
from referrals.policy import ReferringPolicy
from referrals.routing.shipped import APPEAL, shipped

# What the person may not agree with. Whoever withdrew their wish was refused nothing.
REFUSALS = (Conclusion.DIRECTORATE, Conclusion.OTHER, Conclusion.NO_NEED)
_NUMBER = re.compile(r"\d")


def is_refusal(outcome: str) -> bool:
    """Say whether an assessment with ``outcome`` says how it can be appealed."""
    return outcome in REFUSALS


def has_unverified_number(note: str, *, is_verified: bool) -> bool:
    """Say whether ``note`` may not be printed: it has a number that nobody compared."""
    return not is_verified and bool(_NUMBER.search(note))


def appeal_note(policy: ReferringPolicy, day: dt.date) -> str:
    """Return the note as it is printed on ``day``. Needs the municipality's scope."""
    own = policy.appeal_note.strip()
    if own and not has_unverified_number(own, is_verified=policy.appeal_verified):
        return own
    draft = shipped()["appeal"]
    norm = norm_on(APPEAL, day)
    term = ""
    if norm and norm.is_verified and norm.value:
        term = draft["term"].format(value=norm.value, unit=norm.get_unit_display())
    note = draft["note"].format(court=policy.appeal_court or draft["court"], term=term)
    return note if term else f"{note} {draft['unknown_term']}"
