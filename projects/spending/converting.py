"""An amount in the project's currency: worked out once per row, in Python and in the database."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.db.models import Case, F, Value, When
from django.db.models.functions import Round

from projects.money import BGN_PER_EUR, CENT, Currency, to_eur

MONEY = models.DecimalField(max_digits=16, decimal_places=2)
RATE = Value(BGN_PER_EUR, output_field=models.DecimalField(max_digits=9, decimal_places=5))


def converted(amount: Decimal, currency: str, into: str) -> Decimal:
    """Return ``amount`` of ``currency`` in the currency ``into``, rounded half up to the cent."""
    if currency == into:
        return amount.quantize(CENT, ROUND_HALF_UP)
    if into == Currency.EUR:
        return to_eur(amount, currency) or Decimal(0)
    return (amount * BGN_PER_EUR).quantize(CENT, ROUND_HALF_UP)


def column_in(into: str, amount: str = "amount", *, euro: str = "amount_eur") -> Case | F:
    """Return the expression that is ``converted`` of each row's ``amount``.

    ``euro`` is the column in which the database already keeps the same amount in euro.
    """
    if into == Currency.EUR:
        return F(euro)
    return Case(
        When(currency=into, then=F(amount)),
        default=Round(F(amount) * RATE, precision=2),
        output_field=MONEY,
    )
