"""Opening hours: the rows, what they say of this moment, and how a week is written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import holidays
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MIDNIGHT = dt.time(23, 59)
DAY = dt.timedelta(days=1)
LOOK_AHEAD = 14 * DAY  # further than that „отваря на…“ helps nobody
SHOWN_AHEAD = 60 * DAY


class Weekday(models.IntegerChoices):
    MONDAY = 1, _("понеделник")
    TUESDAY = 2, _("вторник")
    WEDNESDAY = 3, _("сряда")
    THURSDAY = 4, _("четвъртък")
    FRIDAY = 5, _("петък")
    SATURDAY = 6, _("събота")
    SUNDAY = 7, _("неделя")


class OpeningHours(models.Model):
    """One stretch of one weekday during which a place is open, in local time."""

    weekday = models.PositiveSmallIntegerField(_("ден"), choices=Weekday.choices)
    opens = models.TimeField(_("от"))
    closes = models.TimeField(_("до"))

    class Meta:
        abstract = True
        ordering = ("weekday", "opens")
        verbose_name = _("работно време")
        verbose_name_plural = _("работно време")

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {self.opens:%H:%M} – {self.closes:%H:%M}"

    def clean(self):
        if self.opens and self.closes and self.closes <= self.opens:
            raise ValidationError({"closes": _("Краят трябва да е след началото.")})


class ExceptionalHours(models.Model):
    """Days, both ends included, on which a place is closed or open only from ``opens``.

    No times mean closed all day. A stretch here stands instead of the week and of holidays.
    """

    first_day = models.DateField(_("от дата"))
    last_day = models.DateField(_("до дата"))
    opens = models.TimeField(_("от час"), null=True, blank=True)
    closes = models.TimeField(_("до час"), null=True, blank=True)
    reason = models.CharField(_("причина"), max_length=160, blank=True)

    class Meta:
        abstract = True
        ordering = ("first_day", "opens", "pk")
        verbose_name = _("ден с друго работно време")
        verbose_name_plural = _("дни с друго работно време")
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_days_in_order",
                condition=models.Q(first_day__lte=models.F("last_day")),
                violation_error_message=_("Крайната дата е преди началната."),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_both_times",
                condition=models.Q(opens__isnull=True, closes__isnull=True)
                | models.Q(opens__isnull=False, closes__isnull=False, opens__lt=models.F("closes")),
                violation_error_message=_(
                    "Попълнете двата часа, краят след началото, или оставете и двата празни."
                ),
            ),
        ]

    def __str__(self) -> str:
        days = f"{self.first_day:%d.%m.%Y}"
        if self.last_day != self.first_day:
            days = f"{days} – {self.last_day:%d.%m.%Y}"
        if self.opens is None or self.closes is None:
            return f"{days}: {_('затворено')}"
        return f"{days}: {self.opens:%H:%M} – {self.closes:%H:%M}"

    @staticmethod
    def still_count() -> models.Q:
        """Return the condition on rows that say something of today or later.

        Those of yesterday do: hours that begin in the evening go on past midnight.
        """
        return models.Q(last_day__gte=timezone.localdate() - DAY)


class KeepsHours(models.Model):
    """Base of places with rows of ``hours`` and of ``exceptions`` from them."""

    class Meta:
        abstract = True

    def week(self) -> list[tuple[str, str]]:
        """Return the working week as (days, times)."""
        return week(self.hours.all())

    def open_state(self, moment: dt.datetime | None = None) -> OpenState | None:
        """Say whether the place is open at ``moment`` (now); None where hours are not known."""
        return open_state(self.hours.all(), moment, self.known_exceptions())

    def coming_exceptions(self) -> list[Any]:
        """Return the days unlike the others from today on, for ``SHOWN_AHEAD``, in order."""
        today = timezone.localdate()
        return [
            row
            for row in self.known_exceptions()
            if row.last_day >= today and row.first_day <= today + SHOWN_AHEAD
        ]

    def known_exceptions(self) -> list[Any]:
        """Return the exceptional days that were brought with the place, or ask for them."""
        brought = getattr(self, "_prefetched_objects_cache", {}).get("exceptions")
        if brought is not None:
            return list(brought)
        return list(self.exceptions(manager="public").filter(ExceptionalHours.still_count()))


@dataclass(frozen=True)
class OpenState:
    """Whether a place is open at a moment, and what comes next. All times are local.

    ``at`` is the time at which an open place closes (None: not within a day) or at which a closed
    one opens today. A place that opens on a later day has None there, and ``on`` and ``on_at`` say
    the day and time; all three are None where nothing is known to open within ``LOOK_AHEAD``.
    ``reason`` says why the whole day is closed: the name of the holiday or the words of the
    exception.
    """

    is_open: bool
    at: dt.time | None = None
    is_holiday: bool = False
    on: dt.date | None = None
    on_at: dt.time | None = None
    reason: str = ""
    asked_on: dt.date | None = None

    def words(self) -> str:
        """Say the state as citizens read it: „затворено, отваря в понеделник в 8:30“."""
        if self.is_open:
            if self.at is None:
                return gettext("отворено денонощно")
            return gettext("отворено до %(time)s") % {"time": _clock(self.at)}
        said = gettext("затворено: %(reason)s") % {"reason": self.reason} if self.reason else ""
        if self.at:
            opens = gettext("отваря в %(time)s") % {"time": _clock(self.at)}
        elif self.on and self.on_at:
            opens = gettext("отваря %(day)s в %(time)s") % {
                "day": self._day(self.on),
                "time": _clock(self.on_at),
            }
        else:
            return said or gettext("сега е затворено")
        return f"{said or gettext('затворено')}, {opens}"

    def _day(self, day: dt.date) -> str:
        ahead = (day - self.asked_on).days if self.asked_on else None
        if ahead == 1:
            return gettext("утре")
        if ahead is not None and 1 < ahead < 7:
            return str(ON_WEEKDAY[day.isoweekday() - 1])
        return gettext("на %(day)s") % {"day": f"{day:%d.%m}"}


ON_WEEKDAY = (
    _("в понеделник"),
    _("във вторник"),
    _("в сряда"),
    _("в четвъртък"),
    _("в петък"),
    _("в събота"),
    _("в неделя"),
)


def _clock(time: dt.time) -> str:
    return f"{time.hour}:{time:%M}"


@lru_cache(maxsize=8)
def _holidays(year: int):
    return holidays.country_holidays("BG", years=year, language="bg")


def within_days(column: str, first: dt.date | None, last: dt.date | None) -> models.Q:
    """Return the condition that ``column`` is in the local days from ``first`` to ``last``.

    None leaves that end open, and so does the last day there is. An index on ``column`` serves it.
    """

    def begins(day: dt.date) -> dt.datetime:
        return timezone.make_aware(dt.datetime.combine(day, dt.time.min))

    condition = models.Q()
    if first:
        condition &= models.Q(**{f"{column}__gte": begins(first)})
    if last and last < dt.date.max:
        condition &= models.Q(**{f"{column}__lt": begins(last + dt.timedelta(days=1))})
    return condition


def is_holiday(day: dt.date) -> bool:
    """Say whether ``day`` is an official holiday (чл. 154 КТ, by the holidays package)."""
    return day in _holidays(day.year)


def holiday_name(day: dt.date) -> str:
    """Return the short Bulgarian name of the holiday on ``day``, empty on other days.

    „Ден на светите братя Кирил и Методий, на българската азбука…“ ends before its first comma.
    """
    return re.split(r" \(|[;,]", _holidays(day.year).get(day, ""))[0]


def open_state(
    hours: Iterable[OpeningHours],
    moment: dt.datetime | None = None,
    exceptions: Iterable[ExceptionalHours] = (),
) -> OpenState | None:
    """Return the state of a place with these ``hours`` at ``moment`` (now).

    ``exceptions`` stand instead of the week and of holidays on their days. None is returned where
    nothing is known: no hours, and no exception for the day of ``moment``.
    """
    calendar = _Calendar(list(hours), list(exceptions))
    now = (moment or timezone.now()).astimezone(dt.UTC)
    today = timezone.localtime(now).date()
    if not calendar.week and not calendar.exceptions_of(today):
        return None
    for begins, ends in calendar.stretches(today - DAY, today + LOOK_AHEAD):
        if begins <= now < ends:
            closes = None if ends - now > DAY else timezone.localtime(ends).time()
            return OpenState(is_open=True, at=closes, asked_on=today)
        if now < begins:
            return _closed(calendar, today, timezone.localtime(begins))
    return _closed(calendar, today, None)


def _closed(calendar: _Calendar, today: dt.date, opens: dt.datetime | None) -> OpenState:
    """Return the state of a closed place that opens next at ``opens``, None if not soon."""
    reason, holiday = calendar.why_closed(today)
    next_day = opens.date() if opens else None
    is_later = next_day is not None and next_day != today
    return OpenState(
        is_open=False,
        at=opens.time() if opens and not is_later else None,
        is_holiday=holiday,
        on=next_day if is_later else None,
        on_at=opens.time() if opens and is_later else None,
        reason=reason,
        asked_on=today,
    )


class _Calendar:
    """The days of one place: its week, with holidays and exceptions in their stead."""

    def __init__(self, week: list[OpeningHours], exceptions: list[ExceptionalHours]):
        self.week = week
        self.exceptions = exceptions
        # A place that receives people at night (a shelter, a crisis centre) does so on holidays.
        self.keeps_holidays = not any(touches_midnight(row) for row in week)

    def exceptions_of(self, day: dt.date) -> list[ExceptionalHours]:
        """Return what is written of ``day``: of several, those of the fewest days.

        So „на 24 от 8 до 12“ stands inside „от 24 до 27 затворено“, and the other way about.
        """
        named = [row for row in self.exceptions if row.first_day <= day <= row.last_day]
        fewest = min((row.last_day - row.first_day for row in named), default=None)
        return [row for row in named if row.last_day - row.first_day == fewest]

    def times_of(self, day: dt.date) -> list[tuple[dt.time, dt.time]]:
        """Return the stretches that begin on ``day``, in order."""
        named = self.exceptions_of(day)
        if named:
            times = [(row.opens, row.closes) for row in named if row.opens and row.closes]
            # One row that says „затворено“ outweighs others of the same days: nobody goes in vain.
            return sorted(times) if len(times) == len(named) else []
        if self.keeps_holidays and is_holiday(day):
            return []
        return sorted((h.opens, h.closes) for h in self.week if h.weekday == day.isoweekday())

    def why_closed(self, day: dt.date) -> tuple[str, bool]:
        """Return why the whole ``day`` is closed, and whether that is a holiday."""
        named = self.exceptions_of(day)
        if named:
            reason = next((row.reason for row in named if row.reason), "")
            return ("" if self.times_of(day) else reason), False
        holiday = self.keeps_holidays and is_holiday(day)
        return (holiday_name(day) if holiday else ""), holiday

    def stretches(self, first: dt.date, last: dt.date) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Yield (begins, ends) in UTC, in order; what touches is one stretch, also over midnight.

        An hour that clocks skip or repeat is read as RFC 5545 does (zoneinfo's fold=0): of the
        repeated the first, of the skipped the one an hour later.
        """
        begins = ends = None
        for number in range((last - first).days + 1):
            day = first + number * DAY
            for opens, closes in self.times_of(day):
                start, end = _moment(day, opens), _end(day, opens, closes)
                if ends is not None and begins is not None and start <= ends:
                    ends = max(ends, end)
                    continue
                if begins is not None and ends is not None:
                    yield begins, ends
                begins, ends = start, end
        if begins is not None and ends is not None:
            yield begins, ends


