"""When a project ends, and how what is known of its period is written."""

import datetime as dt

import pytest

from projects.models import Project
from projects.period import add_months, planned_end

APRIL = dt.date(2023, 4, 1)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (APRIL, 6, dt.date(2023, 10, 1)),
        (APRIL, 24, dt.date(2025, 4, 1)),
        (dt.date(2023, 8, 31), 6, dt.date(2024, 2, 29)),
        (dt.date(2023, 12, 15), 1, dt.date(2024, 1, 15)),
        (dt.date(2023, 12, 15), 12, dt.date(2024, 12, 15)),
    ],
)
def test_months_later(day, months, later):
    assert add_months(day, months) == later


def test_the_contracted_end_is_not_worked_out():
    end = planned_end(APRIL, 24, dt.date(2025, 5, 1))
    assert (end.day, end.is_derived) == (dt.date(2025, 5, 1), False)


def test_start_and_months_give_a_derived_end():
    assert planned_end(APRIL, 6, None).is_derived
    assert planned_end(None, 6, None) is None
    assert planned_end(APRIL, None, None) is None


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ({}, ""),
        ({"duration_months": 1}, "1 месец"),
        ({"duration_months": 24}, "24 месеца"),
        ({"starts_on": APRIL}, "от 01.04.2023"),
        ({"starts_note": "3 юли", "duration_months": 18}, "от 3 юли, 18 месеца"),
        (
            {"ends_on": dt.date(2024, 4, 13), "duration_months": 12},
            "до 13.04.2024, 12 месеца",
        ),
        (
            {"starts_on": APRIL, "duration_months": 6},
            "01.04.2023 – 01.10.2023 (изчислен), 6 месеца",
        ),
        ({"starts_on": APRIL, "ends_on": dt.date(2023, 5, 1)}, "01.04.2023 – 01.05.2023"),
    ],
)
def test_only_what_is_known_is_written(known, written):
    assert Project(**known).period_text() == written
