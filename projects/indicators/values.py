"""What the indicators of a project have reached: counted by the portal, or written with a document.

An indicator's value is its level: what there was before the project (the baseline, where it is
known) and what the portal counts since. A value written by hand is the level as it was seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from municipalities.numbers import plain
from projects.indicators.sources import Source, run_of, source_of
from projects.models import Indicator, IndicatorValue, Project

NONE = Decimal(0)
LEAST_TOLD = 5  # of people's cases, outside the office


@dataclass(frozen=True)
class IndicatorState:
    """An indicator with what it has reached.

    ``value`` is the level at the end of the days asked for, from the beginning of the project
    (None: not known, and ``missing`` says why); ``in_period`` how much of it came within them (None
    without a first day). ``written`` is the value by hand that was taken.
    """

    indicator: Indicator
    baseline: Decimal | None
    target: Decimal
    value: Decimal | None
    in_period: Decimal | None = None
    is_counted: bool = False
    is_confidential: bool = False
    source: str = ""
    missing: str = ""
    evidence_url: str = ""
    written: IndicatorValue | None = None

    @property
    def gained(self) -> Decimal | None:
        """How far the level is from the baseline, towards the target."""
        if self.value is None:
            return None
        rise = self.value - (self.baseline or NONE)
        return -rise if self.target < (self.baseline or NONE) else rise

    @property
    def done_percent(self) -> Decimal | None:
        """How much of the way from the baseline to the target is gone; may be more than 100."""
        way = abs(self.target - (self.baseline or NONE))
        if self.gained is None or not way:
            return None
        return (self.gained * 100 / way).quantize(Decimal(1), ROUND_HALF_UP)

    @property
    def is_reached(self) -> bool:
        """Whether the target is reached."""
        return self.gained is not None and self.gained >= abs(self.target - (self.baseline or NONE))

    @property
    def text(self) -> str:
        """The level against the target, for staff: „12 от 51 лица“."""
        return self._told(plain(self.value)) if self.value is not None else self.missing

    @property
    def public_text(self) -> str:
        """The same for everybody: of people's cases no number below five is told, "" if unknown."""
        if self.value is None:
            return ""
        start = self.baseline or NONE  # known to everybody, so the few are those above it
        if self.is_confidential and start < self.value < start + LEAST_TOLD:
            return self._told(_("под %(least)s") % {"least": plain(start + LEAST_TOLD)})
        return self._told(plain(self.value))

    def _told(self, value: str) -> str:
        return _("%(value)s от %(target)s") % {
            "value": value,
            "target": self.indicator.target_text(),
        }


class CountedRows(models.Subquery):
    """What a queryset of ``source`` comes to, as a column of another query: rows, or their weight.

    The weight is one whole number a row.
    """

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = models.IntegerField()

    def __init__(self, source: Source, rows: models.QuerySet):
        if source.weight:
            self.template = "(SELECT COALESCE(SUM(weight), 0)::integer FROM (%(subquery)s) counted)"
            counted = rows.order_by().annotate(weight=F(source.weight)).values("weight")
        else:
            counted = rows.order_by().values("pk")
        super().__init__(counted)


def state_of(
    project: Project, *, since: dt.date | None = None, upto: dt.date | None = None
) -> list[IndicatorState]:
    """Return the indicators of ``project`` in order, in three queries; see ``states_of``."""
    indicators = list(project.indicators.all())
    for indicator in indicators:
        indicator.project = project
    return states_of(indicators, since=since, upto=upto)


def states_of(
    indicators: Iterable[Indicator], *, since: dt.date | None = None, upto: dt.date | None = None
) -> list[IndicatorState]:
    """Return what each of ``indicators`` reached by ``upto`` and within the days from ``since``.

    Two queries, however many they are and whatever they count by. Their projects are read before
    (``select_related``); the scope is the one that is open.
    """
    rows = list(indicators)
    counts = _counts(rows, since, upto)
    written = _written(rows, since, upto)
    return [
        _counted(row, source, counts, since)
        if (source := source_of(row.counted_by))
        else _by_hand(row, *written[row.pk], since=since)
        for row in rows
    ]


