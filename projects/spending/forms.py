"""The forms of expenses and of contracts in the admin: what the checks say stands by the fields."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import TenantForm
from municipalities.checks import check_eik
from municipalities.uploads import UploadField
from projects.models import Expense, Project, Supplier
from projects.spending.checks import checks, currency_fault
from projects.spending.facts import Facts, SpendingRefused
from projects.spending.spending import CHANGED, lock, refuse_settled

OF_DOCUMENT = (
    "line",
    "activity",
    "supplier",
    "contract",
    "document",
    "document_number",
    "document_on",
    "paid_on",
    "description",
    "net",
    "vat",
    "is_vat_eligible",
    "currency",
    "duplicate_reason",
    "overrun_reason",
)
# Of an expense with a document; the model asks otherwise, for those without one too.
REQUIRED = {"document": True, "document_number": True, "vat": False}
WITHOUT = ("line", "document_on", "net", "vat", "currency")  # nothing can be checked without these


class ExpenseForm(TenantForm):
    """An expense with a document, of ``project``; its supplier may be written here and now."""

    project: Project

    supplier_eik = forms.CharField(
        label=_("ЕИК на нов изпълнител"),
        max_length=13,
        required=False,
        help_text=_("Ако го няма в списъка: напишете ЕИК и име. Ако го има, ще се намери по ЕИК."),
    )
    supplier_name = forms.CharField(
        label=_("Име на нов изпълнител"), max_length=200, required=False
    )
    file = UploadField(
        label=_("Файл на документа"),
        required=False,
        help_text=_("PDF, снимка или DOCX до 10 MB. Нов файл заменя стария."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Expense
        fields = ()  # the admin says which: there is no municipality to choose of before a request

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sent_before: Expense | None = None
        if self.instance.pk:
            self.initial["seen"] = self.instance.version
        for name, is_required in REQUIRED.items():
            if name in self.fields:
                self.fields[name].required = is_required

    def _get_validation_exclusions(self) -> set[str]:
        # The checks look for repetitions, and say what is repeated.
        return super()._get_validation_exclusions() | {"municipality"}

    def clean_supplier_eik(self) -> str:
        eik = self.cleaned_data["supplier_eik"].strip()
        try:
            check_eik(eik)
        except forms.ValidationError as error:
            raise forms.ValidationError(error.messages) from None
        return eik

    def clean_vat(self) -> Decimal:
        return self.cleaned_data.get("vat") or Decimal(0)

    def supplier(self) -> Supplier | None:
        """Return the supplier chosen, found by the ЕИК, or a new one that is not saved yet."""
        data = self.cleaned_data
        eik, name = data.get("supplier_eik", ""), (data.get("supplier_name") or "").strip()
        if eik:
            known = Supplier.objects.filter(eik=eik).first()
            if known:
                return known
        if name:
            of = {"municipality": self.current_municipality, "is_vat_registered": bool(data["vat"])}
            return Supplier(name=name, eik=eik, **of)
        return data.get("supplier")

    def facts(self) -> Facts:
        """Return what the form says; needs the fields of ``WITHOUT``."""
        kept = {name: self.cleaned_data[name] for name in OF_DOCUMENT if name in self.cleaned_data}
        known = {"description": "", **kept, "project": self.project, "supplier": self.supplier()}
        return Facts(**known)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        lock(self.project)  # before asking: the same form may be on its way from another tab
        if not self.instance.pk and data.get("key"):
            self.sent_before = Expense.objects.filter(form_key=data["key"]).first()
        if self.sent_before is not None:
            return data
        self._check_supplier(data)
        missing = [name for name in WITHOUT if data.get(name) is None]
        if missing:
            return data
        facts = self.facts()
        lock(self.project, [facts.supplier] if facts.supplier_id else [])
        if self.instance.pk:
            self._check_stored(data)
        but = [self.instance.pk] if self.instance.pk else []
        for name, listed in checks([facts], project=self.project, but=but)[0].items():
            if name in self.errors:  # it is wrong already as it is written
                continue
            for words in listed:
                self.add_error(name if name in self.fields else None, words)
        return data

    def _check_supplier(self, data: dict[str, Any]) -> None:
        eik, name = data.get("supplier_eik"), (data.get("supplier_name") or "").strip()
        if (eik or name) and data.get("supplier"):
            self.add_error("supplier", _("Изберете изпълнител от списъка или напишете нов."))
        elif eik and not name and not Supplier.objects.filter(eik=eik).exists():
            self.add_error("supplier_name", _("Няма изпълнител с този ЕИК. Напишете името му."))

    def _check_stored(self, data: dict[str, Any]) -> None:
        stored = Expense.objects.select_related("request").get(pk=self.instance.pk)
        if stored.version != data.get("seen"):
            self.add_error(None, CHANGED)
        try:
            refuse_settled(stored)
        except SpendingRefused as refused:
            self.add_error(None, str(refused))


class ContractForm(TenantForm):
    """A contract with a supplier, of ``project``."""

    project: Project

    def _post_clean(self) -> None:
        if self.instance.project_id is None:
            self.instance.project = self.project
        super()._post_clean()

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"project"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        signed_on, currency = data.get("signed_on"), data.get("currency")
        if signed_on and currency and (words := currency_fault(currency, signed_on)):
            self.add_error("currency", words)
        line, activity = data.get("line"), data.get("activity")
        if line and activity and line.activity_id not in (None, activity.pk, activity.parent_id):
            self.add_error("activity", _("Перото е за друга дейност."))
        return data
