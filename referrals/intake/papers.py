"""Which papers somebody brought: ticked at the desk, kept among the answers of the application.

One „за справка“ is only shown: nobody copies it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from referrals.kinds.models import KindPaper

SHOWN, TAKEN = "показан, без копие", "приет"


def choice_of(paper: KindPaper) -> tuple[str, str]:
    """Return a paper as a tick of a form: what it says is what will be kept."""
    return str(paper.pk), f"{paper.name} ({SHOWN if paper.is_for_reference else TAKEN})"


def entries_of(papers: Iterable[KindPaper], ticked: Iterable[str]) -> list[dict[str, Any]]:
    """Return what ``Application.answers`` keeps of the ticked papers."""
    chosen = set(ticked)
    return [
        {
            "question": None,
            "paper": paper.pk,
            "label": f"Документ: {paper.name}",
            "value": SHOWN if paper.is_for_reference else TAKEN,
        }
        for paper in papers
        if str(paper.pk) in chosen
    ]


def ticked_in(answers: Iterable[dict[str, Any]]) -> list[str]:
    """Return the papers ticked in ``Application.answers``, as a form's values."""
    return [str(answer["paper"]) for answer in answers if answer.get("paper")]


def told_of(entries: Iterable[dict[str, Any]]) -> tuple[str, str]:
    """Return (words, told) of papers brought: for staff, and for the citizen's tracking page."""
    entries = list(entries)
    taken = [_name(entry) for entry in entries if entry["value"] == TAKEN]
    shown = [_name(entry) for entry in entries if entry["value"] != TAKEN]
    words = "; ".join(f"{entry['label']}: {entry['value']}" for entry in entries)
    told = []
    if taken:
        told.append(f"Приехме от вас: {', '.join(taken)}.")
    if shown:
        told.append(f"Видяхме, без да пазим копие: {', '.join(shown)}.")
    return words, " ".join(told)


def _name(entry: dict[str, Any]) -> str:
    return entry["label"].removeprefix("Документ: ")
