"""What the numbers are of, from the address of the page."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from frontoffice.forms_journal import ALL, JournalForm
from frontoffice.models import Consultation
from municipalities import periods
from municipalities.filters import PeriodFilter
from municipalities.permissions import can_lead_desk

LONGEST = dt.timedelta(days=5 * 366)
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2100, 12, 31)


class PeriodForm(PeriodFilter):
    """A period by name or by its days, up to five years of this century."""

    mark_optional = False

    period = forms.ChoiceField(
        required=False, choices=list(periods.NAMES.items()), widget=forms.HiddenInput
    )
    ot = forms.DateField(label=_("От дата"), required=False)
    do = forms.DateField(label=_("До дата"), required=False)

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("ot"), cleaned.get("do")
        for name in ("ot", "do"):
            if cleaned.get(name) and not EARLIEST <= cleaned[name] <= LATEST:
                self.add_error(name, _("Изберете дата между 2000 и 2100 г."))
        if first and last and last - first > LONGEST:
            self.add_error("do", _("Изберете период до пет години."))
        return cleaned

    def chosen_period(self) -> periods.Period:
        """Return the period that is asked for; the wrong one is this month."""
        today = timezone.localdate()
        first, last = self.cleaned_data.get("ot"), self.cleaned_data.get("do")
        if "do" in self.errors or "ot" in self.errors or not (first or last):
            return periods.named(self.cleaned_data.get("period", ""), today)
        if first is None:
            return periods.own(last.replace(day=1), last)
        return periods.own(first, last or max(first, min(today, first + LONGEST)))


class NumbersForm(PeriodForm, JournalForm):
    """A period, and of which part of the work.

    Only what is about the work narrows: channel, office, for a head the specialist. See
    ``disclosure`` for why nothing about people does.
    """

    KEPT = ("ot", "do", "kanal", "ofis", "specialist")

    kanal = forms.ChoiceField(
        label=_("Канал"), required=False, choices=[*ALL, *Consultation.Channel.choices]
    )

    def __init__(self, *args, request: HttpRequest, **kwargs):
        super().__init__(*args, request=request, **kwargs)
        for name in set(self.fields) - {"period", *self.KEPT}:
            del self.fields[name]
        if not can_lead_desk(request):
            del self.fields["specialist"]

    def narrowing(self) -> Q:
        """Return the condition of the part of the work, without the period."""
        columns = {"kanal": "channel", "ofis": "office", "specialist": "specialist"}
        condition = Q()
        for name, column in columns.items():
            if self.cleaned_data.get(name):
                condition &= Q(**{column: self.cleaned_data[name]})
        return condition
