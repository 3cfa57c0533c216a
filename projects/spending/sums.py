"""What is planned, contracted, spent, asked for and verified of a project, to the cent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from municipalities.templatetags.portal import money
from projects.models_project import BudgetLine, FundingSource, Project

ZERO = Decimal("0.00")


@dataclass
class Sums:
    """Amounts in one currency, the project's."""

    currency: str
    planned: Decimal = ZERO
    contracted: Decimal = ZERO
    spent: Decimal = ZERO
    requested: Decimal = ZERO
    verified: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        """What may still be spent; negative when more than planned is spent."""
        return self.planned - self.spent

    @property
    def is_over(self) -> bool:
        """Whether more is spent than planned."""
        return self.left < 0

    def text(self, name: str) -> str:
        """Return the amount called ``name`` as people read it: „1 234,50 €“."""
        return money(getattr(self, name), self.currency)


@dataclass
class LineSums(Sums):
    """The amounts of a budget line."""

    line: BudgetLine | None = None


@dataclass
class SourceSums:
    """How much of the planned and of the spent is whose money; ``share`` in percent of planned."""

    funding: FundingSource
    planned: Decimal
    spent: Decimal
    share: Decimal | None


@dataclass
class ProjectSums:
    """The money of a project: by line, in total, by source, by month."""

    total: Sums
    lines: list[LineSums] = field(default_factory=list)
    sources: list[SourceSums] = field(default_factory=list)
    by_month: list[tuple[dt.date, Decimal]] = field(default_factory=list)


def sums_of(
    project: Project, *, since: dt.date | None = None, upto: dt.date | None = None
) -> ProjectSums:
    """Return the sums of ``project`` of the days ``since`` … ``upto`` (both included)."""
    lines = [
        LineSums(project.currency, planned=line.amount, line=line)
        for line in project.budget_lines.all()
    ]
    total = Sums(project.currency, planned=sum((row.planned for row in lines), ZERO))
    return ProjectSums(total=total, lines=lines)
