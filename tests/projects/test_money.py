"""The euro beside the lev, and sums that must agree."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from projects.money import BGN_PER_EUR, check_parts, in_both, share, to_eur


@pytest.mark.parametrize(
    ("levs", "euro"),
    [
        ("420304.68", "214898.37"),
        ("88811.00", "45408.34"),
        ("18797.00", "9610.75"),
        ("49128.00", "25118.75"),
        ("198660.00", "101573.25"),
        ("188727.00", "96494.58"),
        ("9933.00", "5078.66"),
        ("1.95583", "1.00"),
        ("0.00", "0.00"),
        ("0.01", "0.01"),
    ],
)
def test_levs_divide_by_the_whole_rate(levs, euro):
    assert to_eur(Decimal(levs), "BGN") == Decimal(euro)


def test_the_third_digit_rounds_half_up():
    exactly_half_a_cent = BGN_PER_EUR * Decimal("0.125")
    assert to_eur(exactly_half_a_cent, "BGN") == Decimal("0.13")


def test_euro_stay_euro():
    assert to_eur(Decimal("10.10"), "EUR") == Decimal("10.10")
    assert in_both(Decimal("1234.50"), "EUR") == "1\xa0234,50\xa0€"


def test_what_is_not_known_has_no_euro():
    assert to_eur(None, "BGN") is None
    assert in_both(None, "BGN") == ""


def test_an_unknown_currency_is_refused():
    with pytest.raises(ValueError, match="USD"):
        to_eur(Decimal(1), "USD")


def test_both_are_written_the_bulgarian_way():
    written = in_both(Decimal("420304.68"), "BGN")
    assert written == "420\xa0304,68\xa0лв. (214\xa0898,37\xa0€)"


@given(st.decimals("0", "999999999999.99", places=2))
def test_the_euro_is_never_more_than_half_a_cent_off(levs):
    assert abs(to_eur(levs, "BGN") - levs / BGN_PER_EUR) <= Decimal("0.0050000001")


def test_shares():
    assert share(Decimal(188727), Decimal(198660)) == Decimal("95.00")
    assert share(Decimal(1), None) is None
    assert share(Decimal(1), Decimal(0)) is None


def test_parts_may_be_the_whole_but_not_more():
    check_parts([Decimal(60), Decimal(40)], Decimal(100), "BGN", "%(parts)s %(whole)s")
    with pytest.raises(ValidationError) as refused:
        check_parts([Decimal(60), Decimal("40.01")], Decimal(100), "BGN", "%(parts)s от %(whole)s")
    assert refused.value.messages == ["100,01\xa0лв. от 100,00\xa0лв."]