def _moment(day: dt.date, time: dt.time) -> dt.datetime:
    # In UTC: two moments of one zone are compared by the clock, and over a change of it wrongly.
    local = dt.datetime.combine(day, time, tzinfo=timezone.get_current_timezone())
    return local.astimezone(dt.UTC)


def _end(day: dt.date, opens: dt.time, closes: dt.time) -> dt.datetime:
    """Return when a stretch of ``day`` ends: 23:59 is the midnight after, as is no later hour."""
    if closes == MIDNIGHT:
        return _moment(day + DAY, dt.time(0))
    return _moment(day if closes > opens else day + DAY, closes)


def touches_midnight(row: OpeningHours) -> bool:
    """Say whether the stretch begins or ends at midnight (23:59 stands for it), or goes over it."""
    return row.opens == dt.time(0) or row.closes == MIDNIGHT or row.closes <= row.opens


def _times(row: OpeningHours) -> str:
    if row.opens == dt.time(0) and row.closes == MIDNIGHT:
        return str(_("денонощно"))
    closes = "24:00" if row.closes == MIDNIGHT else f"{row.closes.hour}:{row.closes:%M}"
    return f"{row.opens.hour}:{row.opens:%M} – {closes}"


def week(hours: Iterable[OpeningHours]) -> list[tuple[str, str]]:
    """Return the week as (days, times) with equal neighbouring days put together.

    „понеделник – петък“, „8:30 – 12:00 и 12:30 – 17:00“.
    """
    by_day: dict[int, list[str]] = {}
    for row in sorted(hours, key=lambda h: (h.weekday, h.opens)):
        by_day.setdefault(row.weekday, []).append(_times(row))
    runs: list[tuple[int, int, str]] = []
    for day, times in by_day.items():
        text = " и ".join(times)
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == text:
            runs[-1] = (runs[-1][0], day, text)
        else:
            runs.append((day, day, text))
    names = dict(Weekday.choices)
    return [
        (str(names[first]) if first == last else f"{names[first]} – {names[last]}", text)
        for first, last, text in runs
    ]


def hours_from(rows: Iterable[dict]) -> Iterator[dict]:
    """Yield weekday, opens, closes of rows written ``{"days": "1-5", "opens": "08:30", …}``."""
    for row in rows:
        first, _dash, last = row["days"].partition("-")
        for weekday in range(int(first), int(last or first) + 1):
            yield {"weekday": weekday, "opens": row["opens"], "closes": row["closes"]}
