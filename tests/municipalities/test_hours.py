"""Opening hours: what they say of a moment, and how a week is written."""

import datetime as dt

import pytest

from municipalities.hours import open_state, week
from tests.support.weeks import NIGHTS, OFFICE, ROUND_THE_CLOCK, SOFIA, week_of


@pytest.mark.parametrize(
    ("written", "moment", "is_open", "at"),
    [
        (OFFICE, "2026-11-20 08:29", False, "08:30"),
        (OFFICE, "2026-11-20 08:30", True, "12:00"),
        (OFFICE, "2026-11-20 12:10", False, "12:30"),
        (OFFICE, "2026-11-20 16:59", True, "17:00"),
        (OFFICE, "2026-11-20 17:00", False, None),
        (OFFICE, "2026-11-21 10:00", False, None),  # Saturday
        (OFFICE, "2026-12-25 10:00", False, None),  # Christmas, a Friday
        (OFFICE, "2026-10-26 08:30", True, "12:00"),  # the Monday after clocks went back
        (ROUND_THE_CLOCK, "2026-03-03 03:00", True, None),  # a holiday, at night
        (ROUND_THE_CLOCK, "2026-11-20 23:59:30", True, None),
        (NIGHTS, "2026-11-20 22:00", True, "08:00"),
        (NIGHTS, "2026-11-21 07:59", True, "08:00"),
        (NIGHTS, "2026-11-21 09:00", False, "18:00"),
    ],
)
def test_open_state(written, moment, is_open, at):
    state = open_state(week_of(written), dt.datetime.fromisoformat(moment).replace(tzinfo=SOFIA))
    assert (state.is_open, state.at) == (is_open, dt.time.fromisoformat(at) if at else None)


def test_open_state_is_asked_in_local_time():
    noon_in_utc = dt.datetime(2026, 7, 1, 5, 45, tzinfo=dt.UTC)  # 8:45 in Sofia
    assert open_state(week_of(OFFICE), noon_in_utc).is_open


def test_nothing_is_said_of_a_place_without_hours():
    assert open_state([]) is None


def test_holiday_is_told_apart_from_an_ordinary_closed_day():
    christmas = dt.datetime(2026, 12, 25, 10, tzinfo=SOFIA)
    assert open_state(week_of(OFFICE), christmas).is_holiday


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (OFFICE, [("понеделник – петък", "8:30 – 12:00 и 12:30 – 17:00")]),
        (ROUND_THE_CLOCK, [("понеделник – неделя", "денонощно")]),
        (NIGHTS, [("понеделник – неделя", "0:00 – 8:00 и 18:00 – 24:00")]),
        (
            [*OFFICE[:1], {"days": "6", "opens": "09:00", "closes": "11:00"}],
            [("понеделник – петък", "8:30 – 12:00"), ("събота", "9:00 – 11:00")],
        ),
        (
            [
                {"days": "1", "opens": "09:00", "closes": "11:00"},
                {"days": "3", "opens": "09:00", "closes": "11:00"},
            ],
            [("понеделник", "9:00 – 11:00"), ("сряда", "9:00 – 11:00")],
        ),
    ],
)
def test_week(written, expected):
    assert week(week_of(written)) == expected
