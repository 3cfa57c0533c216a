"""Money, dates and counts as Bulgarian pages write them."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from municipalities.templatetags.portal import ago, counted, long_date, money, phone_link

NBSP = "\xa0"


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (Decimal("420304.68"), "BGN", "420 304,68 лв."),
        (Decimal("18797"), "BGN", "18 797,00 лв."),
        (Decimal("9610.75"), "EUR", "9 610,75 €"),
        (0, "EUR", "0,00 €"),
        (None, "EUR", ""),
        ("", "EUR", ""),
        ("не е число", "EUR", ""),
    ],
)
def test_money(amount, currency, written):
    assert money(amount, currency) == written.replace(" ", NBSP)


def test_counted_takes_the_singular_for_one_only():
    assert [counted(n, "услуга,услуги") for n in (0, 1, 2, 21, 1500)] == [
        f"0{NBSP}услуги",
        f"1{NBSP}услуга",
        f"2{NBSP}услуги",
        f"21{NBSP}услуги",
        f"1{NBSP}500{NBSP}услуги",
    ]


@time_machine.travel(dt.datetime(2026, 11, 21, 0, 30, tzinfo=dt.UTC))
@pytest.mark.parametrize(
    ("day", "words"),
    [
        (dt.date(2026, 11, 21), "днес (21.11.2026)"),
        (dt.date(2026, 11, 20), "вчера (20.11.2026)"),
        (dt.date(2026, 11, 18), "преди 3 дни (18.11.2026)"),
        (dt.date(2026, 4, 21), "преди 7 месеца (21.04.2026)"),
        (dt.date(2023, 4, 1), "преди 3 години (01.04.2023)"),
        # Half past eleven at night in Sofia is the day before in UTC's eyes only.
        (dt.datetime(2026, 11, 20, 22, 30, tzinfo=dt.UTC), "днес (21.11.2026)"),
    ],
)
def test_ago(day, words):
    assert f">{words}</time>" in ago(day)


def test_long_date_begins_months_with_a_small_letter():
    assert long_date(dt.date(2026, 11, 30)) == "понеделник, 30 ноември 2026 г."


def test_phone_link_dials_digits_and_escapes_the_rest():
    assert phone_link("044 000 <b>") == '<a href="tel:044000">044\xa0000\xa0&lt;b&gt;</a>'
