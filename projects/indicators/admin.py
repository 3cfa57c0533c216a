"""Indicators in the admin: what each has reached, what proves it, values written by hand."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.admin_filters import ChosenFilter
from municipalities.admin_forms import sized
from municipalities.admin_pages import row_page
from municipalities.admin_site import PortalChangeList
from municipalities.audit import AccessEvent, record_access
from municipalities.drawing import Bar, bar_chart
from municipalities.exports import Column, xlsx_response
from municipalities.numbers import percent, plain
from projects.admin_base import ManagedAdmin, ManagedTabular
from projects.indicators.forms import (
    BY_HAND,
    DaysForm,
    IndicatorPageForm,
    ValueForm,
    ValueWithFileForm,
)
from projects.indicators.sources import Evidence, EvidenceLine, Source, source_of, sources
from projects.indicators.values import IndicatorState, states_of
from projects.indicators.written import keep_proof
from projects.models import Indicator, IndicatorValue
from projects.of_project import first_words

EVIDENCE_PER_PAGE = 50
COLUMNS = [
    Column("Дата", lambda line: line.day, 12),
    Column("Какво", lambda line: line.words, 60),
    Column("Подробности", lambda line: line.detail, 60),
]


class WithStates(PortalChangeList):
    """A list of indicators that knows what those on its page have reached."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        for row, state in zip(rows, states_of(rows, upto=timezone.localdate()), strict=True):
            row.state = state
        self.result_list = rows


def state_of_row(row: Indicator) -> IndicatorState:
    """Return what ``row`` has reached by today; read by the list for its whole page."""
    if not hasattr(row, "state"):
        row.state = states_of([row], upto=timezone.localdate())[0]
    return row.state


class CountedFilter(admin.SimpleListFilter):
    """Indicators by what they count by, of what is in use."""

    title = _("брои се от")
    parameter_name = "broi"
    by_hand = "na-raka"

    def lookups(self, request: HttpRequest, model_admin):
        used = set(Indicator.objects.values_list("counted_by", flat=True))
        by_hand = [(self.by_hand, BY_HAND)] if "" in used else []
        return by_hand + [(row.code, row.words) for row in sources() if row.code in used]

    def queryset(self, request: HttpRequest, queryset):
        if self.value() is None:
            return queryset
        return queryset.filter(counted_by="" if self.value() == self.by_hand else self.value())


