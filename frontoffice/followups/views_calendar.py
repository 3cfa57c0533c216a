"""Follow-ups by days: a week or a month, as a table that a phone shows as a list."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.forms import DateField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from frontoffice.followups.days import (
    DAY,
    FIRST_YEAR,
    LAST_YEAR,
    SHORT_DAYS,
    end_of_week,
    month_later,
    month_words,
    start_of_week,
    weeks_of_month,
)
from frontoffice.followups.listing import Asked
from frontoffice.followups.models import FollowUp
from municipalities.hours import Weekday, holiday_name
from municipalities.permissions import can_use_desk, require

WEEK, MONTH = "sedmitsa", "mesets"
MOST_READ = 1000  # follow-ups in one view
MOST_IN_A_DAY = {WEEK: 50, MONTH: 4}


@dataclass
class Day:
    """One day of the view: its follow-ups, how many of them are not shown, why it is off."""

    day: dt.date
    is_today: bool
    is_outside: bool
    holiday: str
    rows: list[FollowUp] = field(default_factory=list)
    hidden: int = 0

    @property
    def is_off(self) -> bool:
        return bool(self.holiday) or self.day.isoweekday() > 5

    @property
    def count(self) -> int:
        return len(self.rows) + self.hidden


@require(can_use_desk)
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """A week or a month around ``?den=``, mine or the office's, for the head everybody's."""
    asked = Asked.of(request.GET, request.membership)
    view = MONTH if request.GET.get("izgled") == MONTH else WEEK
    around = _day_of(request.GET.get("den", ""))
    weeks = weeks_of_month(around) if view == MONTH else [_week(around)]
    shown, is_cut = _days(request, asked, view, weeks, around)
    before, after = _neighbours(view, around)
    return render(
        request,
        "frontoffice/follow_ups/calendar.html",
        {
            "tabs": [
                {**tab, "href": f"{tab['href']}{_joined(tab['href'])}{_where(view, around)}"}
                for tab in asked.tabs(request.membership)
            ],
            "whose": asked.query(when="predstoyat", owner=None).lstrip("?"),
            "view": view,
            "weeks": shown,
            "title": month_words(around) if view == MONTH else _week_words(around),
            "before": before,
            "after": after,
            "around": around,
            "today": timezone.localdate(),
            "weekdays": list(zip(SHORT_DAYS, Weekday.labels, strict=True)),
            "is_cut": is_cut,
            "total": sum(day.count for week in shown for day in week if not day.is_outside),
        },
    )


def _day_of(written: str) -> dt.date:
    """Return the day in the address; today where it is wrong or beyond what the calendar shows."""
    try:
        day = DateField(required=False).clean(written.replace("\x00", "")[:20])
    except ValidationError:
        day = None
    return day if day and FIRST_YEAR < day.year < LAST_YEAR else timezone.localdate()


def _week(around: dt.date) -> list[dt.date]:
    return [start_of_week(around) + number * DAY for number in range(7)]


def _days(
    request: HttpRequest, asked: Asked, view: str, weeks: list[list[dt.date]], around: dt.date
) -> tuple[list[list[Day]], bool]:
    """Return the days with their follow-ups, in one query, and whether there were too many."""
    found = (
        asked.whole(request.membership)
        .exclude(state=FollowUp.State.DROPPED)
        .filter(due_on__range=(weeks[0][0], weeks[-1][-1]))
        .for_listing()[: MOST_READ + 1]
    )
    by_day: dict[dt.date, list[FollowUp]] = {}
    for row in found:
        by_day.setdefault(row.due_on, []).append(row)
    today, most = timezone.localdate(), MOST_IN_A_DAY[view]
    shown = [
        [
            Day(
                day=day,
                is_today=day == today,
                is_outside=view == MONTH and day.month != around.month,
                holiday=holiday_name(day),
                rows=by_day.get(day, [])[:most],
                hidden=max(len(by_day.get(day, [])) - most, 0),
            )
            for day in week
        ]
        for week in weeks
    ]
    return shown, sum(map(len, by_day.values())) > MOST_READ


def _neighbours(view: str, around: dt.date) -> tuple[dt.date, dt.date]:
    if view == MONTH:
        return month_later(around, -1), month_later(around, 1)
    return start_of_week(around) - 7 * DAY, start_of_week(around) + 7 * DAY


def _week_words(around: dt.date) -> str:
    first, last = start_of_week(around), end_of_week(around)
    return f"{first:%d.%m} – {last:%d.%m.%Y} г."


def _where(view: str, around: dt.date) -> str:
    return f"izgled={view}&den={around:%d.%m.%Y}"


def _joined(href: str) -> str:
    return "" if href.endswith("?") else "&"
