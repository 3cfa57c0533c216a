"""What a document of an expense says, before it is one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from projects.models_project import Activity, BudgetLine, Project
from projects.money import Currency
from projects.spending.models import Expense, ProjectContract, Supplier


class SpendingRefused(Exception):
    """What is asked cannot be: ``faults`` are the words by the name of the field ("" for all)."""

    def __init__(self, faults: dict[str, list[str]]) -> None:
        self.faults = faults
        super().__init__(" ".join(words for listed in faults.values() for words in listed))


@dataclass(kw_only=True)
class Facts:
    """An expense as its document has it; the eligible amount follows from net, VAT and the rule."""

    project: Project
    line: BudgetLine
    document_on: dt.date
    description: str
    net: Decimal
    vat: Decimal = Decimal(0)
    is_vat_eligible: bool = True
    currency: str = Currency.EUR
    method: str = Expense.Method.DOCUMENT
    activity: Activity | None = None
    supplier: Supplier | None = None
    contract: ProjectContract | None = None
    document: str = ""
    document_number: str = ""
    paid_on: dt.date | None = None
    quantity: Decimal | None = None
    duplicate_reason: str = ""
    overrun_reason: str = ""

    @property
    def amount(self) -> Decimal:
        """What is charged to the project: with the VAT only where it is eligible."""
        return self.net + self.vat if self.is_vat_eligible else self.net

    @property
    def supplier_id(self) -> int | None:
        """The key of the supplier, as an expense has it."""
        return self.supplier.pk if self.supplier else None

    @property
    def project_id(self) -> int:
        """The key of the project, as an expense has it."""
        return self.project.pk

    def as_fields(self) -> dict[str, Any]:
        """Return the values of the expense's columns."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**named, "amount": self.amount}
