"""Days of follow-ups: working ones, weeks and months, how a day is called from today."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format

from municipalities.hours import is_holiday
from municipalities.templatetags.portal import plural

DAY = dt.timedelta(days=1)
# Calendars, dates and the list of holidays stay within these; nobody promises for later.
FIRST_YEAR, LAST_YEAR = 2000, 2100
SHORT_DAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "нд")


@dataclass(frozen=True)
class QuickDay:
    """A day one press away: what it is called, and which day that is."""

    words: str
    day: dt.date

    @property
    def written(self) -> str:
        """The day itself: „пн 23.11“."""
        return f"{SHORT_DAYS[self.day.isoweekday() - 1]} {self.day:%d.%m}"


def is_working(day: dt.date) -> bool:
    """Say whether offices work on ``day``: neither a weekend nor an official holiday."""
    return day.isoweekday() < 6 and not is_holiday(day)


def working_from(day: dt.date) -> dt.date:
    """Return ``day``, or the first working day after it."""
    while not is_working(day):
        day += DAY
    return day


def next_working(today: dt.date | None = None) -> dt.date:
    """Return the first working day after ``today``."""
    return working_from((today or timezone.localdate()) + DAY)


def quick_days(today: dt.date | None = None) -> list[QuickDay]:
    """Return „утре“, „след 3 дни“ and „след седмица“, moved past days off, without repetitions.

    A tomorrow that is moved is called by what it is: „следващия работен ден“.
    """
    today = today or timezone.localdate()
    tomorrow = next_working(today)
    offered = [
        QuickDay("утре" if tomorrow == today + DAY else "следващия работен ден", tomorrow),
        QuickDay("след 3 дни", working_from(today + 3 * DAY)),
        QuickDay("след седмица", working_from(today + 7 * DAY)),
    ]
    known: dict[dt.date, QuickDay] = {}
    for quick in offered:
        known.setdefault(quick.day, quick)
    return list(known.values())


def start_of_week(day: dt.date) -> dt.date:
    """Return the Monday of the week of ``day``."""
    return day - (day.isoweekday() - 1) * DAY


def end_of_week(day: dt.date) -> dt.date:
    """Return the Sunday of the week of ``day``."""
    return start_of_week(day) + 6 * DAY


def month_later(day: dt.date, months: int) -> dt.date:
    """Return the first day of the month that is ``months`` after (before) that of ``day``."""
    number = day.year * 12 + day.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def weeks_of_month(day: dt.date) -> list[list[dt.date]]:
    """Return the weeks, Monday first, that the month of ``day`` touches."""
    return calendar.Calendar(firstweekday=0).monthdatescalendar(day.year, day.month)


def month_words(day: dt.date) -> str:
    """Write „ноември 2026 г.“."""
    return f"{date_format(day, 'F Y').lower()} г."


def due_words(due_on: dt.date, today: dt.date | None = None) -> str:
    """Say a day from today: „закъснява с 3 дни“, „днес“, „утре“, „след 5 дни“; else nothing."""
    ahead = (due_on - (today or timezone.localdate())).days
    if ahead < 0:
        return f"закъснява с {-ahead} {plural(-ahead, 'ден', 'дни')}"
    if ahead < 2:
        return ("днес", "утре")[ahead]
    return f"след {ahead} дни" if ahead < 8 else ""
