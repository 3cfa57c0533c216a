"""Search and filter of the journal."""

from __future__ import annotations

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from frontoffice.models import Consultation, ConsultationTopic
from municipalities.filters import PeriodFilter
from municipalities.hours import within_days


class JournalForm(PeriodFilter):
    """Search and filter of the journal, from the address of the page."""

    mark_optional = False

    q = forms.CharField(
        label=_("Думи в бележката"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    ot = forms.DateField(label=_("От дата"), required=False)
    do = forms.DateField(label=_("До дата"), required=False)
    tema = forms.ModelChoiceField(
        ConsultationTopic.objects.none(),
        label=_("Тема"),
        required=False,
        to_field_name="code",
        empty_label=_("Всички"),
    )
    kanal = forms.ChoiceField(
        label=_("Канал"), required=False, choices=[("", _("Всички")), *Consultation.Channel.choices]
    )
    moi = forms.BooleanField(label=_("Само моите"), required=False)
    lice = forms.BooleanField(label=_("Само с лице"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["tema"].queryset = ConsultationTopic.objects.all()

    def narrow(self, consultations, *, user):
        """Return ``consultations`` narrowed by the valid filters."""
        chosen = self.cleaned_data
        conditions = within_days("held_at", chosen.get("ot"), chosen.get("do"))
        if chosen.get("q"):
            for word in chosen["q"].split()[:10]:
                conditions &= Q(note__icontains=word)
        if chosen.get("tema"):
            conditions &= Q(topics=chosen["tema"])
        if chosen.get("kanal"):
            conditions &= Q(channel=chosen["kanal"])
        if chosen.get("moi"):
            conditions &= Q(specialist=user)
        if chosen.get("lice"):
            conditions &= Q(person__isnull=False)
        return consultations.filter(conditions)
