"""A service in the admin, and the words that forms of services share."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import TenantForm
from services_registry.models import Service

LONGEST_QUERY = 200
LONGEST_STEP = 300
# What helps people without being a kind of чл. 15: лична помощ, топъл обяд.
NO_KIND = "podkrepyashti"
SUPPORTING_NAME = _("Други подкрепящи дейности")


class LinesField(forms.CharField):
    """A list typed one item a line; empty lines are left out."""

    widget = forms.Textarea

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value):
        return [line.strip() for line in super().to_python(value).splitlines() if line.strip()]

    def validate(self, value) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")
        too_long = next((line for line in value if len(line) > LONGEST_STEP), None)
        if too_long:
            raise ValidationError(
                _("„%(start)s…“ е твърде дълго: на ред се събират %(most)d знака."),
                params={"start": too_long[:40], "most": LONGEST_STEP},
            )

    def run_validators(self, value) -> None:
        """CharField's validators are for text; the lines were checked above."""
        for line in value:
            super().run_validators(line)


def _ticks(label, choices) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class ServiceAdminForm(TenantForm):
    """A service in the admin: steps by line, what may be several by ticking."""

    settings = _ticks(_("Среда"), Service.Setting.choices)
    functions = _ticks(_("Функция"), Service.Function.choices)
    terms = _ticks(_("Срок на ползване"), Service.Term.choices)
    intensities = _ticks(_("Продължителност през деня"), Service.Intensity.choices)
    languages = _ticks(_("Езици, на които се говори"), Service.Language.choices)
    steps = LinesField(
        label=_("Стъпки"), required=False, help_text=_("По една стъпка на ред, с прости думи.")
    )

    def clean_checked_on(self):
        """Refuse a day to come: from the last one there is, no review interval can be counted."""
        day = self.cleaned_data["checked_on"]
        if day and day > timezone.localdate():
            raise ValidationError(_("Денят на проверката е в бъдещето."))
        return day
