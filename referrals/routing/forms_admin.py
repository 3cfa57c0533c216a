"""Forms of the rules of referring in the admin: what cannot be is refused in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.admin_forms import PartFormSet, TenantForm
from municipalities.norms.forms_admin import VerifiedForm, check_year, own_code
from referrals.assessments.appeal import has_unverified_number
from referrals.placing.models import Referral
from referrals.placing.models_waiting import WaitingRule

ANY = gettext_lazy("без значение")
ASKED = ("kind", "scope", "financing", "age", "with_measure")


class _DaysForm(TenantForm):
    """A row that counts from one day to another."""

    def clean_valid_from(self) -> dt.date | None:
        return check_year(self.cleaned_data["valid_from"])

    def clean_valid_to(self) -> dt.date | None:
        return check_year(self.cleaned_data["valid_to"])

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("Крайната дата е преди началната."))
        return data


class RoutingRowForm(_DaysForm, VerifiedForm):
    """A row of who refers; two that ask the same at the same time would leave it to their order."""

    with_measure = forms.TypedChoiceField(
        label=gettext_lazy("По мярка за закрила или по решение на съд"),
        choices=[("", ANY), ("True", gettext_lazy("да")), ("False", gettext_lazy("не"))],
        coerce=lambda value: value == "True",
        empty_value=None,
        required=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "kind" not in self.fields:  # whoever may only read has no fields
            return
        self.fields["kind"].empty_label = ANY
        for name in ("scope", "financing", "age"):
            self.fields[name].choices = [("", ANY), *self.fields[name].choices[1:]]

    def clean(self) -> dict:
        data = super().clean()
        if self.errors.keys() & {*ASKED, "valid_from", "valid_to"}:
            return data
        other = self._same(data)
        if other:
            self.add_error(
                "authority",
                _("За същите услуги и дни вече има ред: „%(row)s“. Първо му сложете крайна дата.")
                % {"row": str(other)},
            )
        return data

    def _same(self, data: dict[str, Any]) -> Any:
        """Return a row that asks the same of the same days."""
        first = data.get("valid_from") or dt.date.min
        last = data.get("valid_to") or dt.date.max
        asked = {name: data.get(name) for name in ASKED if name != "with_measure"}
        asked = {name: value or (None if name == "kind" else "") for name, value in asked.items()}
        others = type(self.instance).objects.filter(**asked).exclude(pk=self.instance.pk)
        for row in others.order_by("order", "pk"):
            begins, ends = row.valid_from or dt.date.min, row.valid_to or dt.date.max
            if row.with_measure == data.get("with_measure") and begins <= last and first <= ends:
                return row
        return None

    def _post_clean(self) -> None:
        if not self.instance.code:
            self.instance.code = own_code()
        super()._post_clean()


class WaitingRuleForm(_DaysForm):
    """An act by which some are served first; one at a time for a service, or for all others."""

    def clean(self) -> dict:
        data = super().clean()
        if not data.get("is_on") or self.errors.keys() & {"service", "valid_from", "valid_to"}:
            return data
        first, last = data["valid_from"], data.get("valid_to") or dt.date.max
        others = WaitingRule.objects.filter(is_on=True, service=data.get("service"))
        for rule in others.exclude(pk=self.instance.pk).order_by("pk"):
            if rule.valid_from <= last and first <= (rule.valid_to or dt.date.max):
                self.add_error(
                    "is_on",
                    _("През тези дни вече се прилага „%(act)s“. Първо му сложете крайна дата.")
                    % {"act": rule.act},
                )
                break
        return data


class PriorityForm(TenantForm):
    """Who is served before the others; the smaller number is the earlier."""

    order = forms.IntegerField(
        label=gettext_lazy("Ред"),
        min_value=1,
        max_value=999,
        initial=1,
        widget=forms.TextInput(attrs={"size": 4, "inputmode": "numeric"}),
    )


class PriorityFormSet(PartFormSet):
    """A priority by which somebody stands in line is not deleted: the rule gets an end."""

    def clean(self) -> None:
        for form in self.initial_forms:
            is_marked = form.add_prefix("DELETE") in self.data
            if is_marked and form.instance.pk and self._is_used(form.instance.pk):
                raise ValidationError(
                    _(
                        "С „%(row)s“ има хора в листата на чакащите. Вместо изтриване сложете на "
                        "правилото крайна дата и добавете ново."
                    ),
                    params={"row": str(form.instance)},
                )
        super().clean()

    def _is_used(self, pk: int) -> bool:
        return Referral.objects.filter(priority_id=pk).exists()


class PolicyForm(TenantForm):
    """The municipality's rules; a number in the note on appeals is compared with the law first."""

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        note, is_verified = data.get("appeal_note") or "", bool(data.get("appeal_verified"))
        if has_unverified_number(note, is_verified=is_verified):
            self.add_error(
                "appeal_note",
                _(
                    "В указанието има число. Сверете го със закона и отбележете, че е сверено, "
                    "или го махнете: непотвърдени числа не се печатат."
                ),
            )
        if is_verified and not note and "appeal_note" not in self.errors:
            self.add_error("appeal_note", _("Напишете указанието, което сте сверили."))
        return data
