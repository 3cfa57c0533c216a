"""Expenses in the admin: written with their documents, put into requests, left out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from municipalities.admin_actions import bulk_action
from municipalities.admin_pages import list_page, row_page
from municipalities.permissions import can_manage_projects
from municipalities.templatetags.portal import counted, money
from municipalities.uploads import serve_attachment
from projects.models import Expense, PaymentRequest, ProjectContract, Supplier
from projects.spending import requests, spending
from projects.spending.chosen import PartField, ProjectFirst
from projects.spending.expense_columns import ExpenseColumns, ExplainedFilter, InRequestFilter
from projects.spending.facts import SpendingRefused
from projects.spending.forms import ExpenseForm
from projects.spending.shares import write_shares
from projects.spending.sums import sums_of


class RequestChoice(forms.Form):
    """Which request the chosen expenses go to."""

    into: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Искане за плащане"),
        queryset=None,
        empty_label=_("– изберете –"),
        help_text=_("Само исканията, които се подготвят. Влизат свободните разходи по проекта му."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        drafts = PaymentRequest.objects.filter(state=PaymentRequest.State.DRAFT)
        drafts = drafts.exclude(kind=PaymentRequest.Kind.ADVANCE)
        self.fields["into"].queryset = drafts.select_related("project").order_by(
            "project", "number"
        )
        self.fields["into"].label_from_instance = lambda row: f"№ {row.number}, {row.project}"


@admin.register(Expense)
class ExpenseAdmin(ExpenseColumns, ProjectFirst):
    """Expenses: one by one with their documents; many at once from a spreadsheet."""

    form = ExpenseForm
    prepare = "for_listing"
    list_display = (
        "document_shown",
        "document_on",
        "what",
        "line",
        "amount_shown",
        "state_shown",
        "of",
    )
    list_filter = (
        "project",
        "state",
        InRequestFilter,
        ExplainedFilter,
        "document",
        "method",
        "currency",
    )
    list_totals = {"amount_eur": _("общо в евро"), "verified_eur": _("верифицирани в евро")}
    list_export = {
        "supplier": _("изпълнител"),
        "activity": _("дейност"),
        "paid_on": _("платен на"),
        "net": _("без ДДС"),
        "vat": _("ДДС"),
        "amount": _("допустима сума"),
        "request": _("искане за плащане"),
    }
    search_fields = ("document_number", "description", "supplier__name", "supplier__eik")
    search_help_text = _("По номер на документ, за какво е, изпълнител или ЕИК.")
    date_hierarchy = "document_on"
    autocomplete_fields = ("supplier",)
    actions = ("add_to_request", "refuse_chosen", "take_back_chosen", "share_again")
    readonly_fields = (
        "project_shown",
        "amount_both",
        "shares_shown",
        "state_shown",
        "file_shown",
        "made_shown",
    )

    @list_page("vnasyane", "Внасяне от XLSX")
    def bring(self, request: HttpRequest) -> HttpResponseBase:
        """Lead to where a spreadsheet is brought to a project."""
        return redirect("admin:projects_expenseimport_choose")

    def get_fieldsets(self, request: HttpRequest, obj: Expense | None = None):
        result = ("amount_both", "shares_shown", "state_shown", "made_shown")
        if not self.is_open(obj):
            return self._closed_fieldsets(result)
        hidden = ("key", "seen")
        return (
            (
                None,
                {"fields": ("project_shown", "line", "activity", *hidden), "classes": ("wide",)},
            ),
            (
                _("Документът"),
                {
                    "fields": (
                        "supplier",
                        ("supplier_eik", "supplier_name"),
                        "contract",
                        ("document", "document_number"),
                        ("document_on", "paid_on"),
                        "description",
                        *(("file_shown",) if obj and obj.path else ()),
                        "file",
                    )
                },
            ),
            (_("Сумата"), {"fields": (("net", "vat", "currency"), "is_vat_eligible")}),
            (
                _("Ако порталът забележи нещо"),
                {
                    "fields": ("duplicate_reason", "overrun_reason"),
                    "description": _(
                        "Разход, който прилича на записан или надхвърля перото си, се записва само"
                        " с обяснение. Иначе оставете празно."
                    ),
                },
            ),
            *(((_("Как се отчита"), {"fields": result}),) if obj else ()),
        )

    def _closed_fieldsets(self, result: tuple[str, ...]):
        described = (
            "project_shown",
            "line",
            "activity",
            "supplier",
            "contract",
            "method",
            ("document", "document_number"),
            ("document_on", "paid_on"),
            "description",
            "quantity",
            ("net", "vat", "is_vat_eligible"),
            "duplicate_reason",
            "overrun_reason",
            "file_shown",
        )
        return ((None, {"fields": described}), (_("Как се отчита"), {"fields": result}))

    @staticmethod
    def is_open(expense: Expense | None) -> bool:
        """Whether its facts may still be changed in the form."""
        if expense is None:
            return True
        is_asked = expense.request is not None and not expense.request.is_open
        return not is_asked and expense.method == Expense.Method.DOCUMENT

    def has_change_permission(self, request: HttpRequest, obj: Expense | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or self.is_open(obj))

    def has_view_permission(self, request: HttpRequest, obj: Expense | None = None) -> bool:
        return super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Expense | None = None) -> bool:
        if obj is not None and obj.request is not None and not obj.request.is_open:
            return False
        return super().has_change_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        match = request.resolver_match
        if match and "object_id" in match.kwargs:
            return rows.select_related("contract", "made_by").prefetch_related("shares__funding")
        return rows

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "contract":
            rows = ProjectContract.objects.filter(project=self.project_of(request))
            return PartField(
                rows.select_related("supplier"),
                name=lambda row: f"{row}, {row.supplier.name}: {row.subject}",
                label=_("По договор"),
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict:
        initial = super().get_changeform_initial_data(request)
        return {"document": Expense.Document.INVOICE, "vat": "", **initial}

    def save_model(self, request: HttpRequest, obj: Expense, form, change: bool) -> None:
        """Hand the facts to the verb, which has the project locked since the form was checked."""
        if form.sent_before is not None:
            obj.pk = form.sent_before.pk
        else:
            facts, file = form.facts(), form.cleaned_data.get("file")
            if facts.supplier is not None and facts.supplier.pk is None:
                facts.supplier = saved(facts.supplier)
            if change:
                seen = form.cleaned_data["seen"]
                spending.change(obj, facts, version=seen, file=file)
            else:
                key = form.cleaned_data["key"]
                actor: Any = request.user  # signed in: whoever may change
                made, _is_new = spending.record(facts, actor=actor, form_key=key, file=file)
                obj.pk = made.pk
        obj.refresh_from_db()
        self._say_what_is_left(request, obj)

    def _say_what_is_left(self, request: HttpRequest, expense: Expense) -> None:
        lines = sums_of(expense.project).lines
        row = next(row for row in lines if row.line.pk == expense.line_id)
        if row.is_over:
            over = money(-row.left, row.currency)
            words = _("Перо „%(line)s“ е надхвърлено с %(over)s.")
            said = words % {"line": row.line, "over": over}
            self.message_user(request, said, messages.WARNING)
        else:
            words = _("По перо „%(line)s“ остават %(left)s.")
            self.message_user(request, words % {"line": row.line, "left": row.text("left")})

    def delete_model(self, request: HttpRequest, obj: Expense) -> None:
        spending.erase(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for row in queryset:
            spending.erase(row)

    # Pages and actions

    @row_page("fayl", "Изтеглете документа", rule=lambda row: bool(row.path))
    def file(self, request: HttpRequest, expense: Expense) -> HttpResponseBase:
        """Give the file of the document; that it was taken is kept."""
        return serve_attachment(
            request,
            expense.path,
            name=expense.file_name,
            content_type=expense.content_type,
            subject=expense,
            rule=lambda asked, of: can_manage_projects(asked),
        )

    @bulk_action(
        "Добави в искане за плащане",
        ask="В кое искане да влязат тези разходи?",
        button="Добави",
        form=RequestChoice,
    )
    def add_to_request(self, request: HttpRequest, queryset: QuerySet, facts: dict) -> str:
        chosen = queryset.count()
        try:
            came = requests.gather(facts["into"], queryset)
        except SpendingRefused as refused:
            raise ValidationError(str(refused)) from None
        if not came:
            raise ValidationError(
                _("Нито един не е свободен: вече са в искане, не се броят или са по друг проект.")
            )
        said = _("Добавени в %(into)s: %(came)s.") % {
            "into": facts["into"],
            "came": counted(came, "разход,разхода"),
        }
        return said if came == chosen else f"{said} {_('Останалите не са свободни.')}"

    @bulk_action(
        "Отбележи като невъзстановени",
        ask="Тези разходи няма да се броят в перата и в исканията. Да се отбележат ли?",
        button="Да, отбележи ги",
    )
    def refuse_chosen(self, request: HttpRequest, queryset: QuerySet, facts: dict) -> str:
        return self._each(queryset, spending.refuse, _("Отбелязани"))

    @bulk_action(
        "Върни сред разходите",
        ask="Да се броят ли отново тези разходи?",
        button="Да, върни ги",
    )
    def take_back_chosen(self, request: HttpRequest, queryset: QuerySet, facts: dict) -> str:
        return self._each(queryset, spending.take_back, _("Върнати"))

    def _each(self, queryset: QuerySet, verb, done) -> str:
        rows = list(queryset)
        for row in rows:
            try:
                verb(row)
            except SpendingRefused as refused:
                raise ValidationError(f"{row}: {refused}") from None
        return f"{done}: {counted(len(rows), 'разход,разхода')}."

    @bulk_action(
        "Преизчисли дяловете по източник",
        ask="Дяловете ще се изчислят наново по сегашните източници на проекта.",
        button="Преизчисли",
    )
    def share_again(self, request: HttpRequest, queryset: QuerySet, facts: dict) -> str:
        draft = Q(request__isnull=True) | Q(request__state=PaymentRequest.State.DRAFT)
        rows = list(queryset.filter(draft))
        by_project: dict = {}
        for row in rows:
            by_project.setdefault(row.project, []).append(row)
        for project, mine in by_project.items():
            spending.lock(project)
            write_shares(project, mine)
        return _("Преизчислени: %s.") % counted(len(rows), "разход,разхода")


def saved(supplier: Supplier) -> Supplier:
    """Save a new supplier, or return the one that took the ЕИК in the meantime."""
    if not supplier.eik:
        supplier.save()
        return supplier
    facts = {"name": supplier.name, "is_vat_registered": supplier.is_vat_registered}
    of = {"municipality": supplier.municipality, "eik": supplier.eik}
    return Supplier.objects.get_or_create(**of, defaults=facts)[0]
