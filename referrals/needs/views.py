"""Pages of analyses of needs: the list, a new one, the analysis itself, counting it again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontoffice.changes import Difference, compared
from municipalities.permissions import can_write_needs, require
from referrals.needs import comparing, counting, writing
from referrals.needs.contents import Shown, shown
from referrals.needs.forms import AnalysisForm, NewPartForm
from referrals.needs.models import NeedsAnalysis, NeedsSection

ROWS_PER_PAGE = 25
CHANGED = (
    "Колега е променил анализа, докато пишехте. Вашето е запазено по-долу. Вижте разликите и "
    "запишете отново, ако вашето е вярното."
)


def find_analysis(pk: int) -> NeedsAnalysis:
    """Return an analysis of the open scope; raises Http404 for any other, as for none."""
    rows = NeedsAnalysis.objects.select_related(
        "municipality", "project__programme", "made_by", "study__municipality"
    )
    analysis: NeedsAnalysis = get_object_or_404(rows, pk=pk)
    return analysis


@require(can_write_needs)
@require_safe
def analyses(request: HttpRequest) -> HttpResponse:
    """All analyses of the municipality, the latest first."""
    rows = (
        NeedsAnalysis.objects.select_related("project", "study")
        .annotate(last=Max("versions__number"))
        .order_by("-made_at", "-pk")
    )
    page_obj = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "referrals/needs/list.html", {"page_obj": page_obj})


@require(can_write_needs)
@require_http_methods(["GET", "HEAD", "POST"])
def analysis_new(request: HttpRequest) -> HttpResponse:
    """Begin an analysis: everything is counted at once and stands on its page."""
    form = AnalysisForm(
        request.POST if request.method == "POST" else None,
        municipality=request.municipality,
        today=timezone.localdate(),
    )
    if request.method == "POST" and form.is_valid():
        analysis, is_new = writing.begin(
            municipality=request.municipality,
            by=request.membership.user,
            form_key=form.cleaned_data["form_key"],
            **form.facts(),
        )
        said = "Анализът е съставен." if is_new else "Този анализ вече беше съставен."
        messages.success(request, said)
        return redirect("needs", analysis.pk)
    return _form_page(request, form)


def _form_page(request: HttpRequest, form: AnalysisForm, **context: Any) -> HttpResponse:
    return render(
        request,
        "referrals/needs/form.html",
        {"form": form, "analysis": None, "changed": [], **context},
        status=422 if form.errors else 200,
    )


@require(can_write_needs)
@require_safe
def analysis_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The analysis as it stands: what was counted, what was written, and what to do with it."""
    analysis = find_analysis(pk)
    return page_of(request, analysis, NewPartForm())


def page_of(
    request: HttpRequest, analysis: NeedsAnalysis, form: NewPartForm, status: int = 200
) -> HttpResponse:
    """Draw the page of ``analysis`` with the form of a new part."""
    parts = list(analysis.sections.all())
    return render(
        request,
        "referrals/needs/page.html",
        {
            "analysis": analysis,
            "parts": [
                {
                    "row": part,
                    "shown": as_shown(part),
                    "is_first": place == 0,
                    "is_last": place == len(parts) - 1,
                }
                for place, part in enumerate(parts)
            ],
            "last": analysis.versions.defer("content").select_related("made_by").first(),
            "form": form,
        },
        status=status,
    )


def as_shown(part: NeedsSection) -> Shown:
    """Return a part as the templates show it."""
    row = {"key": f"chast-{part.pk}", "title": part.title, "text": part.text, "data": part.data}
    return shown(row)


@require(can_write_needs)
@require_http_methods(["GET", "HEAD", "POST"])
def analysis_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the heading, the days or the project; another period is counted at once."""
    analysis = find_analysis(pk)
    form = AnalysisForm(
        request.POST if request.method == "POST" else None,
        municipality=request.municipality,
        today=timezone.localdate(),
        analysis=analysis,
    )
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form, analysis=analysis)
    try:
        saved = writing.change_analysis(
            analysis, version=form.cleaned_data["version"] or 0, **form.facts()
        )
    except writing.AnalysisChanged as changed:
        form.add_error(None, CHANGED)
        form.data = data = request.POST.copy()
        data["version"] = str(changed.current.version)
        different = _differences(form, changed.current)
        return _form_page(request, form, analysis=analysis, changed=different)
    is_counted = saved.counted_at != analysis.counted_at
    said = "Промените са записани и всичко е преброено наново."
    messages.success(request, said if is_counted else "Промените са записани.")
    return redirect("needs", pk)


def _differences(form: AnalysisForm, saved: NeedsAnalysis) -> list[Difference]:
    facts = form.facts()

    def words(value: Any) -> str:
        return f"{value:%d.%m.%Y}" if hasattr(value, "year") else str(value or "")

    return compared(
        {name: form.fields[name].label for name in facts},
        saved=lambda name: words(getattr(saved, name)),
        typed=lambda name: words(facts[name]),
    )


@require(can_write_needs)
@require_http_methods(["GET", "HEAD", "POST"])
def analysis_recount(request: HttpRequest, pk: int) -> HttpResponse:
    """Count again, after a page that says what will change."""
    analysis = find_analysis(pk)
    if request.method == "POST":
        writing.recount(analysis)
        messages.success(request, "Всичко е преброено наново. Текстовете са както бяха.")
        return redirect("needs", pk)
    counted = counting.count_all(analysis.since, analysis.upto, analysis.municipality)
    parts = {part.code: part for part in analysis.sections.all() if part.code}
    changes = []
    for code, data in counted.items():
        part = parts.get(code)
        if part is None:
            changes.append(comparing.PartChange(counting.SECTIONS[code].title, "нова"))
        elif found := comparing.counted_differences(part.data, data):
            changes.append(comparing.limited(part.title, "", found))
    return render(
        request, "referrals/needs/recount.html", {"analysis": analysis, "changes": changes}
    )


@require(can_write_needs)
@require_http_methods(["GET", "HEAD", "POST"])
def analysis_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete an analysis of which no version was saved, after a page that asks."""
    analysis = find_analysis(pk)
    if analysis.study_id or analysis.versions.exists():
        raise Http404
    if request.method == "POST":
        try:
            writing.remove(analysis)
        except writing.HasVersions:
            messages.error(request, "Анализът не е изтрит: колега вече запази негова версия.")
            return redirect("needs", pk)
        messages.success(request, "Анализът е изтрит.")
        return redirect("needs_list")
    return render(request, "referrals/needs/remove.html", {"analysis": analysis})
