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
    """The lines of a budget, whose amounts only an annex changes once there is one."""

    message = _("Бюджетните пера (%(parts)s) са повече от сумата на проекта (%(whole)s).")
    by_annex = _("Бюджетът вече е променян с анекс: сумите и перата се менят само с нов анекс.")

    def clean(self) -> None:
        if self.instance.pk and self.instance.annexes.exists():
            self._refuse_other_amounts()
        super().clean()

    def _refuse_other_amounts(self) -> None:
        for form in self.forms:
            if form.cleaned_data.get("DELETE") or (not form.instance.pk and form.has_changed()):
                raise ValidationError(self.by_annex, code="by_annex")
            if "amount" in form.changed_data:
                form.add_error("amount", self.by_annex)
        stored = type(self.instance).objects.values_list("amount", flat=True)
        if stored.get(pk=self.instance.pk) != self.instance.amount:
            raise ValidationError(
                _("Сумата на проекта също се променя само с анекс."), code="by_annex"
            )


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
