"""The poster of a project: A3, tagged PDF/UA, with emblem and statement (art. 50 and annex IX).

It says only what the public page says. The same facts give the same bytes, so a poster that is
asked for again is not set again.
"""

from __future__ import annotations

import io
import json
from functools import lru_cache
from typing import Any

import segno
from django.conf import settings

from municipalities import typeset
from municipalities.templatetags.portal import money
from projects.models import Project
from projects.money import Currency
from projects.publicity.emblem import union_of

TEMPLATE = "poster.typ"
KEPT = 32  # posters, of some 60 kB each
LONGEST_AIM = 700  # characters; a poster is read from two metres


def poster_data(project: Project) -> dict[str, Any]:
    """Return what the poster of ``project`` says; its parts come as ``for_page`` brings them."""
    municipality = f"Община {project.municipality.name}"
    address = f"{settings.SITE_URL}{project.get_absolute_url()}" if project.is_public else ""
    return {
        "title": f"Плакат: {project.name}",
        "municipality": municipality,
        "name": project.name,
        "aim": _shortened(project.aim or project.summary),
        "amount_kind": str(project.get_amount_kind_display()).capitalize(),
        "amount": _in_both(project.amount, project.currency, project.amount_eur),
        "sources": _sources(project),
        "facts": _facts(project),
        "address": address.removeprefix("https://").removeprefix("http://"),
        "code": _qr(address) if address else "",
        "eu": union_of(project),
        "statement": project.eu_statement,  # the name of its drawing in templates/typst/statements
    }


def poster(project: Project) -> bytes:
    """Return the poster as PDF."""
    return _made(json.dumps(poster_data(project), ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=KEPT)
def _made(data: str) -> bytes:
    return typeset.render(TEMPLATE, json.loads(data))


def _in_both(amount, currency: str, euro) -> list[str]:
    """Return the amount as contracted and, where that was in levs, the euro."""
    written = [money(amount, currency)]
    return written if currency == Currency.EUR else [*written, money(euro, Currency.EUR)]


def _sources(project: Project) -> list[dict[str, Any]]:
    rows = []
    for row in project.funding.all():
        row.project = project
        name = str(row.get_source_display())
        rows.append(
            {
                "name": name[:1].upper() + name[1:],
                "amount": _in_both(row.amount, project.currency, row.amount_eur),
                "share": row.share_text(),
            }
        )
    return rows


def _facts(project: Project) -> list[list[str]]:
    """Return what is known of the project in rows; what is not known has none."""
    number = f"№ {project.contract_number}" if project.contract_number else ""
    known = [
        ["Програма", str(project.programme)],
        ["Процедура", str(project.procedure) if project.procedure else ""],
        ["Договор", number],
        ["Партньор", "; ".join(str(row) for row in project.partners.all())],
        ["Срок", project.period_text()],
    ]
    return [[name, value] for name, value in known if value]


def _shortened(text: str) -> str:
    """Return as many whole sentences of ``text`` as a poster takes, else its beginning."""
    text = " ".join(text.split())
    if len(text) <= LONGEST_AIM:
        return text
    begun = text[:LONGEST_AIM]
    end = max(begun.rfind(mark) for mark in (". ", "! ", "? "))
    return begun[: end + 1] if end > 0 else begun.rsplit(" ", 1)[0] + "…"


def _qr(address: str) -> str:
    """Return a QR code of ``address`` as an SVG document."""
    target = io.BytesIO()
    segno.make(address, error="m", micro=False).save(target, kind="svg", border=0, scale=4)
    return target.getvalue().decode()
