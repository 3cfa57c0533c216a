"""What a payment request holds by budget line and by source, in its own currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from municipalities.templatetags.portal import money
from projects.models import PaymentRequest
from projects.spending.converting import column_in
from projects.spending.sums import SourceSums, by_source


@dataclass(frozen=True)
class LineOfRequest:
    """What a request asks for and has verified of one budget line."""

    code: str
    name: str
    count: int
    asked: Decimal
    verified: Decimal
    currency: str

    def text(self, name: str) -> str:
        """Return the amount called ``name`` as people read it."""
        return money(getattr(self, name), self.currency)


def by_line_of(request: PaymentRequest) -> list[LineOfRequest]:
    """Return the request's sums by line, in one query."""
    rows = (
        request.expenses.order_by()
        .values("line__code", "line__name")
        .annotate(
            count=Count("pk"),
            asked=Sum(column_in(request.currency)),
            verified=Sum(column_in(request.currency, "verified_amount", euro="verified_eur")),
        )
        .order_by("line__code")
    )
    return [
        LineOfRequest(
            row["line__code"],
            row["line__name"],
            row["count"],
            row["asked"],
            row["verified"] or Decimal(0),
            request.currency,
        )
        for row in rows
    ]


def by_source_of(request: PaymentRequest) -> list[SourceSums]:
    """Return whose money the request asks for; at most three queries."""
    return by_source(request.project, request.expenses.all(), request.currency)
