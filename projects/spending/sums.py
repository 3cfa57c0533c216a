"""What is planned, contracted, spent, asked for and verified of a project, to the cent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from municipalities.templatetags.portal import money
from projects.models_project import BudgetLine, FundingSource, Project
from projects.money import share as percent_of
from projects.spending.converting import column_in
from projects.spending.models import Expense, ExpenseShare, PaymentRequest, ProjectContract
from projects.spending.shares import split

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

    line: BudgetLine = field(kw_only=True)


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
    """Return the sums of ``project`` in its currency, in at most seven queries.

    ``since`` … ``upto`` (both included) limit the contracts by the day of signing and the expenses
    by the day of the document; what is planned is always the whole. Spent is what is not refused;
    requested is what submitted requests hold; verified is as the managing authority verified it.
    """
    expenses = _of_days(Expense.objects.filter(project=project), "document_on", since, upto)
    counted = expenses.exclude(state=Expense.State.REFUSED)
    lines = {
        line.pk: LineSums(project.currency, planned=line.amount, line=line)
        for line in BudgetLine.objects.filter(project=project).order_by("code", "pk")
    }
    for row in _by_line(expenses, project.currency):
        sums = lines[row["line"]]
        for name in ("spent", "requested", "verified"):
            setattr(sums, name, getattr(sums, name) + (row[name] or ZERO))
    for pk, contracted in _contracted(project, since, upto).items():
        lines[pk].contracted = contracted
    total = Sums(
        project.currency,
        **{
            name: sum((getattr(row, name) for row in lines.values()), ZERO)
            for name in ("planned", "contracted", "spent", "requested", "verified")
        },
    )
    return ProjectSums(
        total=total,
        lines=list(lines.values()),
        sources=by_source(project, counted, project.currency),
        by_month=_by_month(counted, project.currency),
    )


def _of_days(rows: QuerySet, day: str, since: dt.date | None, upto: dt.date | None) -> QuerySet:
    if since:
        rows = rows.filter(**{f"{day}__gte": since})
    if upto:
        rows = rows.filter(**{f"{day}__lte": upto})
    return rows


def _by_line(expenses: QuerySet, currency: str) -> QuerySet:
    amount = column_in(currency)
    verified = column_in(currency, "verified_amount", euro="verified_eur")
    asked = Q(request__isnull=False) & ~Q(request__state=PaymentRequest.State.DRAFT)
    return (
        expenses.order_by()
        .values("line")
        .annotate(
            spent=Sum(amount, filter=~Q(state=Expense.State.REFUSED)),
            requested=Sum(amount, filter=asked),
            verified=Sum(verified, filter=Q(state=Expense.State.VERIFIED)),
        )
    )


def _contracted(
    project: Project, since: dt.date | None, upto: dt.date | None
) -> dict[int, Decimal]:
    rows = _of_days(ProjectContract.objects.filter(project=project), "signed_on", since, upto)
    grouped = rows.order_by().values("line").annotate(sum=Sum(column_in(project.currency)))
    return {row["line"]: row["sum"] for row in grouped}


def by_source(project: Project, expenses: QuerySet, currency: str) -> list[SourceSums]:
    """Return what of ``expenses`` is whose, in ``currency``: together exactly those with shares.

    Shares are kept in the expense's currency. Each converted and rounded alone would not make up
    the converted expenses, so what is spent in another currency is split as its shares are.
    Expenses without shares, written before the sources were, are nobody's yet.
    """
    counted = expenses.order_by()
    kept: dict[str, dict[int, Decimal]] = defaultdict(dict)
    grouped = (
        ExpenseShare.objects.filter(expense__in=counted.values("pk"))
        .order_by()
        .values("funding", "expense__currency")
        .annotate(sum=Sum("amount"))
    )
    for row in grouped:
        kept[row["expense__currency"]][row["funding"]] = row["sum"]
    total: dict[int, Decimal] = defaultdict(Decimal, kept.pop(currency, {}))
    if kept:
        has_shares = Exists(ExpenseShare.objects.filter(expense=OuterRef("pk")))
        others = counted.filter(has_shares, currency__in=kept).values("currency")
        for row in others.annotate(sum=Sum(column_in(currency))):
            by_source = kept[row["currency"]]
            parts = split(row["sum"], list(by_source.values()))
            for pk, part in zip(by_source, parts, strict=True):
                total[pk] += part
    return [
        SourceSums(row, row.amount, total[row.pk], percent_of(row.amount, project.amount))
        for row in project.funding.all()
    ]


def _by_month(expenses: QuerySet, currency: str) -> list[tuple[dt.date, Decimal]]:
    rows = (
        expenses.order_by()
        .values(month=TruncMonth("document_on"))
        .annotate(sum=Sum(column_in(currency)))
    )
    return sorted((row["month"], row["sum"]) for row in rows)
