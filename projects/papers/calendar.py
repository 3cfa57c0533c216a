"""The calendar of obligations: what is late first, then month by month, then what was done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from projects.models import Obligation, Project
from projects.papers import obligations
from projects.period import day_text

PER_PAGE = 50
DONE_SHOWN = 10
SOON = dt.timedelta(days=14)


@dataclass(frozen=True)
class Line:
    """An obligation as it stands on a day: its word and how the word looks."""

    row: Obligation
    today: dt.date

    @property
    def is_late(self) -> bool:
        return self.row.done_on is None and self.row.due_on < self.today

    @property
    def tag(self) -> str:
        if self.row.done_on:
            return ""
        if self.is_late:
            return "late"
        return "due" if self.row.due_on <= self.today + SOON else "plain"

    @property
    def words(self) -> str:
        """Return „закъснява 3 дни“, „до 14.12.2026“, „изпълнено на 01.12.2026“."""
        if self.row.done_on:
            return _("изпълнено на %(day)s") % {"day": day_text(self.row.done_on)}
        days = (self.row.due_on - self.today).days
        if days < 0:
            return _("закъснява 1 ден") if days == -1 else _("закъснява %(n)s дни") % {"n": -days}
        near = {0: _("днес"), 1: _("утре")}
        return near.get(days, _("след %(n)s дни") % {"n": days})


class ProjectChoice(forms.Form):
    """Of which project the calendar is; of all without a choice, or with one that is not there."""

    proekt: forms.ModelChoiceField = forms.ModelChoiceField(
        Project.objects.none(), label="Проект", required=False, empty_label="Всички проекти"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["proekt"].queryset = Project.objects.all()

    @property
    def project(self) -> Project | None:
        return self.cleaned_data.get("proekt") if self.is_valid() else None


class MarkForm(forms.Form):
    """A press of „Изпълнено“ or of taking it back."""

    pk = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    done = forms.BooleanField(required=False)

    def save(self, today: dt.date) -> str:
        """Do what was pressed and say what it did."""
        pk = self.cleaned_data["pk"]
        if not self.cleaned_data["done"]:
            undone = obligations.reopen(pk)
            return _("Задължението отново е неизпълнено.") if undone else _("Нищо не е променено.")
        if obligations.mark_done([pk], on=today):
            return _("Отбелязано като изпълнено днес.")
        return _("Нищо не е променено: задължението вече е изпълнено.")


def kept_query(request: HttpRequest) -> str:
    """Return the query string with which the calendar was open."""
    kept = {name: request.GET[name] for name in ("proekt", "page") if name in request.GET}
    return f"?{urlencode(kept)}" if kept else ""


def months_of(project: Project | None, page: str | None, today: dt.date) -> dict[str, Any]:
    """Return the open obligations by month, a page of them, and the last that were done."""
    rows = Obligation.objects.select_related("project")
    if project:
        rows = rows.filter(project=project)
    open_ones = rows.filter(done_on__isnull=True)
    page_obj = Paginator(open_ones, PER_PAGE).get_page(page)
    lines = [Line(row, today) for row in page_obj]
    groups = groupby(lines, key=lambda line: _("Просрочени") if line.is_late else _month(line))
    done = rows.filter(done_on__isnull=False).order_by("-done_on", "-pk")[:DONE_SHOWN]
    return {
        "page_obj": page_obj,
        "months": [(name, list(of_month)) for name, of_month in groups],
        "done": [Line(row, today) for row in done],
        "of_all": project is None,
    }


def _month(line: Line) -> str:
    return date_format(line.row.due_on, "F Y").capitalize()
