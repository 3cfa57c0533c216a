"""What threatens a project and why: each floor says what it knows, the project page shows it all.

An app registers what it looks for in its ``AppConfig.ready``, so this floor needs none above it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from projects.models import Project

Level = Literal["late", "due"]
LEVELS: tuple[Level, ...] = ("late", "due")  # the worse first


@dataclass(frozen=True)
class Risk:
    """Something wrong (``late``) or soon to be (``due``), its reason, and where it is mended."""

    code: str
    level: Level
    words: str
    url: str = ""


Load = Callable[[Project, dt.date], list[Risk]]

_loads: list[Load] = []


def register_risks(load: Load) -> None:
    """Let ``load`` say what threatens a project on a day; registering it again changes nothing.

    It runs in the project's scope and needs the same number of queries whatever the rows.
    """
    if load not in _loads:
        _loads.append(load)


def risks_of(project: Project, day: dt.date) -> list[Risk]:
    """Return everything that threatens ``project`` on ``day``, the worse first."""
    found = [risk for load in _loads for risk in load(project, day)]
    return sorted(found, key=lambda risk: LEVELS.index(risk.level))
