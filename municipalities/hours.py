"""Opening hours: the rows, what they say of this moment, and how a week is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import holidays
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MIDNIGHT = dt.time(23, 59)


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


@dataclass(frozen=True)
class OpenState:
    """Whether a place is open, and until or from when: ``at`` is a local time or None."""

    is_open: bool
    at: dt.time | None = None
    is_holiday: bool = False


@lru_cache(maxsize=8)
def _holidays(year: int):
    return holidays.country_holidays("BG", years=year)


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


def open_state(
    hours: Iterable[OpeningHours], moment: dt.datetime | None = None
) -> OpenState | None:
    """Return the state of a place with these ``hours`` at ``moment`` (now), None without hours."""
    rows = list(hours)
    if not rows:
        return None
    local = timezone.localtime(moment)
    # A place that receives people at night (a shelter, a crisis centre) does so on holidays too.
    if not any(touches_midnight(row) for row in rows) and is_holiday(local.date()):
        return OpenState(is_open=False, is_holiday=True)
    today = sorted((h for h in rows if h.weekday == local.isoweekday()), key=lambda h: h.opens)
    now = local.time()
    for row in today:
        if row.opens <= now and (now < row.closes or row.closes == MIDNIGHT):
            return OpenState(is_open=True, at=_closes_after_midnight(row, rows))
        if now < row.opens:
            return OpenState(is_open=False, at=row.opens)
    return OpenState(is_open=False)


def touches_midnight(row: OpeningHours) -> bool:
    """Say whether the stretch begins or ends at midnight: 23:59 stands for the end of the day."""
    return row.opens == dt.time(0) or row.closes == MIDNIGHT


def _closes_after_midnight(row: OpeningHours, rows: list[OpeningHours]) -> dt.time | None:
    """Return when an open stretch ends, across midnight; None when it never does."""
    if row.closes != MIDNIGHT:
        return row.closes
    following = row.weekday % 7 + 1
    night = [h for h in rows if h.weekday == following and h.opens == dt.time(0)]
    if not night:
        return dt.time(0)
    return None if night[0].closes == MIDNIGHT else night[0].closes


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
