"""Where project managers keep their projects; programmes and procedures are the operator's."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import ListedChoiceField, sized
from municipalities.admin_site import PortalAdmin
from municipalities.numbers import percent
from municipalities.permissions import can_manage_projects, can_operate_platform
from municipalities.templatetags.portal import money
from projects.admin_base import BULGARIAN_NUMBERS, ManagedAdmin, ManagedTabular
from projects.forms import ActivityFormSet, BudgetFormSet, FundingFormSet
from projects.indicators import admin as _indicators  # noqa: F401  registers its pages, as below
from projects.indicators.forms import IndicatorForm
from projects.models import (
    Activity,
    BudgetLine,
    FundingSource,
    Indicator,
    Partner,
    Procedure,
    Programme,
    Project,
)
from projects.money import Currency, share
from projects.overview.admin import OverviewPage
from projects.papers import admin as _papers  # noqa: F401
from projects.papers import admin_reports as _reports  # noqa: F401
from projects.phases import phase_of
from projects.publicity.admin import FIELDSET as PUBLICITY
from projects.publicity.admin import PublicityPages
from projects.spending import admin as _spending  # noqa: F401
from projects.spending import admin_budget as _budget  # noqa: F401
from projects.spending.budget_pages import BudgetPages
from projects.staff import admin as _staff  # noqa: F401

# In a table a day is typed: beside each the calendar of the admin would not fit.
DAY = forms.DateInput(attrs={"size": 10})


class PartInline(ManagedTabular):
    """Rows of a project, as a table in its page."""

    formfield_overrides = BULGARIAN_NUMBERS | {
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 2})}
    }
    project: Project | None = None

    def get_formset(self, request: HttpRequest, obj=None, **kwargs):
        self.project = obj
        return super().get_formset(request, obj, **kwargs)

    def activities(self) -> list[Activity]:
        """Activities of this project, to which a row may be bound; read once for all inlines."""
        if self.project is None:
            return []
        if not hasattr(self.project, "listed_activities"):
            self.project.listed_activities = list(self.project.activities.all())
        return self.project.listed_activities


class FundingInline(PartInline):
    model = FundingSource
    formset = FundingFormSet
    widgets = {"note": sized(14)}
    fields = ("source", "amount", "in_euro", "share_shown", "note")
    readonly_fields = ("in_euro", "share_shown")
    verbose_name_plural = _("Финансиране по източник")

    @admin.display(description=_("в евро"))
    def in_euro(self, row: FundingSource) -> str:
        return euro(row)

    @admin.display(description=_("дял"))
    def share_shown(self, row: FundingSource) -> str:
        return percent(row.share)


class PartnerInline(PartInline):
    model = Partner
    fields = ("name", "country")
    verbose_name_plural = _("Партньори")


class ActivityInline(PartInline):
    model = Activity
    formset = ActivityFormSet
    fields = ("number", "title", "parent", "starts_on", "ends_on", "done_on", "description")
    widgets = {
        "number": sized(4),
        "title": forms.Textarea(attrs={"rows": 2}),
        **dict.fromkeys(("starts_on", "ends_on", "done_on"), DAY),
    }
    verbose_name_plural = _("Дейности")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "parent":
            tops = [row for row in self.activities() if row.parent_id is None]
            return ListedChoiceField(tops, label=db_field.verbose_name)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class BudgetLineInline(PartInline):
    model = BudgetLine
    formset = BudgetFormSet
    widgets = {"code": sized(6)}
    fields = ("code", "name", "activity", "amount", "in_euro")
    readonly_fields = ("in_euro",)
    verbose_name_plural = _("Бюджетни пера")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "activity":
            return ListedChoiceField(self.activities(), label=db_field.verbose_name)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("в евро"))
    def in_euro(self, row: BudgetLine) -> str:
        return euro(row)


class IndicatorInline(PartInline):
    model = Indicator
    form = IndicatorForm
    fields = ("code", "name", "baseline", "target", "unit", "counted_by", "reached")
    readonly_fields = ("reached",)
    widgets = {
        "code": sized(4),
        "name": forms.Textarea(attrs={"rows": 2}),
        "baseline": sized(4),
        "target": sized(4),
        "unit": sized(5),
    }
    verbose_name_plural = _("Индикатори: планирани резултати")

    @admin.display(description=_("сега"))
    def reached(self, row: Indicator) -> str:
        """Lead to the number and what is behind it, which are not counted for this page."""
        if not row.pk:
            return ""
        url = reverse("admin:projects_indicator_evidence", args=[row.pk])
        words = _("Достигнато: %s") % row.name
        return format_html('<a href="{}" aria-label="{}">{}</a>', url, words, _("Вижте"))


def euro(row) -> str:
    """The amount of a project's row in euro, derived; nothing for a row without an amount."""
    return money(row.amount_eur, Currency.EUR)


