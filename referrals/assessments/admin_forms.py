"""Forms of the form of the assessment in the admin: a question more needs no programmer."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.admin_forms import PartFormSet, TenantForm
from municipalities.norms.forms_admin import own_code
from referrals.assessments.models_form import AssessmentQuestion
from referrals.kinds.forms_admin import AskedForm

MOST_AREAS, MOST_QUESTIONS = 30, 30


class FormForm(TenantForm):
    """A version of the form."""

    def clean(self) -> dict:
        """A basis that is marked as verified is written and says where it was read."""
        data = super().clean() or self.cleaned_data
        if data.get("is_verified") and not data.get("legal_basis"):
            self.add_error("legal_basis", _("Напишете кое основание е сверено."))
        return data


class _PartForm(TenantForm):
    """An area or a question: its order by number, last where there is none; its code by itself."""

    parent = ""

    order = forms.IntegerField(
        label=gettext_lazy("Ред"),
        required=False,
        min_value=0,
        max_value=32767,
        widget=forms.TextInput(attrs={"size": 4, "inputmode": "numeric"}),
        help_text=gettext_lazy("Празно: последен."),
    )

    def clean_order(self) -> int:
        order = self.cleaned_data["order"]
        parent = getattr(self.instance, f"{self.parent}_id")
        if order is not None:
            return order
        if parent is None:
            return 0
        rows = type(self.instance)._default_manager.filter(**{f"{self.parent}_id": parent})
        last = rows.aggregate(last=models.Max("order"))["last"]
        return 0 if last is None else min(last + 1, 32767)

    def _post_clean(self) -> None:
        if not self.instance.code:
            self.instance.code = own_code()
        super()._post_clean()


class AreaForm(_PartForm):
    parent = "form"


class QuestionForm(AskedForm, _PartForm):
    """A question of an area."""

    parent = "area"

    class Meta:
        model = AssessmentQuestion
        fields = ("label", "hint", "form", "choices", "is_required", "order")


class LimitedFormSet(PartFormSet):
    """Parts of a form that somebody has to be able to fill in: not without an end."""

    most = MOST_QUESTIONS
    too_many = gettext_lazy("Най-много %(most)d на едно място. Разделете ги.")

    def clean(self) -> None:
        super().clean()
        kept = [one for one in self.forms if one.has_changed() or one.instance.pk]
        kept = [one for one in kept if one not in self.deleted_forms]
        if len(kept) > self.most:
            raise ValidationError(self.too_many, params={"most": self.most})
