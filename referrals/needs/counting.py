"""What an analysis of needs counts: its sections, and all of them counted for a period.

A section's data are a JSON dict with the small cells already hidden, so that whoever shows, writes
or exports them has nothing left to hide:

``{"facts": [[words, text], …], "tables": [{"title", "columns": [words, …], "rows": [[text or
number, …], …], "note"}, …], "charts": [{"title", "label_heading", "value_heading", "bars":
[[label, number, words], …]}, …], "note": words}``
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from municipalities.models import Municipality
from referrals.needs import asked, population, referred, supply, unmet
from referrals.needs.figures import Data, Period, period_of

__all__ = ["SECTIONS", "Counting", "count_all"]


@dataclass(frozen=True)
class Counting:
    """A section that is counted: its title, and what counts it."""

    title: str
    count: Callable[[Period], Data]


# In the order of the document: first what it is written for.
SECTIONS: dict[str, Counting] = {
    "unmet": Counting("Търсено и липсващо", unmet.count),
    "population": Counting("Население по населени места", population.count),
    "consultations": Counting("Консултации", asked.count_talks),
    "applications": Counting("Желания и заявления", asked.count_wishes),
    "referrals": Counting("Оценки и насочвания", referred.count),
    "capacity": Counting("Места и чакащи", supply.count_places),
    "supply": Counting("Какво има и какво се търси", supply.count_supply),
}


def count_all(since: dt.date, upto: dt.date, municipality: Municipality) -> dict[str, dict]:
    """Return the data of every section by its code, in the open scope of ``municipality``."""
    period = period_of(since, upto, municipality)
    return {code: section.count(period).as_json() for code, section in SECTIONS.items()}
