"""What lists and forms of expenses in the admin show, and by what the lists are filtered."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from municipalities.templatetags.portal import money
from projects.models import Expense
from projects.money import in_both
from projects.of_project import first_words
from projects.spending.checks import eligible_of
from projects.spending.chosen import link_to_project

LINE_BREAK = mark_safe("<br>")


class ExplainedFilter(admin.SimpleListFilter):
    """Expenses written in spite of what the portal noticed."""

    title = _("с обяснение")
    parameter_name = "explained"

    def lookups(self, request: HttpRequest, model_admin):
        return (("over", _("над перото")), ("again", _("прилича на повторение")))

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "over":
            return queryset.exclude(overrun_reason="")
        if self.value() == "again":
            return queryset.exclude(duplicate_reason="")
        return queryset


class InRequestFilter(admin.SimpleListFilter):
    """Expenses that a request has, and those still free."""

    title = _("в искане за плащане")
    parameter_name = "asked"

    def lookups(self, request: HttpRequest, model_admin):
        return (("yes", _("да")), ("no", _("не")))

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in ("yes", "no"):
            return queryset.filter(request__isnull=self.value() == "no")
        return queryset


class ExpenseColumns:
    """Mix into the admin of expenses."""

    @admin.display(description=_("документ"), ordering="document_number")
    def document_shown(self, row: Expense) -> str:
        return str(row)

    @admin.display(description=_("допустима сума"), ordering="amount_eur")
    def amount_shown(self, row: Expense) -> str:
        return in_both(row.amount, row.currency)

    @admin.display(description=_("допустима сума"))
    def amount_both(self, row: Expense) -> str:
        return in_both(row.amount, row.currency)

    @admin.display(description=_("за какво"), ordering="description")
    def what(self, row: Expense) -> str:
        if row.supplier is None:
            return row.description
        words = '{}<br><span class="quiet">{}</span>'
        return format_html(words, row.description, row.supplier.name)

    @admin.display(description=_("проект"), ordering="project__name")
    def of(self, row: Expense) -> str:
        return first_words(row.project)

    @admin.display(description=_("състояние"), ordering="state")
    def state_shown(self, row: Expense) -> str:
        words = row.get_state_display()
        if row.verified_amount is not None and row.verified_amount != row.amount:
            words = f"{words}: {money(row.verified_amount, row.currency)}"
        parts = [format_html("{}", words)]
        if row.request is not None:
            url = reverse("admin:projects_paymentrequest_expenses", args=[row.request_id])
            parts.append(format_html('<a href="{}">искане № {}</a>', url, row.request.number))
        if noticed := self.flags(row):
            parts.append(format_html('<span class="quiet">{}</span>', noticed))
        return format_html_join(LINE_BREAK, "{}", ((part,) for part in parts))

    @staticmethod
    def flags(row: Expense) -> str:
        """Say for what the expense has an explanation."""
        noticed = ((row.overrun_reason, _("над перото")), (row.duplicate_reason, _("повторение?")))
        return ", ".join(str(words) for reason, words in noticed if reason)

    @admin.display(description=_("проект"))
    def project_shown(self, row: Expense) -> str:
        eligible = str(eligible_of(row.project))
        linked = link_to_project(row.project)
        if not eligible:
            return linked
        return format_html(
            "{}<br><span class='quiet'>Допустими разходи {}</span>", linked, eligible
        )

    @admin.display(description=_("чии пари са"))
    def shares_shown(self, row: Expense) -> str:
        return "; ".join(
            f"{share.funding}: {money(share.amount, row.currency)}" for share in row.shares.all()
        ) or str(_("проектът няма източници на финансиране"))

    @admin.display(description=_("файл"))
    def file_shown(self, row: Expense) -> str:
        if not row.path:
            return "–"
        url = reverse("admin:projects_expense_file", args=[row.pk])
        size = filesizeformat(row.size)
        return format_html('<a href="{}">{}</a> ({})', url, row.file_name, size)

    @admin.display(description=_("записан"))
    def made_shown(self, row: Expense) -> str:
        return (
            f"{row.made_at:%d.%m.%Y} от {row.made_by}" if row.made_by else f"{row.made_at:%d.%m.%Y}"
        )
