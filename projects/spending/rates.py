"""Costs without invoices: so many units at a price, or a percent of what another line has spent."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import QuerySet, Sum

from municipalities.models import User
from projects.models import Activity, Expense, FlatRate, Project, UnitCost
from projects.money import CENT, Currency
from projects.spending.checks import EURO_SINCE, eligible_of
from projects.spending.converting import column_in, converted
from projects.spending.facts import Facts, SpendingRefused
from projects.spending.spending import lock, record

ZERO = Decimal("0.00")
DAY = dt.timedelta(days=1)


def currency_on(project: Project, day: dt.date) -> str:
    """Return the currency in which a cost without a document is written on ``day``."""
    return Currency.EUR if day >= EURO_SINCE else project.currency


# Units


def units_amount(cost: UnitCost, quantity: Decimal, on: dt.date) -> Decimal:
    """Return ``quantity`` at the price of ``cost`` in the currency of the day, to the cent.

    The price is in the project's currency and the product is converted once.
    """
    project = cost.line.project
    amount = (cost.amount * quantity).quantize(CENT, ROUND_HALF_UP)
    return converted(amount, project.currency, currency_on(project, on))


def record_units(
    cost: UnitCost,
    *,
    quantity: Decimal,
    on: dt.date,
    description: str,
    actor: User,
    form_key: uuid.UUID,
    activity: Activity | None = None,
    overrun_reason: str = "",
) -> Expense:
    """Write an expense of ``quantity`` units; sent twice it is written once.

    Raises SpendingRefused: what the checks of any expense find.
    """
    project = cost.line.project
    facts = Facts(
        project=project,
        line=cost.line,
        activity=activity,
        method=Expense.Method.UNIT,
        quantity=quantity,
        document_on=on,
        description=description,
        net=units_amount(cost, quantity, on),
        currency=currency_on(project, on),
        overrun_reason=overrun_reason,
    )
    return record(facts, actor=actor, form_key=form_key)[0]


# Flat rates


@dataclass(frozen=True)
class Due:
    """What a rate gives up to a day: ``base`` spent, ``whole`` the percent of it, less ``charged``.

    Counted from the beginning each time, so documents that came late are in, and what is charged
    is the percent of what is spent, to the cent.
    """

    rate: FlatRate
    since: dt.date | None
    upto: dt.date
    base: Decimal
    whole: Decimal
    charged: Decimal
    currency: str

    @property
    def amount(self) -> Decimal:
        """What is still to be charged; below zero when expenses of the base were refused since."""
        return self.whole - self.charged

    @property
    def number(self) -> str:
        """The number under which the expense is written."""
        return f"{_mark(self.rate)}{self.upto:%d.%m.%Y}"

    def __str__(self) -> str:
        days = f"{self.since:%d.%m.%Y} – {self.upto:%d.%m.%Y}" if self.since else ""
        days = days or f"до {self.upto:%d.%m.%Y}"
        percent = f"{self.rate.percent.normalize():f}".replace(".", ",")
        return f"{percent} % от похарченото по перо {self.rate.base.code}, {days}"


def _mark(rate: FlatRate) -> str:
    # By the base and not by the rate: one that is deleted and made anew charges nothing twice.
    return f"СТ-{rate.base_id}/"


def charges_of(rate: FlatRate) -> QuerySet[Expense]:
    """Return what was charged by ``rate``, the newest first."""
    return (
        Expense.objects.counted()
        .filter(line=rate.line, method=Expense.Method.FLAT, document_number__startswith=_mark(rate))
        .order_by("-document_on", "-pk")
    )


def due_of(rate: FlatRate, upto: dt.date) -> Due:
    """Return what ``rate`` gives up to ``upto``, this day included; two queries."""
    project = rate.line.project
    currency = currency_on(project, upto)
    spent = Expense.objects.counted().filter(line=rate.base, document_on__lte=upto)
    base = spent.aggregate(sum=Sum(column_in(currency)))["sum"] or ZERO
    charges = list(charges_of(rate).values_list("document_on", "amount", "currency"))
    charged = sum((converted(amount, of, currency) for _day, amount, of in charges), ZERO)
    last = max((day for day, _amount, _of in charges), default=None)
    return Due(
        rate=rate,
        since=last + DAY if last else eligible_of(project).first,
        upto=upto,
        base=base,
        whole=(base * rate.percent / 100).quantize(CENT, ROUND_HALF_UP),
        charged=charged,
        currency=currency,
    )


@transaction.atomic
def charge(
    rate: FlatRate,
    *,
    upto: dt.date,
    amount: Decimal,
    actor: User,
    form_key: uuid.UUID,
    overrun_reason: str = "",
) -> Expense:
    """Write what ``rate`` gives up to ``upto`` as an expense of its line.

    ``amount`` is what was shown; sent twice it is written once. Raises SpendingRefused where it
    is another amount by now, nothing, of days already charged, or as for any expense.
    """
    project = rate.line.project
    lock(project)
    if sent := Expense.objects.filter(form_key=form_key).first():
        return sent
    due = due_of(rate, upto)
    if due.since and upto < due.since:
        raise SpendingRefused({"upto": [f"Вече е начислено до {due.since - DAY:%d.%m.%Y} г."]})
    if due.amount <= 0:
        raise SpendingRefused({"upto": ["До този ден няма какво да се начисли."]})
    if due.amount != amount:
        raise SpendingRefused({"": ["Междувременно сумата е друга. Вижте новата и начислете нея."]})
    facts = Facts(
        project=project,
        line=rate.line,
        method=Expense.Method.FLAT,
        document_number=due.number,
        document_on=upto,
        description=str(due),
        net=due.amount,
        currency=due.currency,
        overrun_reason=overrun_reason,
    )
    return record(facts, actor=actor, form_key=form_key)[0]
