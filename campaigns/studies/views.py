"""What everybody reads of studies: the list, a study, its documents and open tables."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Case, F, Q, Value, When
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from campaigns.studies import tables
from campaigns.studies.models import Study, StudyFile, StudyTable
from campaigns.studies.results import Results, results_of
from municipalities.addresses import address_of
from municipalities.exports import csv_response, xlsx_response
from municipalities.filters import MunicipalityFilter
from municipalities.tenancy import municipality_scope
from municipalities.uploads import serve_public_attachment

STUDIES_PER_PAGE = 20
ROWS_PER_PAGE = 100
TABLES_PER_PAGE = 40
OF_PROJECT = ("municipality", "project", "project__programme", "campaign")


class StudyFilter(MunicipalityFilter):
    """By municipality, by kind, and only those that ask something now."""

    vid = forms.ChoiceField(
        label=_("Вид"),
        required=False,
        choices=[("", _("всички видове")), *Study.Kind.choices],
        error_messages={"invalid_choice": _("Няма такъв вид. Показваме всички.")},
    )
    anketa = forms.BooleanField(label=_("Само с отворена анкета"), required=False)

    @property
    def chosen(self) -> dict[str, Any]:
        """Return what was chosen well; a wrong choice leaves its filter out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def open_now() -> Q:
    """Return the condition of studies whose questionnaire anybody may fill today."""
    today = timezone.localdate()
    return Q(opens_on__lte=today, closes_on__gte=today, token_hash="")


def listed():
    """Return the published studies for lists: those that ask now first, then the newest."""
    shown = Study.public.select_related("municipality").annotate(
        asks_now=Case(When(open_now(), then=Value(1)), default=Value(0))
    )
    return shown.order_by("-asks_now", F("published_on").desc(nulls_last=True), "-pk")


@login_not_required
@require_safe
def study_list(request: HttpRequest) -> HttpResponse:
    """Published studies; those that ask now come first, then the newest."""
    form = StudyFilter(request.GET)
    chosen = form.chosen
    shown = listed()
    if slug := chosen.get("obshtina"):
        shown = shown.filter(municipality__slug=slug)
    if kind := chosen.get("vid"):
        shown = shown.filter(kind=kind)
    if chosen.get("anketa"):
        shown = shown.filter(open_now())
    page = Paginator(shown, STUDIES_PER_PAGE).get_page(request.GET.get("page"))
    context = {"filter_form": form, "page_obj": page, "is_narrowed": bool(chosen)}
    return render(request, "campaigns/studies/list.html", context)


def public_study(obshtina: str, slug: str) -> Study:
    """Return a published study with what its page shows; Http404 where there is none."""
    shown = Study.public.select_related(*OF_PROJECT)
    return get_object_or_404(shown, municipality__slug=obshtina, slug=slug)


@login_not_required
@require_safe
def study(request: HttpRequest, obshtina: str, slug: str) -> HttpResponse:
    """How it was made, what came out, the report and the open tables."""
    shown = public_study(obshtina, slug)
    files = StudyFile.public.filter(study=shown).order_by("pk")
    listed = StudyTable.public.filter(study=shown).order_by("order", "pk").defer("rows")
    page = Paginator(listed, TABLES_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "campaigns/studies/study.html",
        {
            "study": shown,
            "asks": shown.is_open and not shown.token_hash,
            "files": list(files),
            "page_obj": page,
            "results": _public_results(shown),
        },
    )


def _public_results(shown: Study) -> Results | None:
    """Return the answers where the study shows them, once nobody can add to them."""
    if not shown.shows_results or shown.is_open:
        return None
    with municipality_scope(shown.municipality):
        found = results_of(shown)
    return found if found.answers else None


def _public_table(pk: int) -> StudyTable:
    rows = StudyTable.public.filter(study__municipality__is_active=True)
    return get_object_or_404(rows.select_related("study__municipality"), pk=pk)


@login_not_required
@require_safe
def study_table_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An open table to be read, with what is in its columns."""
    table = _public_table(pk)
    typed = tables.types_of(table.columns, table.rows)
    page = Paginator(table.rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "campaigns/studies/table.html",
        {"table": table, "study": table.study, "columns": typed, "page_obj": page},
    )


@login_not_required
@require_safe
def study_table(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """An open table as XLSX, CSV or JSON."""
    if form not in {"csv", "xlsx", "json"}:
        raise Http404
    table = _public_table(pk)
    name = f"{address_of(table.title, 60) or 'tablitsa'}-{table.pk}"
    if form == "json":
        answer = JsonResponse(
            tables.as_json(table), json_dumps_params={"ensure_ascii": False, "indent": 1}
        )
        answer["Content-Disposition"] = content_disposition_header(True, f"{name}.json") or ""
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Access-Control-Allow-Origin"] = "*"
        return answer
    if form == "xlsx":
        return xlsx_response(
            name, tables.sheet_name(table.title), tables.as_columns(table), table.rows
        )
    return csv_response(name, tables.as_columns(table), table.rows)


@login_not_required
@require_safe
def study_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A document of a published study; a PDF opens in the browser."""
    file = get_object_or_404(StudyFile.public, pk=pk)
    return serve_public_attachment(
        request,
        file.path,
        name=file.name,
        content_type=file.content_type,
        subject=file,
        is_shown=True,
    )
