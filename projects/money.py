"""Money of projects: levs as contracted before 2026, euro after, and the one legal conversion."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.templatetags.portal import money

# The fixed rate of the Council; conversion divides by the whole rate, never by a shortened or an
# inverse one, and rounds the third digit half up.
BGN_PER_EUR = Decimal("1.95583")
CENT = Decimal("0.01")


class Currency(models.TextChoices):
    BGN = "BGN", _("лева")
    EUR = "EUR", _("евро")


class AmountField(models.DecimalField):
    """An amount of money: up to 999 999 999 999,99, never below zero."""

    default_validators = [MinValueValidator(0)]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_digits": 14, "decimal_places": 2, **kwargs})


def to_eur(amount: Decimal | None, currency: str) -> Decimal | None:
    """Return ``amount`` in euro, rounded half up to the cent; None for None.

    Convert each amount once: rounded parts need not add up to the rounded total.
    Raises ValueError for a currency that is neither BGN nor EUR.
    """
    if amount is None:
        return None
    if currency == Currency.EUR:
        return amount.quantize(CENT, ROUND_HALF_UP)
    if currency == Currency.BGN:
        return (amount / BGN_PER_EUR).quantize(CENT, ROUND_HALF_UP)
    raise ValueError(f"Unknown currency {currency!r}.")


def in_both(amount: Decimal | None, currency: str) -> str:
    """Write an amount as contracted with the euro beside it; an amount in euro is written once.

    „420 304,68 лв. (214 898,37 €)“; nothing for None.
    """
    if amount is None:
        return ""
    written = money(amount, currency)
    if currency == Currency.EUR:
        return written
    return f"{written} ({money(to_eur(amount, currency), Currency.EUR)})"


def share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Return ``part`` as percent of ``whole`` to two places; None where either is missing."""
    if part is None or not whole:
        return None
    return (part * 100 / whole).quantize(CENT, ROUND_HALF_UP)


def check_parts(
    parts: Iterable[Decimal], whole: Decimal | None, currency: str, message: str
) -> None:
    """Raise ValidationError when ``parts`` together are more than ``whole``.

    ``message`` has the places ``%(parts)s`` and ``%(whole)s``. Nothing is checked without a whole.
    """
    total = sum(parts, Decimal(0))
    if whole is not None and total > whole:
        raise ValidationError(
            message,
            code="more_than_whole",
            params={"parts": money(total, currency), "whole": money(whole, currency)},
        )