@admin.register(Project)
class ProjectAdmin(OverviewPage, BudgetPages, PublicityPages, ManagedAdmin):
    """A project on one page: what it is, its money, its term, its parts."""

    prepare = "for_listing"
    list_display = (
        "name", "programme_code", "amount_shown", "spent", "phase", "period", "public",
    )  # fmt: skip
    list_filter = ("programme", "is_public")
    search_fields = ("name", "contract_number", "procedure__code", "summary")
    search_help_text = _("По име, номер на договор, код на процедура или описание.")
    autocomplete_fields = ("programme", "procedure")
    readonly_fields = ("slug", "euro_shown", "planned_end_shown")
    inlines = (FundingInline, PartnerInline, ActivityInline, BudgetLineInline, IndicatorInline)
    fieldsets = (
        (
            _("Проектът"),
            {
                "fields": ("name", "summary", "aim", "is_public", "slug"),
                "description": _("Това виждат гражданите на страницата на проекта."),
            },
        ),
        (
            _("Програма и договор"),
            {
                "fields": (
                    "programme",
                    "procedure",
                    "contract_number",
                    ("contract_signed_on", "contract_signed_note"),
                    "eu_statement",
                ),
                "description": _("По какво е финансиран и какво пише до емблемата на ЕС."),
            },
        ),
        (
            _("Пари"),
            {
                "fields": ("amount_kind", ("amount", "currency"), "euro_shown"),
                "description": _(
                    "Сумата е във валутата на договора; равностойността се изчислява по"
                    " 1,95583 лв. за 1 евро."
                ),
            },
        ),
        (
            _("Срок"),
            {
                "fields": (
                    ("starts_on", "starts_note"),
                    "duration_months",
                    "ends_on",
                    "planned_end_shown",
                    ("eligible_from", "eligible_to"),
                ),
                "description": _(
                    "Оставете празно каквото не е известно. Без дати за допустимост разходите са"
                    " допустими от началото до края."
                ),
            },
        ),
        (
            _("След края"),
            {
                "fields": ("last_payment_on", "sustained_to"),
                "description": _(
                    "От последното плащане към общината тече срокът за съхранение на документите."
                ),
            },
        ),
        PUBLICITY,
        (
            _("Бележка към данните"),
            {"fields": ("note",)},
        ),
    )

    @admin.display(description=_("програма"), ordering="programme__name")
    def programme_code(self, project: Project) -> str:
        return project.procedure.code if project.procedure else str(project.programme)

    @admin.display(description=_("сума"), ordering="amount")
    def amount_shown(self, project: Project) -> str:
        amount = money(project.amount, project.currency)
        if project.currency == Currency.EUR or not amount:
            return amount
        return format_html('{}<br><span class="quiet">{}</span>', amount, euro(project))

    @admin.display(description=_("похарчено"), ordering="spent_eur")
    def spent(self, project: Project) -> str:
        return percent(share(project.spent_eur, project.amount_eur)) if project.spent_eur else "–"

    @admin.display(description=_("фаза"))
    def phase(self, project: Project) -> str:
        return phase_of(project, timezone.localdate()).words

    @admin.display(description=_("в евро"))
    def euro_shown(self, project: Project) -> str:
        return euro(project) or _("след като запишете сумата")

    @admin.display(description=_("публичен"), boolean=True, ordering="is_public")
    def public(self, project: Project) -> bool:
        return project.is_public

    @admin.display(description=_("срок"), ordering="starts_on")
    def period(self, project: Project) -> str:
        return project.period_text()

    @admin.display(description=_("планиран край"))
    def planned_end_shown(self, project: Project) -> str:
        return project.end_text() or _("не е известен")


@admin.register(Programme)
class ProgrammeAdmin(PortalAdmin):
    """Programmes, for managers to read and for the operator to keep."""

    view_rule = staticmethod(can_manage_projects)
    change_rule = staticmethod(can_operate_platform)
    list_display = ("name", "period", "code", "eu_fund")
    search_fields = ("name", "code", "period")
    ordering = ("-period", "name", "pk")


@admin.register(Procedure)
class ProcedureAdmin(PortalAdmin):
    """Procedures, for managers to read and for the operator to keep."""

    view_rule = staticmethod(can_manage_projects)
    change_rule = staticmethod(can_operate_platform)
    list_display = ("code", "name", "programme")
    list_filter = ("programme",)
    list_select_related = ("programme",)
    search_fields = ("code", "name")
    autocomplete_fields = ("programme",)
    ordering = ("code",)
