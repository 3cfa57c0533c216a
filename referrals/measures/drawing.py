"""The steps of referring as a picture: for each the middle half of cases as a bar, the middle one
as a line across it; and medians as bars of components/chart.html.
"""

from __future__ import annotations

from typing import Any

from referrals.measures.counting import Measures, Step, Waits

FEW = "твърде малко случаи"


def days(number: float | None) -> str:
    """Write a number of days: „12“, „3,5“; nothing for None."""
    return "" if number is None else f"{round(number, 1):g}".replace(".", ",")


def counted(step: Step, smallest: int) -> str:
    """Write of how many cases a step is: a small number only as „под 5“."""
    return f"под {smallest}" if 0 < step.count < smallest else str(step.count)


def boxes(measures: Measures) -> list[dict[str, Any]]:
    """Return a row a step, with what its picture needs in per cent of the longest."""
    longest = max([1.0, *(step.third or 0 for step in measures.steps)])

    def share(number: float) -> str:
        return f"{100 * number / longest:.2f}%"

    rows = []
    for step in measures.steps:
        row: dict[str, Any] = {
            "words": step.words,
            "is_whole": step.is_total,
            "count": counted(step, measures.smallest),
            "median": days(step.median),
            "half": "",
            "before": days(step.median_before),
            "box": None,
        }
        if step.median is not None and step.first is not None and step.third is not None:
            row["half"] = f"{days(step.first)} – {days(step.third)}"
            row["box"] = {
                "x": share(step.first),
                "width": share(step.third - step.first),
                "middle": share(step.median),
            }
        rows.append(row)
    return rows


def medians(title: str, heading: str, waits: list[Waits]) -> dict[str, Any]:
    """Return medians for components/chart.html."""
    return {
        "title": title,
        "label_heading": heading,
        "value_heading": "Дни",
        "maximum": max([1.0, *(one.median for one in waits)]),
        "rows": [
            {"label": one.label, "value": one.median, "text": days(one.median), "href": ""}
            for one in waits
        ],
        "note": "",
    }
