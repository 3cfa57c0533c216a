"""First numbers of the desk, drawn and tabled; small ones hidden."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontoffice.numbers import counting, drawing, workbook
from frontoffice.numbers.forms import NumbersForm
from frontoffice.preferences.reading import policy_of
from municipalities import periods
from municipalities.disclosure import Hiding
from municipalities.permissions import can_lead_desk, can_use_desk, require


def _numbers(request: HttpRequest, form: NumbersForm) -> counting.Numbers:
    narrowing = form.narrowing()
    return counting.count(
        form.chosen_period(),
        narrowing,
        smallest=policy_of(request.municipality).smallest_count,
        is_narrowed=bool(narrowing),
        with_specialists=can_lead_desk(request),
    )


def _kept(form: NumbersForm) -> dict[str, str]:
    """Return what narrows, as the journal's own address has it."""
    valid = form.cleaned_data
    return {name: form.data[name] for name in ("kanal", "ofis", "specialist") if valid.get(name)}


@require(can_use_desk)
@require_safe
def desk_numbers(request: HttpRequest) -> HttpResponse:
    """How many consultations, when, how, about what, for whom; beside the period before."""
    form = NumbersForm(request.GET, request=request)
    form.is_valid()
    numbers, kept = _numbers(request, form), _kept(form)
    return render(
        request,
        "frontoffice/numbers/numbers.html",
        {
            "form": form,
            "numbers": numbers,
            "periods": [
                {"key": key, "name": name, "is_chosen": numbers.period.key == key}
                for key, name in periods.NAMES.items()
            ],
            "comparison": _comparison(numbers),
            "by_time": drawing.columns(numbers.of_work[0], kept),
            "by_hour": drawing.columns(numbers.of_work[1], kept),
            "of_work": [drawing.bars(numbers, table, kept) for table in numbers.of_work[2:]],
            "of_people": [
                drawing.bars(numbers, table, kept) for table in numbers.of_people if table.rows
            ],
            "withheld": [t.title for t in numbers.of_people if t.hiding is Hiding.WHOLE],
            "journal": drawing.journal_of(numbers, kept),
        },
    )


def _comparison(numbers: counting.Numbers) -> list[dict[str, Any]]:
    """Return the rows of the comparison: what, now, before, by how much more or less."""
    now, before = numbers.now, numbers.before
    return [
        {"label": "Консултации", "now": now.count, "before": before.count,
         "change": _change(now.count, before.count)},
        {"label": "Минути общо", "now": now.minutes, "before": before.minutes,
         "change": _change(now.minutes, before.minutes)},
        {"label": "Минути на консултация (медиана)", "now": now.median, "before": before.median,
         "change": _change(now.median or 0, before.median or 0)},
    ]  # fmt: skip


def _change(now: float, before: float) -> str:
    if not before:
        return "–"
    percent = round(100 * (now - before) / before)
    return f"{'+' if percent > 0 else '−' if percent < 0 else ''}{abs(percent)} %"


@require(can_use_desk)
@require_safe
def desk_numbers_export(request: HttpRequest) -> HttpResponse:
    """The same tables as a spreadsheet, hidden where the page hides. Nobody's data is in it."""
    form = NumbersForm(request.GET, request=request)
    form.is_valid()
    said = [f"{form.fields[name].label}: {_in_words(form, name)}" for name in _kept(form)]
    return workbook.response(
        _numbers(request, form), slug=request.municipality.slug, narrowed="; ".join(said)
    )


def _in_words(form: NumbersForm, name: str) -> str:
    value = form.cleaned_data[name]
    if name == "kanal":
        return str(dict(form.fields[name].choices)[value])
    return value.name
