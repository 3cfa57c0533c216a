"""What a reader asks for on the page of one campaign."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.models import CampaignEvent
from campaigns.showing.filters import PAST, WRONG_PLACE, places_of


class OwnEventsFilter(forms.Form):
    """``?mesto=&koga=`` of one campaign: in which settlement, and whether what is over."""

    mark_optional = False
    mesto = forms.ChoiceField(
        label=_("Населено място"), required=False, error_messages={"invalid_choice": WRONG_PLACE}
    )
    koga = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, data, *, events: QuerySet[CampaignEvent]):
        super().__init__(data)
        self.fields["mesto"].choices = places_of(events)
        self.is_valid()
        if not self.is_past:
            del self.fields["koga"]  # an empty one does not belong in the address

    @property
    def is_past(self) -> bool:
        """Whether what is over was asked for."""
        return self.cleaned_data.get("koga") == PAST

    @property
    def has_places(self) -> bool:
        """Whether there is more than one settlement to choose."""
        return len(self.fields["mesto"].choices) > 2

    def narrowed(self, events: QuerySet[CampaignEvent], now: dt.datetime) -> QuerySet:
        """Return those of ``events`` that were asked for, in order."""
        if place := self.cleaned_data.get("mesto"):
            events = events.filter(settlement__ekatte=place)
        if self.is_past:
            return events.filter(ends_at__lt=now).order_by("-starts_at", "pk")
        return events.filter(ends_at__gte=now).order_by("starts_at", "pk")
