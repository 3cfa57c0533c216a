"""ЕГН and ЛНЧ: what is right, what is said of what is wrong, what is shown."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.bg import egn, pnf

from frontoffice import identifiers
from frontoffice.demo import invented_egn
from frontoffice.identifiers import IdentifierKind, WrongIdentifier

TODAY = dt.date(2026, 11, 21)
EGN, LNCH = IdentifierKind.EGN, IdentifierKind.LNCH
# Of persons born before 1900, whom no living person's can equal; ten digits that are right as both.
BOTH = next(
    digits
    for n in range(1000)
    if pnf.is_valid(digits := invented_egn(dt.date(1890, 1, 1) + dt.timedelta(days=n), 123))
)

born = st.dates(dt.date(1800, 1, 1), TODAY)
orders = st.integers(0, 999)


def make_egn(date: dt.date, order: int) -> str:
    month = date.month + {18: 20, 19: 0, 20: 40}[date.year // 100]
    digits = f"{date.year % 100:02d}{month:02d}{date.day:02d}{order:03d}"
    return digits + egn.calc_check_digit(digits)


@given(born, orders)
def test_every_right_egn_passes_and_tells_the_birth(date, order):
    digits = make_egn(date, order)
    assert identifiers.check(EGN, digits, today=TODAY) == digits
    assert identifiers.birth_date(digits) == date
    assert identifiers.may_be_national(digits)


@given(born, orders, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(date, order, at, add):
    digits = make_egn(date, order)
    wrong = digits[:at] + str((int(digits[at]) + add) % 10) + digits[at + 1 :]
    # The check digit 0 stands for two remainders, the only pair that can be mistaken.
    if egn.is_valid(wrong):
        assert digits[-1] == "0" or wrong[-1] == "0"
        return
    with pytest.raises(WrongIdentifier):
        identifiers.check(EGN, wrong, today=TODAY)


@given(st.integers(0, 999_999_999))
def test_every_right_lnch_passes(number):
    digits = f"{number:09d}"
    digits += pnf.calc_check_digit(digits)
    assert identifiers.check(LNCH, digits, today=TODAY) == digits
    assert LNCH in identifiers.kinds_of(digits)


@given(st.text(max_size=40))
def test_no_text_is_too_strange(text):
    for kind in (EGN, LNCH):
        with suppress(WrongIdentifier):
            assert len(identifiers.check(kind, text, today=TODAY)) == 10
    identifiers.kinds_of(text)
    identifiers.may_be_national(text)
    identifiers.holds_egn(text)
    identifiers.read_service_number(text)
    identifiers.mask(text)


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (EGN, "75231692", "ЕГН има 10 цифри, а тук са 8."),
        (EGN, "7523169263123", "а тук са 13"),
        (EGN, "75231692б3", "само с цифри"),
        (EGN, "٧٥٢٣١٦٩٢٦٣", "само с цифри"),
        (EGN, "8812102461", "Последната цифра не отговаря"),
        (EGN, "8013101234", "няма възможна рождена дата"),
        (EGN, "7542011030", "няма възможна рождена дата"),  # 1 February 2075
        (LNCH, "7111042922", "Последната цифра не отговаря"),
        (EGN, "1000000021", "няма възможна рождена дата"),
    ],
)
def test_what_is_wrong_is_said(kind, text, message):
    with pytest.raises(WrongIdentifier, match=message):
        identifiers.check(kind, text, today=TODAY)


def test_a_right_one_of_the_other_kind_is_pointed_out():
    with pytest.raises(WrongIdentifier, match="отговаря на ЕГН"):
        identifiers.check(LNCH, "7523169263", today=TODAY)


@pytest.mark.parametrize("text", ["752316 926 3", " 7523169263 ", "752316-9263", "7523.16.9263"])
def test_separators_are_let_be(text):
    assert identifiers.check(EGN, text, today=TODAY) == "7523169263"


def test_the_same_digits_may_be_of_both_kinds():
    assert identifiers.kinds_of(BOTH) == [EGN, LNCH]


@given(born, orders)
def test_the_mask_tells_nothing_of_the_birth(date, order):
    digits = make_egn(date, order)
    assert identifiers.mask(digits) == "••••••••" + digits[-2:]


@pytest.mark.parametrize(
    "phone",
    ["0888 123 456", "0878123456", "0899123456", "0988123456", "+359888123456", "042123456"],
)
def test_a_telephone_is_not_taken_for_an_identifier(phone):
    assert not identifiers.may_be_national(phone)


@given(born, orders, st.integers(1, 9))
def test_a_mistyped_egn_is_still_kept_out_of_the_database(date, order, add):
    """Its check digit is wrong, and it must not be looked for as a telephone."""
    digits = make_egn(date, order)
    assert identifiers.may_be_national(digits[:9] + str((int(digits[9]) + add) % 10))


@pytest.mark.parametrize(
    ("text", "number"),
    [("С-000012", 12), ("с12", 12), ("C-12", 12), ("c 12", 12), ("С-0", None), ("12", None),
     ("С-", None), ("С-12а", None), ("С-" + "9" * 30, None)],
)  # fmt: skip
def test_a_service_number_is_read_however_typed(text, number):
    assert identifiers.read_service_number(text) == number


@given(st.integers(1, 999_999_999))
def test_a_service_number_is_read_as_it_is_written(number):
    assert identifiers.read_service_number(identifiers.written_service_number(number)) == number


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("ЕГН 7523169263", True),
        ("(7523169263)", True),
        ("тел. 0888123456", False),
        ("17523169263", False),
        ("", False),
    ],
)
def test_an_egn_in_free_text_is_seen(text, holds):
    assert identifiers.holds_egn(text) is holds


def test_the_demo_invents_nobody_who_may_live():
    with pytest.raises(ValueError, match="living"):
        invented_egn(dt.date(1950, 1, 1), 1)
    assert identifiers.birth_date(invented_egn(dt.date(1894, 3, 12), 7)).year == 1894
