"""Referring in numbers, drawn and tabled; small ones hidden."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontoffice.numbers import drawing as desk_drawing
from frontoffice.numbers.counting import Table
from frontoffice.numbers.forms import PeriodForm
from frontoffice.preferences.reading import policy_of
from municipalities import periods
from municipalities.disclosure import Hiding
from municipalities.permissions import require
from referrals.measures import drawing, workbook
from referrals.measures.counting import Measures, measure
from referrals.permissions import can_assess, can_review

OF_PLACES = {"by_service", "by_settlement", "waiting"}


def _measures(request: HttpRequest, form: PeriodForm) -> Measures:
    smallest = policy_of(request.municipality).smallest_count
    return measure(form.chosen_period(), smallest=smallest)


@require(can_assess)
@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """How long each step took, what came of it, who waits; for a period, beside the one before."""
    form = PeriodForm(request.GET)
    form.is_valid()
    measures = _measures(request, form)
    shown = [table for table in measures.tables if table.rows]
    return render(
        request,
        "referrals/measures/numbers.html",
        {
            "form": form,
            "measures": measures,
            "periods": [
                {"key": key, "name": name, "is_chosen": measures.period.key == key}
                for key, name in periods.NAMES.items()
            ],
            "figures": [
                {"words": words, "count": drawing.counted(measures.step(key), measures.smallest)}
                for key, words in (
                    ("registered", "заявени желания"),
                    ("done", "готови оценки"),
                    ("started", "започнали услуга"),
                )
            ],
            "boxes": drawing.boxes(measures),
            "sent": desk_drawing.columns(measures.sent, None, value_heading="Насочвания"),
            "of_places": [*_drawn(shown, measures, in_places=True), *_medians(measures)],
            "of_ends": _drawn(shown, measures, in_places=False),
            "withheld": [t.title for t in measures.tables if t.hiding is Hiding.WHOLE],
            "may_lead": can_review(request),
        },
    )


def _drawn(tables: list[Table], measures: Measures, *, in_places: bool) -> list[dict[str, Any]]:
    """Return the tables by service and place, or the others, as charts."""
    return [
        desk_drawing.chart(table, smallest=measures.smallest)
        for table in tables
        if (table.key in OF_PLACES) == in_places
    ]


def _medians(measures: Measures) -> list[dict[str, Any]]:
    whole, wait = "От желанието до услугата", "Откога чакат тези, които чакат сега"
    charts = (
        (f"{whole}, по услуга (медиана)", "Услуга", measures.by_service),
        (f"{whole}, по населено място (медиана)", "Населено място", measures.by_settlement),
        (f"{wait} (медиана)", "Услуга", measures.longest),
    )
    return [drawing.medians(*chart) for chart in charts if chart[2]]


@require(can_assess)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The same as a spreadsheet, hidden where the page hides. Nobody's data is in it."""
    form = PeriodForm(request.GET)
    form.is_valid()
    return workbook.response(_measures(request, form), slug=request.municipality.slug)
