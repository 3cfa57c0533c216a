"""What a campaign came to, drawn."""

from __future__ import annotations

from typing import Any

from campaigns.planning.cost import Outcome
from municipalities.drawing import Bar, bar_chart
from municipalities.templatetags.portal import counted


def charts_of(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """Return the charts that have something to show, by their names."""
    drawn = {}
    if outcome.groups:
        drawn["groups"] = bar_chart(
            "Дошли хора по групи",
            [Bar(words, count) for words, count in outcome.groups],
            label_heading="Група",
            value_heading="Хора",
        )
    if outcome.handed:
        drawn["handed"] = bar_chart(
            "Раздадени материали",
            [Bar(words, count) for words, count in outcome.handed],
            label_heading="Материал",
            value_heading="Броя",
        )
    if outcome.clippings:
        drawn["clippings"] = bar_chart(
            "Публикации в медиите",
            [
                Bar(words, count, _with_reach(count, reach))
                for words, count, reach in outcome.clippings
            ],
            label_heading="Вид медия",
            value_heading="Публикации",
        )
    return drawn


def _with_reach(count: int, reach: int | None) -> str:
    return f"{count}, обхват {counted(reach, 'човек,души')}" if reach else str(count)
