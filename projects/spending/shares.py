"""Whose money an expense is: its amount split among the project's sources to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, Decimal

from projects.models_project import FundingSource, Project
from projects.money import CENT
from projects.spending.models import Expense, ExpenseShare


def split(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Return ``amount`` in parts proportional to ``weights``, which together are exactly it.

    Each part is cut to the cent; the cents that remain go one by one to the parts that lost the
    most (the largest remainder), of equal ones to the earlier. Empty where no weight is above 0.
    """
    whole = sum(weights, Decimal(0))
    if whole <= 0:
        return []
    exact = [amount * weight / whole for weight in weights]
    parts = [part.quantize(CENT, ROUND_DOWN) for part in exact]
    missing = int((amount - sum(parts, Decimal(0))) / CENT)
    by_loss = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], n))
    for place in by_loss[:missing]:
        parts[place] += CENT
    return parts


def shares_of(expense: Expense, funding: Sequence[FundingSource]) -> list[ExpenseShare]:
    """Return the unsaved shares of an expense by the planned amounts of ``funding``."""
    parts = split(expense.amount, [source.amount for source in funding])
    return [
        ExpenseShare(
            municipality_id=expense.municipality_id, expense=expense, funding=source, amount=part
        )
        for source, part in zip(funding, parts, strict=False)
        if part
    ]


def write_shares(project: Project, expenses: Iterable[Expense]) -> None:
    """Write the shares of ``expenses`` of ``project`` anew; those of no source have none."""
    rows = list(expenses)
    funding = list(FundingSource.objects.filter(project=project).order_by("pk"))
    ExpenseShare.objects.filter(expense__in=[row.pk for row in rows]).delete()
    ExpenseShare.objects.bulk_create(
        [share for row in rows for share in shares_of(row, funding)], batch_size=2000
    )
