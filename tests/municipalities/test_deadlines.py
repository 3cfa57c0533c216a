"""When a deadline ends: over weekends, holidays, New Year, ends of months, and moved days."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from municipalities.models import LegalNorm, WorkdayChange
from municipalities.norms import deadlines
from municipalities.norms.models import Unit
from municipalities.tenancy import municipality_scope
from tests.factories_applications import NormFactory

WORKING, CALENDAR, MONTHS = Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.MONTHS


def day(written: str) -> dt.date:
    return dt.datetime.strptime(written, "%d.%m.%Y").date()


@pytest.mark.parametrize(
    ("start", "value", "unit", "end"),
    [
        # weekends
        ("18.11.2026", 7, WORKING, "27.11.2026"),
        ("20.11.2026", 1, WORKING, "23.11.2026"),
        ("21.11.2026", 1, WORKING, "23.11.2026"),
        ("20.11.2026", 1, CALENDAR, "23.11.2026"),
        ("22.11.2026", 20, CALENDAR, "14.12.2026"),
        ("18.11.2026", 2, CALENDAR, "20.11.2026"),
        # Easter of 2026 is on 12 April
        ("07.04.2026", 3, WORKING, "14.04.2026"),
        ("03.04.2026", 7, CALENDAR, "14.04.2026"),
        ("13.03.2026", 1, MONTHS, "14.04.2026"),
        # Christmas; the 26th of 2026 is a Saturday, so the Monday after it is free
        ("23.12.2026", 1, WORKING, "29.12.2026"),
        ("21.12.2026", 3, CALENDAR, "29.12.2026"),
        ("23.12.2022", 1, WORKING, "29.12.2022"),
        # New Year
        ("30.12.2026", 2, WORKING, "04.01.2027"),
        ("31.12.2021", 1, WORKING, "04.01.2022"),
        ("31.12.2027", 1, WORKING, "04.01.2028"),
        ("12.12.2026", 20, CALENDAR, "04.01.2027"),
        # holidays on a Saturday or a Sunday, КТ чл. 154, ал. 2
        ("22.05.2026", 1, WORKING, "26.05.2026"),
        ("04.09.2026", 1, WORKING, "08.09.2026"),
        ("01.03.2024", 1, WORKING, "05.03.2024"),
        ("05.05.2028", 1, WORKING, "09.05.2028"),
        # 1 May 2027 is a Saturday in Easter: the Tuesday after Easter Monday is free for it
        ("29.04.2027", 1, WORKING, "05.05.2027"),
        ("29.04.2027", 2, WORKING, "07.05.2027"),
        # ends of months
        ("31.01.2026", 1, MONTHS, "02.03.2026"),
        ("31.01.2028", 1, MONTHS, "29.02.2028"),
        ("29.02.2028", 12, MONTHS, "28.02.2029"),
        ("30.11.2026", 3, MONTHS, "01.03.2027"),
        ("31.12.2026", 2, MONTHS, "01.03.2027"),
        ("31.08.2026", 1, MONTHS, "30.09.2026"),
        # long ones
        ("02.01.2026", 3650, CALENDAR, "31.12.2035"),
        ("29.02.2028", 1, CALENDAR, "01.03.2028"),
    ],
)
def test_a_deadline_ends(start, value, unit, end):
    assert deadlines.ends_on(day(start), value, unit, {}) == day(end)


@pytest.mark.parametrize(
    ("changes", "start", "value", "unit", "end"),
    [
        ({"28.11.2026": True}, "27.11.2026", 1, WORKING, "28.11.2026"),
        ({"28.11.2026": True}, "27.11.2026", 1, CALENDAR, "28.11.2026"),
        ({"30.11.2026": False}, "27.11.2026", 1, WORKING, "01.12.2026"),
        ({"30.11.2026": False}, "27.11.2026", 3, CALENDAR, "01.12.2026"),
        ({"24.12.2026": True}, "23.12.2026", 1, WORKING, "24.12.2026"),
        ({"31.12.2026": False, "09.01.2027": True}, "30.12.2026", 6, WORKING, "09.01.2027"),
        ({"30.11.2026": False}, "30.10.2026", 1, MONTHS, "01.12.2026"),
    ],
)
def test_a_moved_day_is_what_the_decision_made_it(changes, start, value, unit, end):
    moved = {day(written): is_working for written, is_working in changes.items()}
    assert deadlines.ends_on(day(start), value, unit, moved) == day(end)


@pytest.mark.parametrize("unit", [WORKING, CALENDAR, MONTHS])
@pytest.mark.parametrize("value", [0, -1, -3650])
def test_no_time_at_all_is_no_deadline(unit, value):
    with pytest.raises(ValueError, match="ends before it begins"):
        deadlines.ends_on(day("18.11.2026"), value, unit, {})


@pytest.mark.parametrize("unit", [WORKING, CALENDAR, MONTHS])
def test_a_deadline_beyond_the_calendar_is_an_error_and_not_forever(unit):
    with pytest.raises(OverflowError):
        deadlines.ends_on(dt.date.max, 2, unit, {})


# Pauses


@pytest.mark.parametrize(
    ("due", "unit", "paused", "resumed", "moved"),
    [
        ("10.12.2026", CALENDAR, "24.11.2026", "01.12.2026", "17.12.2026"),
        ("17.12.2026", CALENDAR, "24.11.2026", "01.12.2026", "29.12.2026"),
        ("10.12.2026", MONTHS, "24.11.2026", "01.12.2026", "17.12.2026"),
        # five working days were left on 20 November, and five are left after the 30th
        ("27.11.2026", WORKING, "20.11.2026", "30.11.2026", "07.12.2026"),
        # a clock that stood over a weekend alone, over Christmas alone
        ("27.11.2026", WORKING, "20.11.2026", "22.11.2026", "27.11.2026"),
        ("26.11.2026", CALENDAR, "20.11.2026", "22.11.2026", "30.11.2026"),
        ("30.12.2026", WORKING, "23.12.2026", "28.12.2026", "30.12.2026"),
        # on the same day, and by a clock that went back
        ("27.11.2026", WORKING, "20.11.2026", "20.11.2026", "27.11.2026"),
        ("27.11.2026", CALENDAR, "20.11.2026", "19.11.2026", "27.11.2026"),
        # what was a day late stays a day late
        ("19.11.2026", WORKING, "20.11.2026", "25.11.2026", "24.11.2026"),
        ("19.11.2026", CALENDAR, "20.11.2026", "25.11.2026", "24.11.2026"),
    ],
)
def test_a_pause_moves_a_deadline_by_the_days_in_which_it_is_counted(
    due, unit, paused, resumed, moved
):
    after = deadlines.moved_by_pause(day(due), unit, day(paused), day(resumed), {})
    assert after == day(moved)


# What holds for any deadline

DAYS = st.dates(dt.date(2018, 1, 1), dt.date(2060, 12, 31))
VALUES = st.integers(1, 400)
UNITS = st.sampled_from([WORKING, CALENDAR, MONTHS])


@st.composite
def moved_days(draw, around: dt.date) -> dict[dt.date, bool]:
    offsets = st.integers(0, 60).map(lambda n: around + n * deadlines.DAY)
    return draw(st.dictionaries(offsets, st.booleans(), max_size=12))


@given(start=DAYS, value=VALUES, unit=UNITS, data=st.data())
def test_a_deadline_ends_later_than_it_begins_and_on_a_working_day(start, value, unit, data):
    changes = data.draw(moved_days(start))
    end = deadlines.ends_on(start, value, unit, changes)
    assert end > start
    assert deadlines.is_working(end, changes)


@given(start=DAYS, value=VALUES, unit=UNITS, data=st.data())
def test_more_time_or_a_later_beginning_never_ends_sooner(start, value, unit, data):
    changes = data.draw(moved_days(start))
    end = deadlines.ends_on(start, value, unit, changes)
    assert deadlines.ends_on(start, value + 1, unit, changes) >= end
    assert deadlines.ends_on(start + deadlines.DAY, value, unit, changes) >= end


@given(start=DAYS, value=st.integers(1, 60), data=st.data())
def test_working_days_are_as_many_as_they_say(start, value, data):
    changes = data.draw(moved_days(start))
    end = deadlines.ends_on(start, value, WORKING, changes)
    assert deadlines.working_between(start, end, changes) == value


@given(start=DAYS, value=VALUES, unit=UNITS)
def test_a_free_day_is_the_only_reason_to_end_later_than_the_plain_count(start, value, unit):
    end = deadlines.ends_on(start, value, unit, {})
    plain = {
        CALENDAR: start + value * deadlines.DAY,
        MONTHS: deadlines.add_months(start, value),
        WORKING: start + value * deadlines.DAY,
    }[Unit(unit)]
    assert end >= plain
    if unit != WORKING:
        between = [plain + n * deadlines.DAY for n in range((end - plain).days)]
        assert not any(deadlines.is_working(free, {}) for free in between)


@given(
    start=DAYS,
    value=st.integers(1, 60),
    unit=UNITS,
    ran=st.integers(0, 80),
    stood=st.integers(0, 80),
    data=st.data(),
)
def test_after_a_pause_as_much_is_left_as_before_it(start, value, unit, ran, stood, data):
    changes = data.draw(moved_days(start))
    due = deadlines.ends_on(start, value, unit, changes)
    paused, resumed = start + ran * deadlines.DAY, start + (ran + stood) * deadlines.DAY
    moved = deadlines.moved_by_pause(due, unit, paused, resumed, changes)
    assert moved >= due
    assert deadlines.is_working(moved, changes)
    if unit == WORKING:
        left = deadlines.working_between
        assert left(resumed, moved, changes) == left(paused, due, changes)
        assert left(moved, resumed, changes) == left(due, paused, changes)
    else:
        assert (moved - resumed) >= (due - paused)


# Rows


@pytest.mark.django_db
def test_the_norm_of_a_day(sliven, elena):
    with municipality_scope(sliven):
        old = NormFactory(municipality=sliven, code="n", valid_to=day("31.12.2025"), value=30)
        new = NormFactory(municipality=sliven, code="n", valid_from=day("01.01.2026"), value=20)
        assert deadlines.norm_on("n", day("31.12.2025")) == old
        assert deadlines.norm_on("n", day("01.01.2026")) == new
        assert deadlines.norm_on("", day("01.01.2026")) is None
        LegalNorm.objects.filter(pk=new.pk).update(valid_to=day("31.01.2026"))
        assert deadlines.norm_on("n", day("01.02.2026")) is None
    with municipality_scope(elena):
        assert deadlines.norm_on("n", day("01.01.2026")) is None


@pytest.mark.django_db
def test_moved_days_are_ones_own_and_from_the_day_on(sliven, elena, django_assert_num_queries):
    for owner, written in ((sliven, "27.11.2026"), (sliven, "30.11.2026"), (elena, "01.12.2026")):
        with municipality_scope(owner):
            WorkdayChange.objects.create(municipality=owner, day=day(written))
    with municipality_scope(sliven), django_assert_num_queries(1):
        assert deadlines.changes_from(day("28.11.2026")) == {day("30.11.2026"): False}


def test_a_deadline_is_explained_in_words():
    norm = LegalNorm(code="n", name="Срок", value=7, unit=WORKING, legal_basis="чл. 1")
    kept = deadlines.as_it_was(norm)
    words = "7 работни дни от 18.11.2026, чл. 1, непотвърдена норма"
    assert deadlines.in_words(kept, day("18.11.2026")) == words
    assert deadlines.in_words(
        kept | {"is_verified": True}, day("18.11.2026")
    ) == words.removesuffix(", непотвърдена норма")
