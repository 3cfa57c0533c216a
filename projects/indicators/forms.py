"""Forms of indicators: what they count by, what was reached by hand, for which days to look."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import TenantForm
from projects.indicators.sources import source_of, sources

BY_HAND = _("на ръка, с документ")


def ways_to_count() -> list[tuple[str, object]]:
    """Return what an indicator may count by, as choices; first by hand."""
    return [("", BY_HAND), *((source.code, source.words) for source in sources())]


class IndicatorForm(TenantForm):
    """An indicator whose source is chosen among those that the floors offer."""

    counted_by = forms.ChoiceField(label=_("брои се от"), choices=ways_to_count, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        code = self.instance.counted_by
        if "counted_by" in self.fields and code and source_of(code) is None:
            field = self.fields["counted_by"]
            field.choices = [*ways_to_count(), (code, _("източник, който вече го няма"))]


class ValueForm(TenantForm):
    """What an indicator had reached on a day, with the document that proves it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "evidence" in self.fields:
            self.fields["evidence"].required = True
            self.fields["evidence"].error_messages["required"] = _(
                "Изберете документа от архива, който доказва стойността."
            )

    def clean_on(self) -> dt.date:
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise ValidationError(_("Денят още не е дошъл."))
        return day

    def clean_value(self):
        value = self.cleaned_data["value"]
        if value < 0:
            raise ValidationError(_("Стойността не може да е под нула."))
        return value

    def clean(self):
        data = super().clean()
        indicator = data.get("indicator") or getattr(self.instance, "indicator", None)
        if indicator is None:
            return data
        evidence = data.get("evidence")
        if evidence and evidence.project_id != indicator.project_id:
            self.add_error("evidence", _("Документът е от архива на друг проект."))
        if (source := source_of(indicator.counted_by)) and not self.instance.pk:
            raise ValidationError(
                _("Този индикатор се брои сам (%(words)s). Стойност на ръка не му е нужна."),
                params={"words": source.words},
            )
        return data


class DaysForm(forms.Form):
    """Which days of evidence to look at; empty is from the beginning and until today."""

    mark_optional = False

    since = forms.DateField(
        label=_("от"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    upto = forms.DateField(
        label=_("до"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def clean(self):
        data = super().clean()
        if data.get("since") and data.get("upto") and data["since"] > data["upto"]:
            self.add_error("upto", _("Краят е преди началото."))
        return data

    def query(self) -> str:
        """Return the days that were asked for as an address has them; "" of none or wrong ones."""
        if not self.is_valid():
            return ""
        return urlencode({name: day for name, day in self.cleaned_data.items() if day})
