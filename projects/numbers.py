"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format


def plain(value: Decimal | None) -> str:
    """Write a number with the decimals it needs and no more: „51“, „4,97“; "" for None."""
    if value is None:
        return ""
    decimals = max(0, -value.normalize().as_tuple().exponent)
    return number_format(value, decimal_pos=decimals, force_grouping=True)


def percent(value: Decimal | None) -> str:
    """Write a share as „95 %“; "" for None."""
    return "" if value is None else f"{plain(value)}\xa0%"
