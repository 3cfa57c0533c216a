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


@dataclass(frozen=True)
class OpenState:
    """Whether a place is open, and until or from when: ``at`` is a local time or None."""

    is_open: bool
    at: dt.time | None = None
    is_holiday: bool = False


@lru_cache(maxsize=8)
def _holidays(year: int):
    return holidays.country_holidays("BG", years=year)


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
    if is_holiday(local.date()):
        return OpenState(is_open=False, is_holiday=True)
    today = sorted((h for h in rows if h.weekday == local.isoweekday()), key=lambda h: h.opens)
    now = local.time()
    for row in today:
        if row.opens <= now < row.closes:
            return OpenState(is_open=True, at=row.closes)
        if now < row.opens:
            return OpenState(is_open=False, at=row.opens)
    return OpenState(is_open=False)


def week(hours: Iterable[OpeningHours]) -> list[tuple[str, str]]:
    """Return the week as (days, times) with equal neighbouring days put together.

    „понеделник – петък“, „8:30 – 12:00 и 12:30 – 17:00“.
    """
    by_day: dict[int, list[str]] = {}
    for row in sorted(hours, key=lambda h: (h.weekday, h.opens)):
        by_day.setdefault(row.weekday, []).append(
            f"{row.opens.hour}:{row.opens:%M} – {row.closes.hour}:{row.closes:%M}"
        )
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
