"""What is new in an edition against the one before it: services, and what is told of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from campaigns.handbooks.entries import (
    LABEL_NAME,
    LABEL_NOTICES,
    LABEL_PLACES,
    LABEL_PROVIDER,
    LABELS,
    Entry,
)

WHOLE = {"name": LABEL_NAME, "notices": LABEL_NOTICES} | {
    "places": LABEL_PLACES,
    "provider": LABEL_PROVIDER,
}


@dataclass
class Changes:
    """Names of what came, went and changed; of a changed service also what of it did."""

    added: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    changed: list[tuple[str, list[str]]] = field(default_factory=list)
    chapters_added: list[str] = field(default_factory=list)
    chapters_gone: list[str] = field(default_factory=list)
    chapters_changed: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many services and chapters differ."""
        services = len(self.added) + len(self.gone) + len(self.changed)
        chapters = len(self.chapters_added) + len(self.chapters_gone)
        return services + chapters + len(self.chapters_changed)


def changes_between(old: dict[str, Any], new: dict[str, Any]) -> Changes:
    """Return what differs from ``old`` to ``new``, two contents of one handbook.

    When data were checked is no change: it moves without anything else moving.
    """
    before, after = _services(old), _services(new)
    found = Changes(
        added=[one["name"] for key, one in after.items() if key not in before],
        gone=[one["name"] for key, one in before.items() if key not in after],
    )
    for key, one in after.items():
        if key in before and (words := _differences(before[key], one)):
            found.changed.append((one["name"], words))
    texts, now = _chapters(old), _chapters(new)
    found.chapters_added = [title for title in now if title not in texts]
    found.chapters_gone = [title for title in texts if title not in now]
    found.chapters_changed = [
        title for title in now if title in texts and texts[title] != now[title]
    ]
    return found


def _services(content: dict[str, Any]) -> dict[str, Entry]:
    entries = (entry for one in content.get("chapters", ()) for entry in one.get("entries", ()))
    told = [entry["service"] for entry in entries if "service" in entry]
    return {entry["key"]: entry for entry in sorted(told, key=lambda entry: entry["name"])}


def _chapters(content: dict[str, Any]) -> dict[str, Any]:
    """Return what stands in each chapter of words, by title; phones are those of services."""
    return {
        one["title"]: one.get("blocks", one.get("offices"))
        for one in content.get("chapters", ())
        if one["kind"] in ("own", "offices")
    }


def _differences(before: Entry, after: Entry) -> list[str]:
    words = [str(label) for name, label in WHOLE.items() if before.get(name) != after.get(name)]
    old = {fact["code"]: fact["items"] for fact in before["facts"]}
    new = {fact["code"]: fact["items"] for fact in after["facts"]}
    return words + [str(label) for code, label in LABELS.items() if old.get(code) != new.get(code)]
