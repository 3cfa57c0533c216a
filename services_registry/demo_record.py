"""The rest of a demo service's record: what the law calls it, days off, who keeps it true and how.

All of it is invented. ``demo_record.json`` holds it by kind of чл. 15, by slug wherever the
slug recurs, and by municipality and slug; the nearer one wins.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.utils import timezone

from municipalities.days import add_months
from municipalities.models import User
from services_registry.models import (
    ChangeProposal,
    Confirmation,
    Service,
    SiteException,
)

DATA = Path(__file__).with_suffix(".json")  # beside: every file of demo_data is a registry
DATES = ("easy_read_tested_on", "legal_act_on", "opened_on", "closes_on")
TEXTS = (
    "eligibility",
    "summary_en",
    "easy_read",
    "easy_read_tested_by",
    "legal_act",
    "closing_note",
)
LISTS = ("functions", "terms", "intensities")
MORNING = dt.time(10, 15)


def read() -> dict[str, Any]:
    """Return the file as {"kinds": …, "slugs": …, "services": {municipality: {slug: …}}}."""
    return json.loads(DATA.read_text(encoding="utf-8"))


def facts_of(written: dict[str, Any], municipality_slug: str, row: dict) -> dict[str, Any]:
    """Return what is written of the service ``row`` of the demo, the nearest word winning."""
    facts: dict[str, Any] = {}
    for name in LISTS:
        codes = {code for kind in row["kinds"] for code in written["kinds"][kind][name]}
        facts[name] = [value for value in _order(name) if value in codes]
    facts |= written["slugs"].get(row["slug"], {})
    return facts | written["services"][municipality_slug].get(row["slug"], {})


def columns_of(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of Service that ``facts`` fill, without the owner."""
    columns: dict[str, Any] = {name: facts[name] for name in TEXTS if name in facts}
    columns |= {name: dt.date.fromisoformat(facts[name]) for name in DATES if name in facts}
    columns |= {name: facts[name] for name in LISTS}
    columns["languages"] = facts.get("languages", ["bg"])
    columns["review_every"] = facts.get("review_every", 6)
    columns["in_national_map"] = facts.get("in_national_map")
    return columns


def owner_of(municipality_slug: str, row: dict) -> User:
    """Return who keeps the record: a specialist what the office checks, else the head."""
    role = "specialist" if row["checked_by"] == Service.CheckedBy.OFFICE else "head"
    return User.objects.get(email=f"{role}.{municipality_slug}@example.bg")


def fill(service: Service, facts: dict[str, Any], provider_user: User) -> None:
    """Add days off, confirmations and the proposal of ``service``, inside its scope."""
    mine = {"municipality": service.municipality, "service": service}
    for site in service.sites.all():
        SiteException.objects.bulk_create(
            SiteException(municipality=service.municipality, site=site, **row)
            for row in facts.get("exceptions", [])
        )
    _confirm(service, mine)
    if "proposal" in facts:
        after = facts["proposal"]["after"]
        ChangeProposal.objects.create(
            **mine,
            before={name: getattr(service, name) for name in after},
            after=after,
            note=facts["proposal"]["note"],
            proposed_by=provider_user,
        )


def _confirm(service: Service, mine: dict) -> None:
    """Leave the confirmation that ``checked_on`` tells of, and the one of the interval before."""
    if service.checked_on is None:
        return
    by = service.owner if service.checked_by == Service.CheckedBy.OFFICE else None
    days = (add_months(service.checked_on, -service.review_every), service.checked_on)
    Confirmation.objects.bulk_create(
        Confirmation(
            **mine,
            side=service.checked_by,
            by=by,
            at=timezone.make_aware(dt.datetime.combine(day, MORNING)),
        )
        for day in days
    )


def _order(name: str) -> list[str]:
    choices = {
        "functions": Service.Function,
        "terms": Service.Term,
        "intensities": Service.Intensity,
    }
    return choices[name].values
