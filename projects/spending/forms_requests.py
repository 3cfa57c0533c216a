"""The forms of payment requests: what they are, what goes in, the sums verified, the steps."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import AmountFormField, TenantForm, is_key
from projects.models import BudgetLine, Expense, PaymentRequest, Project
from projects.spending import requests
from projects.spending.chosen import PartField
from projects.spending.facts import SpendingRefused

AS_A_DAY = {"invalid": _("Напишете ден като 21.11.2026."), "required": _("Напишете кога.")}
State = PaymentRequest.State
Kind = PaymentRequest.Kind
MOST_CHOSEN = 200


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    """Return one box for a day, as staff type it."""
    widget = forms.DateInput(attrs={"inputmode": "numeric", "size": 12, "autocomplete": "off"})
    return forms.DateField(label=label, error_messages=AS_A_DAY, widget=widget, **kwargs)


class RequestForm(TenantForm):
    """What a request is, of ``project``; the number is given when it is saved."""

    project: Project
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)

    class Meta:
        model = PaymentRequest
        fields = ("kind", "period_from", "period_to", "asked_amount", "currency", "note")
        help_texts = {"asked_amount": _("Само за авансово искане.")}

    def _post_clean(self) -> None:
        if self.instance.project_id is None:
            self.instance.project = self.project
        super()._post_clean()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.instance.pk:
            self._check_stored(data)
        is_advance = data.get("kind", self.instance.kind) == Kind.ADVANCE
        if "asked_amount" in self.fields and is_advance and not data.get("asked_amount"):
            self.add_error("asked_amount", requests.NO_ADVANCE)
        return data

    def _check_stored(self, data: dict[str, Any]) -> None:
        """Hold the row until it is saved, and see that what is sent may still be."""
        held = PaymentRequest.objects.select_for_update(no_key=True).get(pk=self.instance.pk)
        if "kind" in self.fields and not held.is_open:
            self.add_error(None, requests.NOT_DRAFT)
        elif data.get("kind") == Kind.ADVANCE and held.expenses.exists():
            self.add_error("kind", requests.ADVANCE_HOLDS_NONE)


class KeysField(forms.Field):
    """Keys of rows that were ticked, no more than a page has; not asked whether they are there."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[int]:
        key = Expense._meta.pk
        return [int(one) for one in (value or [])[:MOST_CHOSEN] if is_key(one, key)]


