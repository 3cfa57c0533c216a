"""Which places are open at a moment, asked of the database for many at once.

Says of every place what ``municipalities.hours.open_state`` says of one; a test holds the two
together over holidays, exceptional days, nights and the changes of the clock.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils import timezone

from municipalities.hours import MIDNIGHT, is_holiday
from services_registry.sites import ServiceSite, SiteException, SiteHours

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
OVER_MIDNIGHT = Q(closes__lte=F("opens"))


def open_at(
    sites: QuerySet[ServiceSite], moment: dt.datetime | None = None
) -> QuerySet[ServiceSite]:
    """Return those of ``sites`` that receive people at ``moment`` (now). No query by itself."""
    local = timezone.localtime(moment)
    today, yesterday = local.date(), local.date() - DAY
    not_over = Q(closes=MIDNIGHT) | ~_passed("closes", local)
    from_today = _passed("opens", local) & (OVER_MIDNIGHT | not_over)
    from_yesterday = OVER_MIDNIGHT & ~Q(closes=MIDNIGHT) & ~_passed("closes", local)
    return sites.filter(
        _as_exception_says(today, from_today)
        | _as_week_says(today, from_today)
        | _as_week_says(yesterday, from_yesterday)
    )


def _passed(column: str, local: dt.datetime) -> Q:
    """Return that the time of today in ``column`` is not later than ``local``.

    An hour that the clock repeats is its first; one that it skips is the hour after (zoneinfo).
    """
    clock = local.time()
    if local.fold:
        clock = local.replace(minute=59, second=59, microsecond=999_999).time()
    now = local.astimezone(dt.UTC)
    before = timezone.localtime(now - HOUR)
    passed = Q(**{f"{column}__lte": clock})
    if before.utcoffset() < local.utcoffset():  # type: ignore[operator]
        old_clock = (local.replace(tzinfo=None) - HOUR).time()
        skipped_until = local.replace(minute=0, second=0, microsecond=0).time()
        passed &= ~Q(**{f"{column}__gt": old_clock, f"{column}__lt": skipped_until})
    return passed


def _of(day: dt.date, outer: str = "pk") -> QuerySet[SiteException]:
    return SiteException.public.filter(
        site=OuterRef(outer), first_day__lte=day, last_day__gte=day
    ).annotate(
        length=ExpressionWrapper(F("last_day") - F("first_day"), output_field=DurationField())
    )


def _as_exception_says(day: dt.date, within: Q) -> Q:
    """Of several exceptions the shortest count, and one of them that says „затворено“ wins."""
    shorter = _of(day, "site").filter(length__lt=OuterRef("length"))
    counting = _of(day).filter(~Exists(shorter))
    return Q(Exists(counting.filter(within, opens__isnull=False))) & ~Q(
        Exists(counting.filter(opens__isnull=True))
    )


def _as_week_says(day: dt.date, within: Q) -> Q:
    week = SiteHours.public.filter(site=OuterRef("pk"))
    said = Q(Exists(week.filter(within, weekday=day.isoweekday()))) & ~Q(Exists(_of(day)))
    if is_holiday(day):
        at_night = Q(opens=dt.time(0)) | Q(closes=MIDNIGHT) | OVER_MIDNIGHT
        said &= Q(Exists(week.filter(at_night)))
    return said
