"""Admin of unit costs and flat rates, with the pages that write expenses from them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from municipalities.admin_filters import ChosenFilter
from municipalities.admin_pages import row_page
from municipalities.numbers import percent
from municipalities.templatetags.portal import money
from projects.admin_base import ManagedAdmin
from projects.models import BudgetLine, Expense, FlatRate, UnitCost
from projects.spending.budget_forms import activities_of
from projects.spending.checks import eligible_of
from projects.spending.facts import SpendingRefused
from projects.spending.rates import charge, charges_of, due_of, record_units
from projects.spending.rates_forms import (
    ChargeForm,
    FlatRateForm,
    LineField,
    UnitsForm,
    UptoForm,
)

SHOWN = 20
ASKED = "asked_%s"  # ids of the day that is asked for, apart from those of what is charged
OF_DUE = {"net": "", "document_on": "upto"}
OF_UNITS = {"net": "quantity", "document_on": "on"}


class OfProjectFilter(ChosenFilter):
    """The project of the line, called so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "проект"


class OfLine(ManagedAdmin):
    """Base of what belongs to a budget line, which is chosen under its project."""

    list_filter = (("line__project", OfProjectFilter),)
    list_select_related: tuple[str, ...] = ("line__project",)
    prepare = "all"

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("line__project")

    def get_form(self, request: HttpRequest, obj=None, change=False, **kwargs):
        """Offer the lines of the row's own project, or of the one in the address, or all."""
        lines = BudgetLine.objects.select_related("project").order_by("project__name", "project")
        wanted = request.GET.get("project", "")
        if obj is not None:
            lines = lines.filter(project=obj.line.project_id)
        elif wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
            lines = lines.filter(project=int(wanted))
        listed = list(lines.order_by("project__name", "project", "code", "pk"))
        request.listed_lines = listed
        return super().get_form(request, obj, change=change, **kwargs)

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name in ("line", "base"):
            lines = request.listed_lines
            return LineField(lines, label=capfirst(db_field.verbose_name))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("проект"), ordering="line__project__name")
    def project(self, row) -> str:
        return str(row.line.project)


@admin.register(UnitCost)
class UnitCostAdmin(OfLine):
    """Unit costs; „Отчети единици“ writes an expense."""

    list_display = ("name", "unit", "amount_shown", "line", "project", "legal_basis")
    search_fields = ("name", "unit", "legal_basis", "line__code", "line__name")
    search_help_text = _("По име, мярка, основание или перо.")
    fields = ("line", "name", "unit", "amount", "legal_basis")

    @admin.display(description=_("сума за единица"), ordering="amount")
    def amount_shown(self, cost: UnitCost) -> str:
        return money(cost.amount, cost.line.project.currency)

    @row_page("otchitane", "Отчети единици")
    def count(self, request: HttpRequest, cost: UnitCost) -> HttpResponse:
        """Ask how many units, and write them as an expense."""
        project = cost.line.project
        form = UnitsForm(
            request.POST or None,
            activities=activities_of(project),
            unit=cost.unit,
            initial={"on": timezone.localdate(), "description": cost.name},
        )
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                made = record_units(
                    cost,
                    quantity=given["quantity"],
                    on=given["on"],
                    description=given["description"],
                    activity=given.get("activity"),
                    overrun_reason=given["overrun_reason"],
                    actor=request.user,  # type: ignore[arg-type]
                    form_key=given["form_key"],
                )
            except SpendingRefused as refused:
                form.take(refused, OF_UNITS)
            else:
                return self.written(request, made, "admin:projects_unitcost_count", cost.pk)
        return self.page(
            request,
            "projects/spending/units.html",
            cost,
            title="Отчитане на единици",
            status=422 if request.method == "POST" else 200,
            form=form,
            project=project,
            earlier=_of_units(cost),
        )

    def written(self, request: HttpRequest, made: Expense, page: str, pk: int) -> HttpResponse:
        """Say what was written and lead back."""
        amount = money(made.amount, made.currency)
        messages.success(request, f"Записан е разход от {amount}.")
        return redirect(page, pk)


@admin.register(FlatRate)
class FlatRateAdmin(OfLine):
    """Flat rates; „Начисли“ writes what a rate gives up to a day."""

    form = FlatRateForm
    list_display = ("line", "percent_shown", "base", "project", "legal_basis")
    list_select_related = ("line__project", "base")
    search_fields = ("line__code", "line__name", "base__code", "base__name", "legal_basis")
    search_help_text = _("По перо или основание.")
    fields = ("line", "percent", "base", "legal_basis")

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("line__project", "base")

    @admin.display(description=_("процент"), ordering="percent")
    def percent_shown(self, rate: FlatRate) -> str:
        return percent(rate.percent)

    @row_page("nachislyavane", "Начисли")
    def charge(self, request: HttpRequest, rate: FlatRate) -> HttpResponse:
        """Count what the rate gives up to a day, and write it once it is confirmed."""
        if request.method == "POST":
            return self._charge(request, rate)
        eligible = eligible_of(rate.line.project)
        last = min(timezone.localdate(), eligible.last or timezone.localdate())
        sent = request.GET if "upto" in request.GET else None
        asked = UptoForm(sent, initial={"upto": last}, auto_id=ASKED)
        due = form = None
        if asked.is_bound and asked.is_valid():
            due = due_of(rate, asked.cleaned_data["upto"])
            form = ChargeForm(initial={"upto": due.upto, "amount": due.amount})
        status = 422 if asked.is_bound and due is None else 200
        return self._page(request, rate, asked, due, form, status)

    def _charge(self, request: HttpRequest, rate: FlatRate) -> HttpResponse:
        form = ChargeForm(request.POST)
        if not form.is_valid():
            return redirect("admin:projects_flatrate_charge", rate.pk)
        given = form.cleaned_data
        try:
            made = charge(
                rate,
                upto=given["upto"],
                amount=given["amount"],
                overrun_reason=given["overrun_reason"],
                actor=request.user,  # type: ignore[arg-type]
                form_key=given["form_key"],
            )
        except SpendingRefused as refused:
            form.take(refused, OF_DUE)
            due = due_of(rate, given["upto"])
            shown = form.data.copy()
            shown["amount"] = str(due.amount)
            form.data = shown
            asked = UptoForm(initial={"upto": due.upto}, auto_id=ASKED)
            return self._page(request, rate, asked, due, form, 422)
        amount = money(made.amount, made.currency)
        messages.success(request, f"Начислени са {amount}.")
        return redirect("admin:projects_flatrate_charge", rate.pk)

    def _page(self, request: HttpRequest, rate, asked, due, form, status: int) -> HttpResponse:
        return self.page(
            request,
            "projects/spending/charge.html",
            rate,
            title="Начисляване по единна ставка",
            status=status,
            asked=asked,
            due=due,
            form=form,
            project=rate.line.project,
            earlier=charges_of(rate)[:SHOWN],
        )


def _of_units(cost: UnitCost):
    mine = Expense.objects.filter(line=cost.line, method=Expense.Method.UNIT)
    return mine.order_by("-document_on", "-pk")[:SHOWN]
