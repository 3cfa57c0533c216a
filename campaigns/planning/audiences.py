"""The groups of people every municipality begins with; it names and orders them as it likes."""

from __future__ import annotations

from campaigns.models import Audience
from municipalities.models import Municipality

SHIPPED = (
    ("grazhdani", "граждани"),
    ("hora-s-uvrezhdaniya", "хора с увреждания"),
    ("vazrastni", "възрастни хора"),
    ("semeystva", "семейства с деца"),
    ("blizki", "близки и лични асистенти"),
    ("profesionalisti", "професионалисти"),
    ("medii", "медии"),
)


def add_missing(municipality: Municipality) -> int:
    """Add the shipped groups that ``municipality`` lacks; return how many. Needs its scope."""
    known = set(Audience.objects.values_list("code", flat=True))
    made = [
        Audience(municipality=municipality, code=code, name=name, order=number * 10)
        for number, (code, name) in enumerate(SHIPPED, start=1)
        if code not in known
    ]
    Audience.objects.bulk_create(made)
    return len(made)
