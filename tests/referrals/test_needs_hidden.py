"""No hidden number of an analysis can be had from the rest of it.

The reader of the whole document is played: two municipalities of which one has 2 where the other
has 3 are told apart by nothing in it. And whatever is summed of a table is summed of what it shows.
"""

from __future__ import annotations

import datetime as dt
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from municipalities.disclosure import Cell
from referrals.needs.figures import Period, Shown, people
from tests.factories import ServiceFactory
from tests.factories_applications import ApplicationKindFactory
from tests.referrals.test_needs_counting import data_of, refer, talk, town, wish

__all__ = ["town"]  # the fixture
counts = st.lists(st.integers(0, 9), min_size=1, max_size=4)


def shown(numbers: list[int], smallest: int, *, is_partition: bool) -> Shown:
    days = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
    period = Period(*days, SimpleNamespace(), smallest)  # type: ignore[arg-type]
    cells = [Cell(f"{place}", number, place) for place, number in enumerate(numbers)]
    return people("", "", cells, period, total=sum(numbers), is_partition=is_partition)


def looks(table: Shown) -> tuple[Any, ...]:
    """Return all that a reader sees of a table."""
    return (table.table.hiding, [(row.label, row.count) for row in table.table.rows], table.total)


@settings(max_examples=60, deadline=None)
@given(counts, st.integers(2, 6), st.booleans(), st.sets(st.integers(0, 3)))
def test_what_is_told_of_rows_is_told_of_what_is_shown(numbers, smallest, is_partition, keys):
    table = shown(numbers, smallest, is_partition=is_partition)
    told = [table.said_of(key) for key in range(4)], table.sum_of(keys).words
    for other in product(range(7), repeat=len(numbers)):
        again = shown(list(other), smallest, is_partition=is_partition)
        if looks(again) == looks(table):
            assert ([again.said_of(key) for key in range(4)], again.sum_of(keys).words) == told


@given(counts, st.integers(2, 6), st.booleans())
def test_a_sum_is_never_more_than_there_is(numbers, smallest, is_partition):
    table = shown(numbers, smallest, is_partition=is_partition)
    for key, number in enumerate(numbers):
        said, told = table.sum_of([key]), table.said_of(key)
        assert said.known <= number
        assert not said.is_all or said.known == number or table.is_withheld
        assert told == number or (isinstance(told, str) and f"{number}" not in told.split())


@pytest.mark.django_db
@pytest.mark.parametrize(("one", "other"), [(2, 3), (6, 3)], ids=["under", "mixed"])
def test_two_that_differ_only_in_what_is_hidden_read_the_same(town, elena, one, other):
    """The rest is the same in both, and the hidden numbers change places."""
    asking = ApplicationKindFactory(municipality=town.owner, asks_service=True)
    second = ServiceFactory(municipality=town.owner, name="Клуб", kinds=[town.shelter])
    towns = []
    for fewer, more in ((one, other), (other, one)):
        month = 1 + len(towns)  # two periods of one municipality are as good as two of them
        at = dt.datetime(2026, month, 5, 10, tzinfo=dt.UTC)
        day = {"held_at": at}
        talk(town, 8, 0, settlement=town.places[0], **day)
        talk(town, fewer, 1, settlement=town.places[1], subject="relative", outcome="unmet",
             missing_kind=town.shelter, **day)  # fmt: skip
        talk(town, more, 1, settlement=town.places[2], subject="other", outcome="elsewhere", **day)
        wish(town, 8, asking, service=town.centre, registered_at=at)
        wish(town, fewer, asking, service=second, registered_at=at)
        wish(town, more, asking, registered_at=at)
        refer(town, 8, state="started", sent_at=at)
        refer(town, fewer, state="declined", sent_at=at)
        refer(town, more, state="declined", decline_reason="unwilling", sent_at=at)
        towns.append((at.date().replace(day=1), at.date().replace(day=28)))
    first, again = (data_of(town, since=since, upto=upto) for since, upto in towns)
    for section in first:
        assert told(first[section]) == told(again[section]), section


def told(section: dict[str, Any]) -> str:
    """Return all that is said, with the name of the month the same."""
    return str(section).replace("януари 2026", "месец").replace("февруари 2026", "месец")
