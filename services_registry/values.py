"""The whole record of a service in words, section by section: for the page, history and conflicts.

``record.py`` knows the columns of the service itself; here are also its links and its rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.text import capfirst

from municipalities.hours import week
from municipalities.templatetags.portal import money
from services_registry.models import Capacity, Fee, Service, ServicePaper, ServiceSite
from services_registry.record import SECTIONS, Section, label_of, words_of

SITES, FEES, PAPERS, CAPACITY = "mesta", "taksi", "dokumenti", "kapatsitet"
PARTS = (
    Section(SITES, "Места и работно време", ()),
    Section(FEES, "Такси", ()),
    Section(PAPERS, "Нужни документи", ()),
    Section(CAPACITY, "Капацитет и свободни места", ()),
)
STATE = "sastoyanie"
# What changes only through the steps of editing.py, each with its own question.
BY_STEPS = ("status", "paused_reason", "closes_on", "closing_note")
TITLES = {section.code: str(section.title) for section in (*SECTIONS, *PARTS)}
CODES = {section.code: section for section in SECTIONS}


@dataclass(frozen=True)
class Fact:
    """One line of a section: what it is and what stands in it."""

    label: str
    words: str


def field_words(service: Service, field: str) -> str:
    """Return what ``service`` has in a field, links and rows pointed to by their names."""
    column = Service._meta.get_field(field)
    if isinstance(column, models.ManyToManyField):
        return "\n".join(str(row) for row in getattr(service, field).all())
    if isinstance(column, models.ForeignKey):
        row = getattr(service, field)
        return str(getattr(row, "name", row)) if row else ""
    return words_of(field, getattr(service, field))


def section_facts(
    service: Service, code: str, *, fields: Iterable[str] | None = None
) -> list[Fact]:
    """Return the facts of one section; of a part of rows, a fact for each row."""
    if code in CODES:
        return [
            Fact(label_of(field), field_words(service, field))
            for field in (fields or CODES[code].fields)
        ]
    return _ROWS[code](service)


def section_text(service: Service, code: str) -> str:
    """Return a section as lines of text, without what is empty."""
    return "\n".join(
        f"{fact.label}: {fact.words}" for fact in section_facts(service, code) if fact.words
    )


def untracked(service: Service, code: str) -> dict[str, str]:
    """Return by label what no trigger follows in a section: its links, or its rows as one text."""
    if code not in CODES:
        return {TITLES[code]: section_text(service, code)}
    links = [
        field
        for field in CODES[code].fields
        if isinstance(Service._meta.get_field(field), models.ManyToManyField)
    ]
    return {label_of(field): field_words(service, field) for field in links}


def untracked_of(service: Service) -> dict[str, str]:
    """Return by label what no trigger follows in the whole record."""
    return {label: words for code in TITLES for label, words in untracked(service, code).items()}


def fingerprint(*values: Any) -> str:
    """Return a short mark of the values as they stand, for a form to bring back."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:32]


def site_facts(site: ServiceSite) -> list[Fact]:
    """Return what is known of a place: contacts, week, exceptional days, accessibility."""
    rows: list[tuple[str, Any]] = [
        ("Адрес", _address(site)),
        ("Телефон", site.phone),
        ("Е-поща", site.email),
        ("Работно време", "\n".join(f"{days}: {times}" for days, times in week(site.hours.all()))),
        ("Други дни", "\n".join(_exception(row) for row in site.exceptions.all())),
        ("Има", ", ".join(site.present())),
        ("Няма", ", ".join(site.absent())),
        ("Координати", _coordinates(site)),
        ("Бележка", site.note),
    ]
    return [Fact(label, words) for label, words in rows if words]


def _address(site: ServiceSite) -> str:
    if site.address_is_secret:
        return f"{site.settlement}; адресът е таен и не се показва"
    return ", ".join(filter(None, [str(site.settlement), site.address]))


def _coordinates(site: ServiceSite) -> str:
    return f"{site.latitude}, {site.longitude}" if site.latitude is not None else ""


def _exception(row) -> str:
    return f"{row}, {row.reason}" if row.reason else str(row)


def _sites(service: Service) -> list[Fact]:
    return [
        Fact(str(site), "\n".join(f"{f.label}: {f.words}" for f in site_facts(site)))
        for site in service.sites.all()
    ]


def fee_words(fee: Fee) -> str:
    """Return a fee as staff read it: with the sum that is not verified yet, and that it is not."""
    parts = [str(fee.get_kind_display())]
    if fee.amount is not None:
        parts.append(f"{money(fee.amount, fee.currency)} {fee.get_per_display()}".strip())
        parts.append("проверена" if fee.verified else "непроверена: гражданите не виждат сумата")
    if fee.legal_act:
        parts.append(fee.legal_act)
    if fee.valid_from:
        parts.append(f"от {fee.valid_from:%d.%m.%Y}")
    if fee.valid_to:
        parts.append(f"до {fee.valid_to:%d.%m.%Y}")
    return "; ".join([*parts, *([fee.note] if fee.note else [])])


def _fees(service: Service) -> list[Fact]:
    return [Fact(str(capfirst(fee.user_group)), fee_words(fee)) for fee in service.fees.all()]


def _papers(service: Service) -> list[Fact]:
    rows: Iterable[ServicePaper] = service.papers.all()
    return [Fact(paper.document.name, paper.note or "иска се") for paper in rows]


def _capacity(service: Service) -> list[Fact]:
    newest: Iterable[Capacity] = service.capacities.all()[:1]
    return [
        Fact(
            f"Към {row.as_of:%d.%m.%Y}",
            f"места {row.places}, свободни {row.free}, чакащи {row.waiting}",
        )
        for row in newest
    ]


_ROWS = {SITES: _sites, FEES: _fees, PAPERS: _papers, CAPACITY: _capacity}
