"""The document as data: what a version keeps, and what its page and its files are made of.

``{"title", "since", "upto" (ISO), "municipality", "counted_at" (ISO or ""), "project", "eu":
{"statement", "programme"} or None, "parts": [{"key", "code", "title", "text", "data"}]}``; data are
as ``counting`` gives them, the text is Markdown. Parts left out of the document are not in it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from municipalities.drawing import Bar, bar_chart
from municipalities.richtext import Block, blocks_of
from projects.publicity.emblem import union_of
from referrals.needs.models import NeedsAnalysis, NeedsSection

Table = dict[str, Any]
LONG_TABLE = 15  # rows: a longer one is folded on the page
_NUMBER = re.compile(r"-?\d[\d\s]*(?:,\d+)?(?:\s?%)?")
LONGEST_NUMBER = 14  # characters: „под 5“, „поне 12“, „не се показва“ stand among numbers too


def content_of(analysis: NeedsAnalysis, parts: Iterable[NeedsSection]) -> dict[str, Any]:
    """Return the document of ``analysis`` as it stands, without the parts that are left out."""
    project = analysis.project
    union = union_of(project) if project else {}
    return {
        "title": analysis.title,
        "since": analysis.since.isoformat(),
        "upto": analysis.upto.isoformat(),
        "municipality": analysis.municipality.name,
        "counted_at": analysis.counted_at.isoformat() if analysis.counted_at else "",
        "project": project.name if project else "",
        "eu": {name: union[name] for name in ("statement", "programme")} if project else None,
        "parts": [
            {
                "key": part.code or f"own-{part.pk}",
                "code": part.code,
                "title": part.title,
                "text": part.text,
                "data": part.data,
            }
            for part in parts
            if part.is_included
        ],
    }


def is_empty(part: dict[str, Any]) -> bool:
    """Say whether a part of a content has nothing in it yet: such a one is not printed."""
    data = part["data"]
    counted = any(data.get(name) for name in ("facts", "tables", "charts", "note"))
    return not part["text"].strip() and not counted


def printed(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the parts of ``content`` that have something in them."""
    return [part for part in content["parts"] if not is_empty(part)]


def period_of(content: dict[str, Any]) -> str:
    """Return the period of a content in words."""
    since, upto = (dt.date.fromisoformat(content[name]) for name in ("since", "upto"))
    return f"{since:%d.%m.%Y} – {upto:%d.%m.%Y}"


def counted_on(content: dict[str, Any]) -> str:
    """Return the day on which a content was counted, "" where it was not."""
    moment = parse_datetime(content["counted_at"]) if content["counted_at"] else None
    return f"{timezone.localtime(moment):%d.%m.%Y}" if moment else ""


@dataclass(frozen=True)
class Shown:
    """A part as a page shows it."""

    key: str
    title: str
    blocks: list[Block]
    facts: list[list[str]]
    charts: list[dict[str, Any]]
    tables: list[Table]
    note: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing is counted or written in it."""
        return not (self.blocks or self.facts or self.charts or self.tables or self.note)


def shown(part: dict[str, Any]) -> Shown:
    """Return a part of a content for the templates."""
    data = part["data"]
    return Shown(
        key=part["key"],
        title=part["title"],
        blocks=blocks_of(part["text"]),
        facts=data.get("facts", []),
        charts=[drawn(chart) for chart in data.get("charts", []) if chart["bars"]],
        tables=[
            {
                **table,
                "is_long": len(table["rows"]) > LONG_TABLE,
                "right": right_columns(table),
                "cells": [
                    [_cell(column, value, place in right) for place, (column, value) in
                     enumerate(zip(table["columns"], row, strict=False))]
                    for right in (set(right_columns(table)),)
                    for row in table["rows"]
                ],
            }
            for table in tables_beside_charts(data)
        ],
        note=data.get("note", ""),
    )  # fmt: skip


def _cell(column: str, value: Any, is_right: bool) -> dict[str, Any]:
    return {"column": column, "value": written(value), "right": is_right}


def drawn(chart: dict[str, Any]) -> dict[str, Any]:
    """Return a chart of counted data for components/chart.html; a hidden count has no bar."""
    bars = [Bar(str(label), value or 0, text) for label, value, text in chart["bars"]]
    return bar_chart(
        chart["title"],
        bars,
        label_heading=chart["label_heading"],
        value_heading=chart["value_heading"],
    )


def right_columns(table: Table) -> list[int]:
    """Return the places of the columns that hold numbers, hidden ones too: they stand right."""
    width = len(table["columns"])
    return [place for place in range(1, width) if _is_of_numbers(table["rows"], place)]


def _is_of_numbers(rows: list[list[Any]], place: int) -> bool:
    values = [written(row[place]) for row in rows if len(row) > place]
    has_number = any(_NUMBER.fullmatch(value) for value in values)
    return has_number and all(len(value) <= LONGEST_NUMBER for value in values)


def written(value: Any) -> str:
    """Write a cell as people read it: decimals with a comma."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return str(value)


def charts_beside_tables(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the charts of a part whose numbers stand in none of its tables.

    For files that draw nothing: there a chart is a table, and one that is there already is not
    written twice.
    """
    cells = [
        {(written(row[0]), written(value)) for row in table["rows"] for value in row[1:]}
        for table in data.get("tables", [])
        if table["rows"]
    ]
    return [
        chart
        for chart in data.get("charts", [])
        if chart["bars"]
        and not any(
            {(written(label), text or written(value)) for label, value, text in chart["bars"]}
            <= known
            for known in cells
        )
    ]


def tables_beside_charts(data: dict[str, Any]) -> list[Table]:
    """Return the tables of a part that say more than its charts: for where charts are drawn.

    A drawn chart has its numbers beside its bars, so a table of the same two columns says nothing.
    """
    drawn_bars = [
        {(written(label), text or written(value)) for label, value, text in chart["bars"]}
        for chart in data.get("charts", [])
    ]
    return [
        table
        for table in data.get("tables", [])
        if table["rows"]
        and (
            len(table["columns"]) != 2
            or table.get("note")
            or not any(
                {tuple(map(written, row)) for row in table["rows"]} <= bars for bars in drawn_bars
            )
        )
    ]


def as_table(chart: dict[str, Any]) -> Table:
    """Return the numbers of a chart as a table."""
    return {
        "title": chart["title"],
        "columns": [chart["label_heading"], chart["value_heading"]],
        "rows": [[label, text or value] for label, value, text in chart["bars"]],
        "note": "",
    }


def tables_of(part: dict[str, Any]) -> list[Table]:
    """Return all numbers of a part as tables, those of its charts that stand nowhere else too."""
    data = part["data"]
    return [
        *(as_table(chart) for chart in charts_beside_tables(data)),
        *(table for table in data.get("tables", []) if table["rows"]),
    ]
