"""No small number can be had from a table: not from its rows and total, not by who knows the rule.

The reader of a table is played here: everything the table lets them know is kept, every table that
would look the same is tried, and what they learn of a hidden row is the set of numbers it could be.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from municipalities.disclosure import Cell, Hiding, protect

counts = st.lists(st.integers(0, 10), min_size=1, max_size=5)
thresholds = st.integers(1, 6)


def table_of(numbers, **options):
    return protect([Cell(f"{i}", n) for i, n in enumerate(numbers)], **options)


def looks(table) -> tuple:
    """Return everything that a reader sees."""
    return (table.hiding, tuple((row.label, row.count) for row in table.rows))


def parts(total: int, count: int) -> Iterator[tuple[int, ...]]:
    """Return every way to write ``total`` as ``count`` numbers from 1 up."""
    if count == 1:
        yield (total,)
        return
    for first in range(1, total - count + 2):
        for rest in parts(total - first, count - 1):
            yield (first, *rest)


def possible(numbers, table, *, total: int, smallest: int, is_partition: bool) -> list[set[int]]:
    """Return, for each hidden row, what it could be for who knows the rule too.

    Ends early when no row is certain any more.
    """
    shown = {row.label: row.count for row in table.rows}
    places = [i for i in range(len(numbers)) if shown.get(f"{i}", 0) is None]
    if not places:
        return []
    left = total - sum(count or 0 for count in shown.values())
    sums = [left] if is_partition else range(max(left, len(places)), len(places) * 11)
    could_be: list[set[int]] = [set() for _ in places]
    for all_of_them in sums:
        for guess in parts(all_of_them, len(places)):
            if all(len(known) > 1 for known in could_be):
                return could_be
            if max(guess) > total:
                continue
            other = list(numbers)
            for place, number in zip(places, guess, strict=True):
                other[place] = number
            again = table_of(other, total=total, smallest=smallest, is_partition=is_partition)
            if looks(again) == looks(table):
                for known, number in zip(could_be, guess, strict=True):
                    known.add(number)
    return could_be


@pytest.mark.parametrize("smallest", range(1, 6))
def test_not_in_any_table_of_three_rows(smallest):
    for numbers in product(range(8), repeat=3):
        for is_partition in (True, False):
            total = sum(numbers)
            options = {"total": total, "smallest": smallest, "is_partition": is_partition}
            could_be = possible(numbers, table_of(numbers, **options), **options)
            assert all(len(known) >= 2 for known in could_be), (numbers, options, could_be)


@settings(max_examples=300, deadline=None)
@given(counts, thresholds)
def test_no_hidden_number_can_be_computed_from_the_others_and_the_total(numbers, smallest):
    total = sum(numbers)
    table = table_of(numbers, total=total, smallest=smallest)
    could_be = possible(numbers, table, total=total, smallest=smallest, is_partition=True)
    assert all(len(known) >= 2 for known in could_be), (looks(table), could_be)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=4), thresholds, st.data())
def test_nor_where_rows_overlap(numbers, smallest, data):
    total = data.draw(st.integers(max(numbers), max(1, sum(numbers))))
    table = table_of(numbers, total=total, smallest=smallest, is_partition=False)
    could_be = possible(numbers, table, total=total, smallest=smallest, is_partition=False)
    assert all(len(known) >= 2 for known in could_be), (looks(table), could_be)


@given(counts, thresholds, st.booleans())
def test_what_is_shown_is_true_and_never_small(numbers, smallest, is_partition):
    total = sum(numbers)
    table = table_of(numbers, total=total, smallest=smallest, is_partition=is_partition)
    for row in table.rows:
        number = numbers[int(row.label)]
        assert number > 0
        if row.count is not None:
            assert row.count == number >= smallest
        elif table.hiding is Hiding.UNDER:
            assert number < smallest
    if table.hiding is not Hiding.WHOLE:
        assert len(table.rows) == sum(number > 0 for number in numbers)


@given(counts, thresholds)
def test_hidden_rows_stand_last_and_say_nothing_by_their_order(numbers, smallest):
    table = table_of(numbers, total=sum(numbers), smallest=smallest)
    shown = [row.count is not None for row in table.rows]
    assert shown == sorted(shown, reverse=True)
    hidden = [int(row.label) for row in table.rows if row.count is None]
    assert hidden == sorted(hidden)


@given(counts, thresholds)
def test_a_small_number_is_all_that_costs_anything(numbers, smallest):
    table = table_of(numbers, total=sum(numbers), smallest=smallest)
    if all(number >= smallest for number in numbers if number):
        assert [row.count for row in table.rows] == sorted(filter(None, numbers), reverse=True)


@pytest.mark.parametrize(
    ("numbers", "hiding", "shown"),
    [
        ([20, 9, 5], Hiding.NOTHING, [20, 9, 5]),
        ([20, 9, 3], Hiding.MIXED, [20]),  # one alone is the total less the others
        ([20, 9, 9, 3], Hiding.MIXED, [20]),  # equal ones go together
        ([20, 1, 1], Hiding.MIXED, []),  # two that add up to 2 are 1 and 1
        ([20, 9, 2, 3], Hiding.UNDER, [20, 9]),
        ([20, 9, 4, 4], Hiding.MIXED, [20]),
        ([2, 1], Hiding.WHOLE, []),
        ([1, 1, 1, 1, 1], Hiding.WHOLE, []),
        ([3], Hiding.WHOLE, []),
        ([0, 7], Hiding.NOTHING, [7]),
        ([], Hiding.NOTHING, []),
    ],
)
def test_the_rule_by_example(numbers, hiding, shown):
    table = table_of(numbers, total=sum(numbers), smallest=5)
    assert table.hiding is hiding
    assert [row.count for row in table.rows if row.count is not None] == shown
