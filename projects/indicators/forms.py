"""Forms of indicators: what they count by, what was reached by hand, for which days to look."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.admin_forms import TenantForm
from municipalities.filters import PeriodFilter
from municipalities.forms_days import staff_day_field
from municipalities.uploads import UploadField
from projects.indicators.sources import source_of, sources

BY_HAND = _("на ръка, с документ")


def ways_to_count() -> list[tuple[str, object]]:
    """Return what an indicator may count by, as choices; first by hand."""
    return [("", BY_HAND), *((source.code, source.words) for source in sources())]


class IndicatorForm(TenantForm):
    """An indicator whose source is chosen among those that the floors offer."""

    counted_by = forms.ChoiceField(label=_("Брои се от"), choices=ways_to_count, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        code = self.instance.counted_by
        if "counted_by" in self.fields and code and source_of(code) is None:
            field = self.fields["counted_by"]
            field.choices = [*ways_to_count(), (code, _("източник, който вече го няма"))]


class IndicatorPageForm(IndicatorForm):
    """The same on a page of its own, where the other indicators of the project are not seen."""

    def clean(self):
        data = super().clean()
        project = data.get("project") or (self.instance.project if self.instance.pk else None)
        if project and (name := data.get("name")):
            others = project.indicators.exclude(pk=self.instance.pk)
            if others.filter(name=name).exists():
                self.add_error("name", _("Проектът вече има индикатор с това име."))
        return data


class ValueForm(TenantForm):
    """What an indicator had reached on a day, with the document of the archive that proves it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Said in ``clean``: a file sent with the value is a document as well.
        self.fields["evidence"].required = False

    def clean_on(self) -> dt.date:
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise ValidationError(_("Денят още не е дошъл."))
        return day

    def clean_value(self) -> Decimal:
        value = self.cleaned_data["value"]
        if value < 0:
            raise ValidationError(_("Стойността не може да е под нула."))
        return value

    def clean(self):
        data = super().clean()
        evidence = data.get("evidence")
        if not evidence and not data.get("file") and not {"evidence", "file"} & set(self.errors):
            self.add_error("evidence", _("Изберете документа от архива, който доказва стойността."))
        indicator = data.get("indicator") or getattr(self.instance, "indicator", None)
        if indicator is None:
            return data
        if evidence and evidence.project_id != indicator.project_id:
            self.add_error("evidence", _("Документът е от архива на друг проект."))
        if (source := source_of(indicator.counted_by)) and not self.instance.pk:
            raise ValidationError(
                _("Този индикатор се брои сам (%(words)s). Стойност на ръка не му е нужна."),
                params={"words": source.words},
            )
        return data


class ValueWithFileForm(ValueForm):
    """The same, where the document may come with the value and goes to the archive."""

    file = UploadField(
        label=_("Или нов документ"),
        required=False,
        help_text=_("PDF, JPEG, PNG, DOCX или ODT. Записва се в архива на проекта."),
    )

    def clean(self):
        data = super().clean()
        if data.get("file") and data.get("evidence"):
            self.add_error("file", _("Изберете документ от архива или качете нов, не и двете."))
        return data


class DaysForm(PeriodFilter):
    """Which days of evidence to look at; empty is from the beginning and until today."""

    mark_optional = False
    ot = staff_day_field(label=_("От"), required=False)
    do = staff_day_field(label=_("До"), required=False)

    def query(self) -> str:
        """Return the days that were asked for as an address has them; "" of none or wrong ones."""
        if not self.is_valid():
            return ""
        return urlencode(
            {name: f"{day:%d.%m.%Y}" for name, day in self.cleaned_data.items() if day}
        )
