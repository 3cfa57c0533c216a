"""The analysis as PDF/UA: its contents with pages, headings, charts as bars and all tables."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from municipalities import typeset
from municipalities.richtext import blocks_of
from municipalities.typeset import EMBLEM, statement_fonts
from referrals.needs.contents import (
    counted_on,
    drawn,
    period_of,
    printed,
    right_columns,
    tables_beside_charts,
    written,
)
from referrals.needs.models import NeedsAnalysis, NeedsVersion

TEMPLATE = "needs.typ"
PDF = "application/pdf"


def pdf(content: dict[str, Any], *, said: str, is_draft: bool) -> bytes:
    """Return the document of a content; ``said`` is which version it is, with its day.

    A draft has „ПРОЕКТ“ across its pages. The same content gives the same pages.
    """
    return typeset.render(TEMPLATE, data_of(content, said=said, is_draft=is_draft))


def said_of(version: NeedsVersion) -> str:
    """Return how a version is called in its files."""
    made = timezone.localtime(version.made_at)
    return f"Версия № {version.number} от {made:%d.%m.%Y} г."


def said_of_draft(day: dt.date) -> str:
    """Return how what is still being written is called in its files."""
    return f"Проект към {day:%d.%m.%Y} г."


def file_name(analysis: NeedsAnalysis, ending: str, number: int | None = None) -> str:
    """Return what a file of the analysis is called; without a version it is a draft."""
    last = f"versiya-{number}" if number else "proekt"
    days = f"{analysis.since:%Y-%m-%d}-{analysis.upto:%Y-%m-%d}"
    return f"analiz-na-potrebnostite-{analysis.municipality.slug}-{days}-{last}.{ending}"


def facts_of(content: dict[str, Any], said: str) -> list[list[str]]:
    """Return what stands on top of every file of a content: words and what is said."""
    known = [
        ["Община", content["municipality"]],
        ["Период", f"{period_of(content)} г."],
        ["Преброен на", f"{counted_on(content)} г." if counted_on(content) else ""],
        ["Проект", content["project"]],
        ["Документ", said],
    ]
    return [fact for fact in known if fact[1]]


def data_of(content: dict[str, Any], *, said: str, is_draft: bool) -> dict[str, Any]:
    """Return what the Typst template is given."""
    union = content["eu"]
    if union:
        emblem = {"emblem": EMBLEM.read_text(encoding="utf-8"), "fonts": statement_fonts()}
        union = {**union, **emblem}
    return {
        "title": content["title"],
        "footer": f"Община {content['municipality']} · {said}",
        "is_draft": is_draft,
        "head": {"municipality": f"Община {content['municipality']}", "office": "", "lines": []},
        "eu": union,
        "facts": facts_of(content, said),
        "parts": [_part(part) for part in printed(content)],
    }


def _part(part: dict[str, Any]) -> dict[str, Any]:
    data = part["data"]
    return {
        "title": part["title"],
        "blocks": blocks_of(part["text"]),
        "facts": data.get("facts", []),
        "charts": [_chart(chart) for chart in data.get("charts", []) if chart["bars"]],
        "tables": [_table(table) for table in tables_beside_charts(data)],
        "note": data.get("note", ""),
    }


def _chart(chart: dict[str, Any]) -> dict[str, Any]:
    """Return a chart with its bars as shares of the longest one."""
    picture = drawn(chart)
    return {
        "title": picture["title"],
        "heads": [picture["label_heading"], picture["value_heading"]],
        "rows": [
            {
                "label": row["label"],
                "text": row["text"] or written(row["value"]),
                "share": round(float(row["value"]) / float(picture["maximum"]), 4),
            }
            for row in picture["rows"]
        ],
    }


def _table(table: dict[str, Any]) -> dict[str, Any]:
    """Return a table with its columns' shares of the width, and which of them stand right."""
    width = len(table["columns"])
    right = set(right_columns(table))
    rows = [[written(value) for value in row] for row in table["rows"]]
    return {
        "title": table["title"],
        "heads": [
            {"words": words, "right": place in right, "share": _share(place, rows, right)}
            for place, words in enumerate(table["columns"])
        ],
        "rows": [(row + [""] * width)[:width] for row in rows],
        "note": table.get("note", ""),
    }


def _share(place: int, rows: list[list[str]], right: set[int]) -> int:
    """Return how much of the width a column of words takes; 0 for numbers: as much as they need."""
    if place in right:
        return 0
    longest = max((len(row[place]) for row in rows if len(row) > place), default=1)
    return max(8, min(longest, 40))
