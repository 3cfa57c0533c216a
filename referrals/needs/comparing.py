"""What differs between two states of an analysis: of a text, of what was counted, of versions."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

from frontoffice.changes import Difference
from referrals.needs.contents import counted_on, period_of, written

NOTHING = "–"
MOST_SAID = 12  # differences of one table; more are only counted
NAMES = {"title": "Заглавие", "project": "Проект", "note": "Бележка под числата"}


@dataclass(frozen=True)
class PartChange:
    """A part that is not the same: what became of it, field by field."""

    title: str
    what: str  # „нова“, „отпаднала“, "" where only its contents differ
    changed: list[Difference] = field(default_factory=list)
    left: int = 0  # differences that are not listed


def text_differences(before: str, after: str, *, label: str = "Текст") -> list[Difference]:
    """Return the paragraphs that differ, by their place in the second text.

    Line endings and blank lines at the ends are no difference.
    """
    old, new = paragraphs(before), paragraphs(after)
    found = []
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for how, start, end, first, last in matcher.get_opcodes():
        if how != "equal":
            saved, typed = "\n\n".join(old[start:end]), "\n\n".join(new[first:last])
            place = f"{label}, абзац {first + 1}"
            found.append(Difference(place, saved or NOTHING, typed or NOTHING))
    return found


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, without those that are blank."""
    parts = text.replace("\r\n", "\n").split("\n\n")
    return [part.strip("\n") for part in parts if part.strip()]


def counted_differences(before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """Return what differs between two counted data: facts, cells of tables, notes."""
    found = _of_pairs(before.get("facts", []), after.get("facts", []))
    tables = _by_title(before.get("tables", [])), _by_title(after.get("tables", []))
    for title in dict.fromkeys([*tables[0], *tables[1]]):
        found += _of_table(title, tables[0].get(title), tables[1].get(title))
    charts = _by_title(before.get("charts", [])), _by_title(after.get("charts", []))
    for title in dict.fromkeys([*charts[0], *charts[1]]):
        if title in tables[0] or title in tables[1]:
            continue
        old, new = (_bars(side.get(title)) for side in charts)
        found += _of_pairs(old, new, prefix=f"{title}: ")
    if before.get("note", "") != after.get("note", ""):
        found.append(_difference(NAMES["note"], before.get("note", ""), after.get("note", "")))
    return list(dict.fromkeys(found))


def _difference(label: str, before: str, after: str) -> Difference:
    return Difference(label, before or NOTHING, after or NOTHING)


def _by_title(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["title"]: row for row in rows}


def _bars(chart: dict[str, Any] | None) -> list[list[str]]:
    bars = chart["bars"] if chart else []
    return [[label, text or written(value)] for label, value, text in bars]


def _of_pairs(before: list, after: list, prefix: str = "") -> list[Difference]:
    old, new = dict(map(tuple, before)), dict(map(tuple, after))
    return [
        _difference(f"{prefix}{name}", str(old.get(name, "")), str(new.get(name, "")))
        for name in dict.fromkeys([*old, *new])
        if str(old.get(name, "")) != str(new.get(name, ""))
    ]


def _of_table(
    title: str, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> list[Difference]:
    if before is None or after is None:
        rows = (before or after or {"rows": []})["rows"]
        said = f"таблица с редове: {len(rows)}"
        return [_difference(title, said if before else "", said if after else "")]
    old, new = (
        {written(row[0]): " · ".join(map(written, row[1:])) for row in table["rows"]}
        for table in (before, after)
    )
    return _of_pairs(list(old.items()), list(new.items()), prefix=f"{title}: ")


def limited(title: str, what: str, changed: list[Difference]) -> PartChange:
    """Return a part's change with no more differences than somebody reads."""
    return PartChange(title, what, changed[:MOST_SAID], max(0, len(changed) - MOST_SAID))


def between(before: dict[str, Any], after: dict[str, Any]) -> list[PartChange]:
    """Return what became of the document from one content to another, a change for each part."""
    found = []
    if own := _of_whole(before, after):
        found.append(PartChange("За целия документ", "", own))
    old, new = ({part["key"]: part for part in one["parts"]} for one in (before, after))
    for key in dict.fromkeys([*new, *old]):
        was, is_now = old.get(key), new.get(key)
        if was is None or is_now is None:
            part = was or is_now
            if part:
                found.append(PartChange(part["title"], "отпаднала" if was else "нова"))
            continue
        changed = [] if was["title"] == is_now["title"] else [
            _difference(NAMES["title"], was["title"], is_now["title"])
        ]  # fmt: skip
        changed += text_differences(was["text"], is_now["text"])
        changed += counted_differences(was["data"], is_now["data"])
        if changed:
            found.append(limited(is_now["title"], "", changed))
    return found


def _of_whole(before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    facts = [
        ("Заглавие", before["title"], after["title"]),
        ("Период", period_of(before), period_of(after)),
        ("Проект", before["project"], after["project"]),
        ("Преброен на", counted_on(before), counted_on(after)),
    ]
    common = {part["key"] for part in before["parts"]} & {part["key"] for part in after["parts"]}
    old, new = (
        [part for part in content["parts"] if part["key"] in common] for content in (before, after)
    )
    if [part["key"] for part in old] != [part["key"] for part in new]:
        facts.append(("Ред на частите", _in_order(old), _in_order(new)))
    return [_difference(label, was, now) for label, was, now in facts if was != now]


def _in_order(parts: list[dict[str, Any]]) -> str:
    return "\n".join(f"{place}. {part['title']}" for place, part in enumerate(parts, start=1))