def _counts(
    indicators: list[Indicator], since: dt.date | None, upto: dt.date | None
) -> dict[tuple[int, str, bool], int]:
    """Return the counts by project, source and whether within the days: all in one query."""
    wanted: dict[tuple[int, str, bool], CountedRows] = {}
    for row in indicators:
        source = source_of(row.counted_by)
        if source is None or _why_not(source, row.project):
            continue
        key = (row.project_id, source.code)
        if (*key, False) not in wanted:
            wanted[*key, False] = CountedRows(source, source.rows(row.project, None, upto))
            if since:
                wanted[*key, True] = CountedRows(source, source.rows(row.project, since, upto))
    if not wanted:
        return {}
    columns = {f"n{number}": column for number, column in enumerate(wanted.values())}
    one = Project.objects.filter(pk=indicators[0].project_id)
    return dict(zip(wanted, one.values_list(*columns.values()).get(), strict=True))


def _why_not(source: Source, project: Project) -> str:
    """Say why ``source`` cannot count for ``project``; "" where it can."""
    if source.needs_start and run_of(project)[0] is None:
        return _("не се брои: началото на проекта не е известно")
    return ""


def _counted(
    row: Indicator, source: Source, counts: dict[tuple[int, str, bool], int], since: dt.date | None
) -> IndicatorState:
    count = counts.get((row.project_id, source.code, False))
    within = counts.get((row.project_id, source.code, True))
    return IndicatorState(
        row,
        row.baseline,
        row.target,
        None if count is None else (row.baseline or NONE) + count,
        in_period=Decimal(within) if since and within is not None else None,
        is_counted=True,
        is_confidential=source.is_confidential,
        source=str(source.words),
        missing=_why_not(source, row.project),
        evidence_url=_evidence_url(row),
    )


def _written(
    indicators: list[Indicator], since: dt.date | None, upto: dt.date | None
) -> dict[int, tuple[IndicatorValue | None, IndicatorValue | None]]:
    """Return the last value written by ``upto`` and the last one before ``since``, by indicator."""
    found: dict[int, tuple[Any, Any]] = {row.pk: (None, None) for row in indicators}
    if all(source_of(row.counted_by) for row in indicators):
        return found
    now, before = Q(), Q(on__lt=since) if since else Q(pk__in=())
    if upto:
        now = Q(on__lte=upto)
    newest = (
        IndicatorValue.objects.filter(indicator=models.OuterRef("indicator"))
        .order_by("-on", "-pk")
        .values("pk")
    )
    values = (
        IndicatorValue.objects.filter(indicator__in=list(found))
        .annotate(
            last=models.Subquery(newest.filter(now)[:1]),
            last_before=models.Subquery(newest.filter(before)[:1]),
        )
        .filter(Q(pk=F("last")) | Q(pk=F("last_before")))
        .select_related("evidence")
    )
    for value in values:
        last, previous = found[value.indicator_id]
        found[value.indicator_id] = (
            value if value.pk == value.last else last,
            value if value.pk == value.last_before else previous,
        )
    return found


def _by_hand(
    row: Indicator,
    last: IndicatorValue | None,
    before: IndicatorValue | None,
    *,
    since: dt.date | None,
) -> IndicatorState:
    in_period = None
    if since and last:
        in_period = last.value - (before.value if before else row.baseline or NONE)
    if row.counted_by:
        missing = _("не се брои: порталът вече няма този източник")
    else:
        missing = _("няма отчетена стойност")
    return IndicatorState(
        row,
        row.baseline,
        row.target,
        last.value if last else None,
        in_period=in_period,
        source=_("на ръка, с документ"),
        missing="" if last else missing,
        evidence_url=_evidence_url(row),
        written=last,
    )


def _evidence_url(row: Indicator) -> str:
    return reverse("admin:projects_indicator_evidence", args=[row.pk])
