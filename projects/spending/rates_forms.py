"""Forms of costs without invoices."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.validators import MinValueValidator

from municipalities.admin_forms import NO_CHOICE, ListedChoiceField, NumberField, TenantForm
from projects.models import Activity, BudgetLine, FlatRate
from projects.spending.budget_forms import day_field
from projects.spending.facts import SpendingRefused


class LineField(ListedChoiceField):
    """A budget line, listed under its project."""

    def __init__(self, lines: Iterable[BudgetLine], **kwargs: Any) -> None:
        listed = list(lines)
        super().__init__(listed, required=True, **kwargs)
        groups = groupby(listed, key=lambda line: str(line.project))
        self.choices = [
            NO_CHOICE,
            *((name, [(str(line.pk), str(line)) for line in lines]) for name, lines in groups),
        ]


class FlatRateForm(TenantForm):
    """A rate: both lines of one project, and neither the base of the other."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        line, base = self.cleaned_data.get("line"), self.cleaned_data.get("base")
        if line and base and line.project_id != base.project_id:
            self.add_error("base", "Двете пера са на един проект.")
        elif line and base and FlatRate.objects.filter(line=base, base=line).exists():
            self.add_error("base", "Това перо само е ставка върху другото.")
        return cleaned


class SpendingForm(forms.Form):
    """What is written as an expense without a document."""

    overrun_reason = forms.CharField(
        label="Защо се записва, макар че надхвърля перото", max_length=250, required=False
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial={"form_key": uuid.uuid4(), **(initial or {})}, **kwargs)
        self.is_over = bool(self.data.get("overrun_reason"))

    def take(self, refused: SpendingRefused, names: dict[str, str]) -> None:
        """Put what the verb refused beside its box; ``names`` are {its field: the form's}."""
        for name, words in refused.faults.items():
            self.is_over = self.is_over or name == "overrun_reason"
            here = names.get(name, name)
            for each in words:
                self.add_error(here if here in self.fields else NON_FIELD_ERRORS, each)


class UnitsForm(SpendingForm):
    """So many units of a cost."""

    quantity = NumberField(
        label="Колко",
        max_digits=10,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"), "Напишете колко, повече от нула.")],
    )
    on = day_field("Към дата")
    description = forms.CharField(label="За какво", max_length=250)
    field_order = ("quantity", "on", "description", "activity", "overrun_reason")

    def __init__(self, *args: Any, activities: Iterable[Activity], unit: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["quantity"].label = f"Колко ({unit})"
        listed = list(activities)
        if listed:
            self.fields["activity"] = ListedChoiceField(listed, label="Дейност")
            self.order_fields(self.field_order)


class UptoForm(forms.Form):
    """Up to which day a rate is counted."""

    mark_optional = False

    upto = day_field("До дата (включително)")


class ChargeForm(SpendingForm):
    """What was counted and is to be charged."""

    upto = forms.DateField(widget=forms.HiddenInput)
    amount = forms.DecimalField(
        widget=forms.HiddenInput, max_digits=14, decimal_places=2, localize=False
    )
