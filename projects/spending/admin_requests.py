"""Payment requests in the admin: gathered from expenses, submitted, verified, paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from municipalities.admin_pages import row_page
from municipalities.templatetags.portal import counted, money
from projects.models import Expense, PaymentRequest
from projects.money import Currency
from projects.spending import requests
from projects.spending.chosen import ProjectFirst, link_to_project
from projects.spending.facts import SpendingRefused
from projects.spending.forms_requests import STEPS, ChooseForm, RequestForm, SumsForm
from projects.spending.request_sums import by_line_of, by_source_of

PER_PAGE = 50
State = PaymentRequest.State


@admin.register(PaymentRequest)
class PaymentRequestAdmin(ProjectFirst):
    """Requests: the form says what they are; their expenses and steps have a page of their own."""

    form = RequestForm
    list_display = (
        "number_shown",
        "project",
        "kind",
        "period_shown",
        "state",
        "expenses_shown",
        "asked_shown",
        "verified_shown",
        "paid_shown",
    )
    list_display_links = None
    list_filter = ("project", "state", "kind")
    search_fields = ("project__name", "note")
    search_help_text = _("По проект или бележка.")
    date_hierarchy = "period_to"
    ordering = ("project", "-number")
    readonly_fields = ("project_shown", "state")
    actions = None  # a request is deleted by itself, and its expenses are free again

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).select_related("project")
        return rows.annotate(
            held=Count("expenses"),
            asked_eur=Sum("expenses__amount_eur"),
            verified_eur=Sum("expenses__verified_eur"),
        )

    def get_fieldsets(self, request: HttpRequest, obj: PaymentRequest | None = None):
        facts: tuple[Any, ...] = (
            "project_shown",
            "kind",
            ("period_from", "period_to"),
            ("asked_amount", "currency"),
            "note",
        )
        if obj is None:
            return ((None, {"fields": (*facts, "key")}),)
        return ((None, {"fields": (*facts, "state")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: PaymentRequest | None = None):
        fixed = super().get_readonly_fields(request, obj)
        if obj is not None and not obj.is_open:
            return (*fixed, "kind", "period_from", "period_to", "asked_amount", "currency")
        return fixed

    def save_model(self, request: HttpRequest, obj: PaymentRequest, form, change: bool) -> None:
        names = ("kind", "period_from", "period_to", "asked_amount", "currency", "note")
        facts = {name: form.cleaned_data[name] for name in names if name in form.cleaned_data}
        if change:
            requests.correct(obj, **facts)
            return
        key = form.cleaned_data["key"] or obj.form_key
        made, _is_new = requests.open_request(obj.project, form_key=key, **facts)
        obj.pk = made.pk
        obj.refresh_from_db()

    def response_add(self, request: HttpRequest, obj: PaymentRequest, post_url_continue=None):
        """Go on to the expenses of a new request."""
        if "_addanother" in request.POST or "_continue" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        said = _("Искането е записано с № %s. Добавете разходите в него.") % obj.number
        self.message_user(request, said, messages.SUCCESS)
        return redirect(self._url("expenses", obj))

    def has_delete_permission(self, request: HttpRequest, obj: PaymentRequest | None = None):
        return super().has_delete_permission(request, obj) and (obj is None or obj.is_open)

    def get_deleted_objects(self, objs, request: HttpRequest):
        """Name the request alone: its expenses stay, and are free again."""
        closed = {str(self.opts.verbose_name) for row in objs if not row.is_open}
        return [str(row) for row in objs], {self.opts.verbose_name_plural: len(objs)}, closed, []

    def delete_model(self, request: HttpRequest, obj: PaymentRequest) -> None:
        requests.discard(obj)

    # The page of a request

    @row_page("razhodi", "Разходи и стъпки")
    def expenses(self, request: HttpRequest, row: PaymentRequest) -> HttpResponse:
        """Show what a request holds and what may be done with it; take expenses out of it."""
        if request.method == "POST":
            return self._released(request, row)
        return self._shown(request, row)

    def _shown(
        self, request: HttpRequest, row: PaymentRequest, *, status: int = 200, **forms: Any
    ) -> HttpResponse:
        held = row.expenses.for_listing().order_by("line__code", "document_on", "pk")
        page = Paginator(held, PER_PAGE).get_page(request.GET.get("page"))
        sums = requests.sums_of_request(row)
        steps = [form for name, form in STEPS.items() if form.is_next(row)]
        may_verify = row.state == State.SUBMITTED and sums.count > 0
        return self.page(
            request,
            "projects/spending/request.html",
            row,
            title=f"Искане за плащане № {row.number}",
            status=status,
            page_obj=page,
            sums=sums,
            by_line=by_line_of(row) if sums.count else [],
            by_source=by_source_of(row) if sums.count else [],
            steps=[forms.get(form.name) or form(of=row, sums=sums) for form in steps],
            sums_form=forms.get("sums") or (SumsForm(rows=list(page)) if may_verify else None),
            other_currency=row.currency == Currency.BGN,
        )

    def _released(self, request: HttpRequest, row: PaymentRequest) -> HttpResponse:
        chosen = ChooseForm(request.POST)
        keys = chosen.cleaned_data["expense"] if chosen.is_valid() else []
        try:
            gone = requests.release(row, Expense.objects.filter(pk__in=keys))
        except SpendingRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
        else:
            said = _("Извадени: %s.") % counted(gone, "разход,разхода")
            self.message_user(request, said, messages.SUCCESS if gone else messages.WARNING)
        return redirect(self._url("expenses", row))

    @row_page("dobavyane")
    def adding(self, request: HttpRequest, row: PaymentRequest) -> HttpResponseBase:
        """Offer the free expenses of the project by a filter; put the chosen, or all, in."""
        if not row.is_open or row.kind == PaymentRequest.Kind.ADVANCE:
            words = requests.ADVANCE_HOLDS_NONE if row.is_open else requests.NOT_DRAFT
            self.message_user(request, words, messages.ERROR)
            return redirect(self._url("expenses", row))
        asked = request.POST if request.method == "POST" else request.GET
        initial = {"since": row.period_from, "upto": row.period_to}
        chosen = ChooseForm(asked if "filtered" in asked else None, of=row, initial=initial)
        found = chosen.found()
        if request.method == "POST":
            return self._gathered(request, row, chosen, found)
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        return self.page(
            request,
            "projects/spending/request_adding.html",
            row,
            title="Добавяне на разходи",
            status=200 if not chosen.is_bound or chosen.is_valid() else 422,
            form=chosen,
            page_obj=page,
        )

    def _gathered(
        self, request: HttpRequest, row: PaymentRequest, chosen: ChooseForm, found: QuerySet
    ) -> HttpResponse:
        if "all" not in request.POST:
            keys = chosen.cleaned_data.get("expense", []) if chosen.is_valid() else []
            found = found.filter(pk__in=keys)
        try:
            came = requests.gather(row, found)
        except SpendingRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return redirect(self._url("expenses", row))
        said = _("Добавени: %s.") % counted(came, "разход,разхода")
        self.message_user(request, said, messages.SUCCESS if came else messages.WARNING)
        return redirect(self._url("expenses", row))

    @row_page("sumi")
    def sums(self, request: HttpRequest, row: PaymentRequest) -> HttpResponse:
        """Keep how much of each expense of a page is verified."""
        if request.method != "POST":
            return redirect(self._url("expenses", row))
        form = SumsForm(request.POST, rows=SumsForm.rows_of(request.POST, row))
        if form.is_valid():
            try:
                changed = requests.note_sums(row, form.sums())
            except SpendingRefused as refused:
                form.refuse(refused)
            else:
                said = _("Записани: %s.") % counted(changed, "сума,суми")
                self.message_user(request, said, messages.SUCCESS)
                page = request.GET.get("page", "")
                query = f"?page={page}" if page.isascii() and page.isdigit() else ""
                return redirect(self._url("expenses", row) + query)
        return self._shown(request, row, status=422, sums=form)

    @row_page("stapka")
    def step(self, request: HttpRequest, row: PaymentRequest) -> HttpResponse:
        """Take a step: submit, take back, verify, write what was paid."""
        step = STEPS.get(request.POST.get("step", ""))
        if request.method != "POST" or step is None:
            return redirect(self._url("expenses", row))
        form = step(request.POST, of=row, sums=requests.sums_of_request(row))
        sums = SumsForm(request.POST, rows=SumsForm.rows_of(request.POST, row))
        if not sums.is_valid():
            return self._shown(request, row, status=422, sums=sums, **{step.name: form})
        if form.is_valid():
            try:
                if sums.rows:
                    requests.note_sums(row, sums.sums())
                form.take(row)
            except SpendingRefused as refused:
                sums.refuse_or(refused, form)
            else:
                self.message_user(request, step.done, messages.SUCCESS)
                return redirect(self._url("expenses", row))
        if sums.errors:
            return self._shown(request, row, status=422, sums=sums, **{step.name: form})
        if not step.is_next(row):
            said = " ".join(words for listed in form.errors.values() for words in listed)
            self.message_user(request, said, messages.ERROR)
            return redirect(self._url("expenses", row))
        return self._shown(request, row, status=422, **{step.name: form})

    def _url(self, name: str, row: PaymentRequest) -> str:
        return reverse(f"admin:{self.page_name(name)}", args=[row.pk])

    # What is shown

    @admin.display(description=_("искане"), ordering="number")
    def number_shown(self, row: PaymentRequest) -> str:
        return format_html('<a href="{}">№ {}</a>', self._url("expenses", row), row.number)

    @admin.display(description=_("период"), ordering="period_from")
    def period_shown(self, row: PaymentRequest) -> str:
        days = [f"{day:%d.%m.%Y}" for day in (row.period_from, row.period_to) if day]
        return " – ".join(days)

    @admin.display(description=_("разходи"), ordering="held")
    def expenses_shown(self, row: PaymentRequest) -> int:
        return row.held

    @admin.display(description=_("поискани в евро"), ordering="asked_eur")
    def asked_shown(self, row: PaymentRequest) -> str:
        if row.kind == PaymentRequest.Kind.ADVANCE and row.asked_amount:
            return money(row.asked_amount, row.currency)
        return money(row.asked_eur or Decimal(0), Currency.EUR)

    @admin.display(description=_("верифицирани в евро"), ordering="verified_eur")
    def verified_shown(self, row: PaymentRequest) -> str:
        return money(row.verified_eur, Currency.EUR)

    @admin.display(description=_("платено"), ordering="paid_amount")
    def paid_shown(self, row: PaymentRequest) -> str:
        if row.paid_amount is None:
            return ""
        return f"{money(row.paid_amount, row.currency)} на {row.paid_on:%d.%m.%Y}"

    @admin.display(description=_("проект"))
    def project_shown(self, row: PaymentRequest) -> str:
        return link_to_project(row.project)
