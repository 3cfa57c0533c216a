"""Which year of learning a page is about."""

from __future__ import annotations

from django.utils import timezone

from trainings.models import Supervision, Training

EARLIEST = 2000


def year_asked(asked: str | None) -> int:
    """Return the year that is asked for in an address, this year for anything that is none."""
    this = timezone.localdate().year
    if asked and asked.isascii() and asked.isdigit() and len(asked) == 4:
        return int(asked) if EARLIEST <= int(asked) <= this + 1 else this
    return this


def years_known(chosen: int) -> list[int]:
    """Return the years to choose from, the last first: from the first event up to this year."""
    this = timezone.localdate().year
    firsts = [
        Training.objects.exclude(starts_on=None).order_by("starts_on").values_list("starts_on"),
        Supervision.objects.order_by("held_on").values_list("held_on"),
    ]
    days = [day.year for rows in firsts for (day,) in rows[:1] if day]
    first = max(EARLIEST, min([this - 1, chosen, *days]))
    return list(range(max(this, chosen), first - 1, -1))
