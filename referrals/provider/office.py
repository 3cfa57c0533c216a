"""The front office that a provider calls about a referral."""

from __future__ import annotations

from municipalities.models import Municipality, Office


def office_of(municipality: Municipality) -> Office | None:
    """Return the office whose telephone stands on a provider's pages, one with a telephone first.

    Offices are public; no scope is needed.
    """
    offices = Office.public.filter(municipality=municipality).select_related("settlement")
    rows = sorted(offices, key=lambda office: (not office.phone, office.pk))
    return rows[0] if rows else None
