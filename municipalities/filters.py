"""Filters that several lists share: by municipality, by period."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.models import Municipality


class MunicipalityFilter(forms.Form):
    """``?obshtina=``, the address of one of the municipalities that use the portal.

    Anything else is answered in words, and the list is whole: ``slug`` is "".
    """

    mark_optional = False
    obshtina = forms.ChoiceField(label=_("Община"), required=False)

    def __init__(self, data):
        super().__init__(data)
        municipalities = Municipality.objects.active().order_by("name", "pk")
        self.fields["obshtina"].choices = [
            ("", _("всички общини")),
            *((municipality.slug, municipality.name) for municipality in municipalities),
        ]
        self.fields["obshtina"].error_messages["invalid_choice"] = _(
            "Порталът няма такава община. Показваме всички."
        )

    @property
    def slug(self) -> str:
        """The chosen municipality's address; "" for all."""
        return self.cleaned_data.get("obshtina", "") if self.is_valid() else ""


class PeriodFilter(forms.Form):
    """Base of filters with the days ``ot`` and ``do``, which the form itself declares."""

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("ot"), cleaned.get("do")
        if start and end and end < start:
            self.add_error("do", _("Крайната дата е преди началната."))
        return cleaned
