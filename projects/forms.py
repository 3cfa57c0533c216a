"""Forms of a project's admin page: sums that must agree, activities of two levels."""

from __future__ import annotations

from collections import Counter

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import PartFormSet
from projects.money import check_parts


class SumFormSet(PartFormSet):
    """Rows whose amounts together cannot be more than the project's amount."""

    message = ""

    def clean(self) -> None:
        super().clean()
        amounts = [form.cleaned_data.get("amount") for form in self.kept()]
        project = self.instance
        check_parts(filter(None, amounts), project.amount, project.currency, self.message)


class FundingFormSet(SumFormSet):
    message = _("Източниците (%(parts)s) са повече от сумата на проекта (%(whole)s).")


class BudgetFormSet(SumFormSet):
    message = _("Бюджетните пера (%(parts)s) са повече от сумата на проекта (%(whole)s).")


class ActivityFormSet(PartFormSet):
    """Activities: a number once, and no more than two levels after the change as well."""

    def clean(self) -> None:
        super().clean()
        forms_kept = self.kept()
        numbers = Counter(form.cleaned_data.get("number") for form in forms_kept)
        twice = [number for number, times in numbers.items() if number and times > 1]
        if twice:
            raise ValidationError(
                _("Номерът %(number)s е на повече от една дейност."), params={"number": twice[0]}
            )
        parents = {
            form.instance.pk: form.cleaned_data.get("parent")
            for form in forms_kept
            if form.instance.pk
        }
        for form in forms_kept:
            parent = form.cleaned_data.get("parent")
            if parent and parents.get(parent.pk):
                form.add_error("parent", _("Поддейност не може да има свои поддейности."))