class ChooseForm(forms.Form):
    """Which expenses: those ticked, or all that the filter finds among the free ones."""

    mark_optional = False

    since = day_field(_("От"), required=False)
    upto = day_field(_("До"), required=False)
    q = forms.CharField(label=_("Документ, описание или изпълнител"), required=False, max_length=80)
    expense = KeysField(required=False)

    def __init__(self, *args: Any, of: PaymentRequest | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = of
        if of is not None:
            lines = BudgetLine.objects.filter(project=of.project_id)
            self.fields["line"] = PartField(lines, label=_("Перо"))
            self.order_fields(["since", "upto", "line", "q"])

    def kept(self) -> list[tuple[str, str]]:
        """Return the filter as it was asked for, to be sent with what is ticked."""
        said = ((name, self[name].value()) for name in ("since", "upto", "line", "q"))
        return [
            (name, f"{value:%d.%m.%Y}" if isinstance(value, dt.date) else str(value))
            for name, value in said
            if value
        ]

    def found(self) -> QuerySet[Expense]:
        """Return the free expenses that the filter finds; a wrong filter finds none."""
        rows = requests.free_for(self.of).for_listing() if self.of else Expense.objects.none()
        if self.is_bound and not self.is_valid():
            return rows.none()
        said = self.cleaned_data if self.is_bound else self.initial
        if since := said.get("since"):
            rows = rows.filter(document_on__gte=since)
        if upto := said.get("upto"):
            rows = rows.filter(document_on__lte=upto)
        if line := said.get("line"):
            rows = rows.filter(line=line)
        if q := (said.get("q") or "").strip():
            named = ("document_number", "description", "supplier__name", "supplier__eik")
            anywhere = Q()
            for name in named:
                anywhere |= Q(**{f"{name}__icontains": q})
            rows = rows.filter(anywhere)
        return rows.order_by("document_on", "pk")


class SumsForm(forms.Form):
    """A box for each expense on the page: how much of it is verified."""

    PREFIX = "sum"

    def __init__(self, *args: Any, rows: list[Expense], **kwargs: Any) -> None:
        super().__init__(*args, prefix=self.PREFIX, **kwargs)
        self.rows = rows
        for row in rows:
            known = row.amount if row.verified_amount is None else row.verified_amount
            self.fields[str(row.pk)] = AmountFormField(
                label=_("Верифицирано от %s") % row,
                max_digits=14,
                decimal_places=2,
                min_value=0,
                initial=known,
            )

    @classmethod
    def rows_of(cls, data: Mapping[str, Any], request: PaymentRequest) -> list[Expense]:
        """Return the expenses of ``request`` that ``data`` has sums for."""
        sent = [name.removeprefix(f"{cls.PREFIX}-") for name in data if name.startswith(cls.PREFIX)]
        keys = [one for one in sent[:MOST_CHOSEN] if is_key(one, Expense._meta.pk)]
        return list(request.expenses.for_listing().filter(pk__in=keys))

    def boxes(self) -> dict[int, forms.BoundField]:
        """Return the boxes by the key of the expense."""
        return {row.pk: self[str(row.pk)] for row in self.rows}

    def sums(self) -> dict[int, Decimal]:
        """Return what was written, by the key of the expense."""
        return {row.pk: self.cleaned_data[str(row.pk)] for row in self.rows}

    def refuse(self, refused: SpendingRefused) -> None:
        """Show what the verb refused by the boxes it is about."""
        for name, listed in refused.faults.items():
            for words in listed:
                self.add_error(name if name in self.fields else None, words)

    def refuse_or(self, refused: SpendingRefused, other: StepForm) -> None:
        """Show what was refused by these boxes, or by those of ``other`` where it is about them."""
        (self if set(refused.faults) <= set(self.fields) else other).refuse(refused)


class StepForm(forms.Form):
    """A step of a request with what it needs to know."""

    name: ClassVar[str] = ""
    words: ClassVar[Any] = ""
    hint: ClassVar[Any] = ""
    done: ClassVar[Any] = ""
    is_main: ClassVar[bool] = True
    sent: ClassVar[dict[str, tuple[str, ...]]] = {}

    def __init__(self, *args: Any, of: PaymentRequest, sums: requests.RequestSums, **kwargs: Any):
        super().__init__(*args, prefix=self.name, **kwargs)
        self.of, self.sums = of, sums
        if "on" in self.fields:
            self.fields["on"].initial = timezone.localdate()

    @classmethod
    def is_next(cls, row: PaymentRequest) -> bool:
        """Say whether ``row`` may take this step."""
        raise NotImplementedError

    def take(self, row: PaymentRequest) -> None:
        """Take the step; raises SpendingRefused."""
        raise NotImplementedError

    def refuse(self, refused: SpendingRefused) -> None:
        """Show what the verb refused by the fields it is about."""
        for name, listed in refused.faults.items():
            for words in listed:
                self.add_error(name if name in self.fields else None, words)


class SubmitForm(StepForm):
    name, words, done = "submit", _("Подайте искането"), _("Искането е отбелязано като подадено.")
    hint = _("След подаването разходите в него не се променят.")
    on = day_field(_("Подадено на"))

    @classmethod
    def is_next(cls, row: PaymentRequest) -> bool:
        return row.state == State.DRAFT

    def take(self, row: PaymentRequest) -> None:
        requests.submit(row, on=self.cleaned_data["on"])


class VerifyForm(StepForm):
    name, words, done = "verify", _("Отбележете като верифицирано"), _("Искането е верифицирано.")
    hint = _(
        "Сумите на тази страница се записват; разходите, за които не е написана друга сума, се"
        " верифицират изцяло. Тези с 0,00 стават невъзстановени."
    )
    on = day_field(_("Верифицирано на"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.sums.count:  # sent with the boxes of the sums, so that none is forgotten
            self.fields["on"].widget.attrs["form"] = SumsForm.PREFIX

    @classmethod
    def is_next(cls, row: PaymentRequest) -> bool:
        return row.state == State.SUBMITTED and row.kind != Kind.ADVANCE

    def take(self, row: PaymentRequest) -> None:
        requests.verify(row, on=self.cleaned_data["on"])


class PayForm(StepForm):
    name, words, done = "pay", _("Запишете плащането"), _("Плащането е записано.")
    on = day_field(_("Платено на"))
    amount = AmountFormField(
        label=_("Платена сума"), max_digits=14, decimal_places=2, min_value=Decimal("0.01")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_advance = self.of.kind == Kind.ADVANCE
        self.fields["amount"].initial = self.of.asked_amount if is_advance else self.sums.verified
        self.fields["amount"].label = _("Платена сума (%s)") % self.of.get_currency_display()

    @classmethod
    def is_next(cls, row: PaymentRequest) -> bool:
        if row.kind == Kind.ADVANCE:
            return row.state == State.SUBMITTED
        return row.state == State.VERIFIED

    def take(self, row: PaymentRequest) -> None:
        requests.pay(row, on=self.cleaned_data["on"], amount=self.cleaned_data["amount"])


class ReopenForm(StepForm):
    name, words, is_main = "reopen", _("Върнете за поправка"), False
    hint = _("Искането пак се подготвя: разходите могат да се променят, добавят и вадят.")
    done = _("Искането отново се подготвя.")

    @classmethod
    def is_next(cls, row: PaymentRequest) -> bool:
        return row.state == State.SUBMITTED

    def take(self, row: PaymentRequest) -> None:
        requests.reopen(row)


STEPS: dict[str, type[StepForm]] = {
    form.name: form for form in (SubmitForm, VerifyForm, PayForm, ReopenForm)
}
