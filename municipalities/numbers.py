"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format


def plain(value: Decimal | None) -> str:
    """Write a number with the decimals it needs and no more: „51“, „4,97“; "" for None."""
    if value is None:
        return ""
    _whole, _point, fraction = f"{value:f}".partition(".")
    return number_format(value, decimal_pos=len(fraction.rstrip("0")), force_grouping=True)


def percent(value: Decimal | None) -> str:
    """Write a share as „95 %“; "" for None."""
    return "" if value is None else f"{plain(value)}\xa0%"
