"""What somebody has learned in a year, and which norms that meets."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from trainings.models import DevelopmentNorm, Supervision, Trainee, TrainingParticipant


@dataclass(frozen=True)
class NormLine:
    """A norm that binds a person in a year: ``required``, ``done`` and ``missing`` in its unit.

    ``required`` is None for a norm of which the amount is not known; nothing is missing of it.
    ``due_on`` is the day by which it has to be met.
    """

    norm: DevelopmentNorm
    required: Decimal | None
    done: Decimal
    missing: Decimal
    due_on: dt.date

    @property
    def is_met(self) -> bool:
        """Say whether nothing is missing of a norm whose amount is known."""
        return self.required is not None and not self.missing


@dataclass(frozen=True)
class Record:
    """Trainings and supervision of a person in ``year``, the last first, and the norms."""

    trainee: Trainee
    year: int
    lines: list[NormLine] = field(default_factory=list)
    trainings: list[TrainingParticipant] = field(default_factory=list)
    supervisions: list[Supervision] = field(default_factory=list)
    training_hours: Decimal = Decimal(0)
    supervision_hours: Decimal = Decimal(0)

    @property
    def unmet(self) -> list[NormLine]:
        """Norms of which something is missing."""
        return [line for line in self.lines if line.missing]


@dataclass(frozen=True)
class Unmet:
    """A norm that a person has not met in a year."""

    trainee: Trainee
    norm: DevelopmentNorm
    done: Decimal
    missing: Decimal


def record_of(trainee: Trainee, year: int) -> Record:
    """Return the record of ``trainee`` in ``year``, in a fixed number of queries."""
    return Record(trainee, year)


def unmet(year: int) -> list[Unmet]:
    """Return what people who work lack of the norms of ``year``, in a fixed number of queries."""
    return []