class ProjectFilter(ChosenFilter):
    """Rows by their project, called so in Bulgarian."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = _("проект")


class ValueInline(ManagedTabular):
    """What was reached, written by hand, in the page of an indicator."""

    model = IndicatorValue
    form = ValueForm
    fields = ("on", "value", "evidence", "note")
    autocomplete_fields = ("evidence",)
    widgets = {"on": forms.DateInput(attrs={"size": 10}), "note": sized(16)}
    verbose_name_plural = _("Отчетени стойности")


@admin.register(Indicator)
class IndicatorAdmin(ManagedAdmin):
    """Indicators of all projects: how far each is, and the evidence behind the number."""

    form = IndicatorPageForm
    list_display = ("name", "of", "reached", "done", "counted_shown")
    list_filter = (("project", ProjectFilter), CountedFilter)
    list_select_related = ("project",)
    search_fields = ("name", "code", "project__name")
    search_help_text = _("По име, код или проект.")
    autocomplete_fields = ("project",)
    ordering = ("project__name", "project", "position", "pk")
    inlines = (ValueInline,)
    readonly_fields = ("of", "reached_shown")
    fieldsets = (
        (None, {"fields": ("project", "name", "code", "counted_by", "reached_shown")}),
        (
            _("Какво се иска"),
            {
                "fields": (("baseline", "target", "unit"), "note"),
                "description": _(
                    "Преброеното от портала се добавя към началната стойност. Оставете я празна,"
                    " когато не е известна."
                ),
            },
        ),
    )

    def get_changelist(self, request: HttpRequest, **kwargs):
        return WithStates

    def get_fieldsets(self, request: HttpRequest, obj=None):
        if obj is None:
            return self.fieldsets
        (words, facts), *rest = self.fieldsets
        fields = tuple("of" if name == "project" else name for name in facts["fields"])
        return ((words, {**facts, "fields": fields}), *rest)

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "project":
            kwargs["label"] = _("Проект")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_inlines(self, request: HttpRequest, obj=None):
        # What counts itself is not written; what was written before is still seen.
        if obj is None or (source_of(obj.counted_by) and not obj.values.exists()):
            return ()
        return self.inlines

    def save_model(self, request: HttpRequest, obj: Indicator, form, change: bool) -> None:
        if not change:
            last = obj.project.indicators.aggregate(last=Max("position"))["last"]
            obj.position = (last or 0) + 1
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form, formset, change: bool) -> None:
        for row_form in formset.forms:
            if row_form.has_changed() and isinstance(row_form.instance, IndicatorValue):
                row_form.instance.made_by = request.user
        super().save_formset(request, form, formset, change)

    @admin.display(description=_("проект"), ordering="project__name")
    def of(self, row: Indicator) -> str:
        return first_words(row.project)

    @admin.display(description=_("достигнато от целта"))
    def reached(self, row: Indicator) -> str:
        return state_of_row(row).text

    @admin.display(description=_("изпълнение"))
    def done(self, row: Indicator) -> str:
        return percent(state_of_row(row).done_percent) or "–"

    @admin.display(description=_("брои се от"), ordering="counted_by")
    def counted_shown(self, row: Indicator) -> str:
        return state_of_row(row).source

    @admin.display(description=_("достигнато до днес"))
    def reached_shown(self, row: Indicator) -> str:
        return state_of_row(row).text if row.pk else str(_("след като го запишете"))

    @row_page("dokazatelstva", _("Доказателства"))
    def evidence(self, request: HttpRequest, indicator: Indicator) -> HttpResponse:
        """Show what is behind the number: each thing and person counted, each value written."""
        form, since, upto = asked_days(request)
        state = states_of([indicator], since=since, upto=upto)[0]
        source = source_of(indicator.counted_by)
        lines = evidence_of(indicator, source, state, since, upto)
        sheet = reverse("admin:projects_indicator_evidence_xlsx", args=[indicator.pk])
        return self.page(
            request,
            "projects/indicators/evidence.html",
            indicator,
            title=_("Доказателства"),
            subtitle=indicator.name,
            status=200 if form.is_valid() else 422,
            form=form,
            state=state,
            source=source,
            since=since,
            page_obj=Paginator(lines, EVIDENCE_PER_PAGE).get_page(request.GET.get("page")),
            doubts=source.doubts(indicator.project) if source else [],
            chart=chart_of(state),
            done=percent(state.done_percent),
            xlsx_url=f"{sheet}?{form.query()}" if form.query() else sheet,
        )

    @row_page("dokazatelstva/xlsx")
    def evidence_xlsx(self, request: HttpRequest, indicator: Indicator) -> HttpResponse:
        """Answer the same lines, all of them, as a workbook; whose lines are people is recorded."""
        _form, since, upto = asked_days(request)
        state = states_of([indicator], since=since, upto=upto)[0]
        source = source_of(indicator.counted_by)
        lines = list(evidence_of(indicator, source, state, since, upto))
        if source and source.is_personal:
            record_access(request, AccessEvent.Action.EXPORTED, indicator, rows=len(lines))
        name = f"dokazatelstva-indikator-{indicator.pk}"
        return xlsx_response(name, "Доказателства", COLUMNS, lines)


def asked_days(request: HttpRequest) -> tuple[DaysForm, dt.date | None, dt.date]:
    """Return the form of the days with those asked for; all until today where they are wrong."""
    form = DaysForm(request.GET)
    today = timezone.localdate()
    if not form.is_valid():
        return form, None, today
    return form, form.cleaned_data["ot"], form.cleaned_data["do"] or today


def evidence_of(
    indicator: Indicator,
    source: Source | None,
    state: IndicatorState,
    since: dt.date | None,
    upto: dt.date | None,
) -> Evidence | list[EvidenceLine]:
    """Return the lines behind the number: of the source, or the values written by hand."""
    if source is None:
        values = indicator.values.select_related("evidence", "made_by")
        if since:
            values = values.filter(on__gte=since)
        return Evidence(values.filter(on__lte=upto) if upto else values, _written)
    if state.missing:
        return []
    return source.evidence(indicator.project, since, upto)


def _written(row: IndicatorValue) -> EvidenceLine:
    url = ""
    if row.evidence_id:
        url = reverse("admin:projects_projectdocument_change", args=[row.evidence_id])
    paper = str(row.evidence) if row.evidence else str(_("без документ"))
    told = [f"{plain(row.value)} {row.indicator.unit}", row.note]
    told += [str(_("записа %s")) % row.made_by.name] if row.made_by else []
    return EvidenceLine(paper, row.on, url, ", ".join(filter(None, told)))


def chart_of(state: IndicatorState) -> dict | None:
    """Return the level and the target as bars; None while nothing is known."""
    if state.value is None:
        return None
    unit = state.indicator.unit
    bars = [
        Bar("Достигнато", state.value, f"{plain(state.value)} {unit}"),
        Bar("Цел", state.target, f"{plain(state.target)} {unit}"),
    ]
    if state.baseline is not None:
        bars.insert(0, Bar("Начална стойност", state.baseline, f"{plain(state.baseline)} {unit}"))
    return bar_chart("Достигнато и цел", bars, label_heading="Стойност", value_heading="Колко")


@admin.register(IndicatorValue)
class IndicatorValueAdmin(ManagedAdmin):
    """Values written by hand, of all projects, each with its document."""

    form = ValueWithFileForm
    list_display = ("indicator", "project", "on", "value_shown", "evidence", "made_by")
    list_filter = (("indicator__project", ProjectFilter),)
    list_select_related = ("indicator__project", "evidence", "made_by")
    search_fields = ("indicator__name", "indicator__project__name", "note", "evidence__title")
    search_help_text = _("По индикатор, проект, документ или бележка.")
    autocomplete_fields = ("indicator", "evidence")
    date_hierarchy = "on"
    fields = ("indicator", "on", "value", "evidence", "file", "note")

    def save_model(self, request: HttpRequest, obj: IndicatorValue, form, change: bool) -> None:
        obj.made_by = request.user
        if file := form.cleaned_data.get("file"):
            obj.evidence = keep_proof(obj, file, request.user)
        super().save_model(request, obj, form, change)

    @admin.display(description=_("проект"), ordering="indicator__project__name")
    def project(self, row: IndicatorValue) -> str:
        return first_words(row.indicator.project)

    @admin.display(description=_("стойност"), ordering="value")
    def value_shown(self, row: IndicatorValue) -> str:
        return f"{plain(row.value)}\xa0{row.indicator.unit}"
