"""What a reader of campaigns may ask for: where, when, of which kind, for whom."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from campaigns.models import Audience, Campaign, CampaignEvent
from municipalities.filters import MunicipalityFilter
from municipalities.models import Settlement

PAST = "minali"
YEAR = dt.timedelta(days=366)
WRONG_PLACE = _("Няма събития в такова населено място. Показваме всички.")


class EventFilter(MunicipalityFilter):
    """``?obshtina=&mesto=&koga=&vid=&za=&zapisvane=``; what makes no sense is said and left out.

    ``koga`` is empty for what is coming, „2026-12“ for a month, „minali“ for what is over.
    """

    koga = forms.ChoiceField(
        label=_("Кога"), required=False,
        error_messages={
            "invalid_choice": _("Няма събития за такова време. Показваме предстоящите.")
        },
    )  # fmt: skip
    mesto = forms.ChoiceField(
        label=_("Населено място"), required=False, error_messages={"invalid_choice": WRONG_PLACE}
    )
    vid = forms.ChoiceField(
        label=_("Какво"), required=False,
        choices=[("", _("всякакви събития")), *CampaignEvent.Kind.choices],
        error_messages={"invalid_choice": _("Няма такъв вид събитие. Показваме всички.")},
    )  # fmt: skip
    za = forms.ChoiceField(
        label=_("За кого"), required=False,
        error_messages={"invalid_choice": _("Няма такава група. Показваме за всички.")},
    )  # fmt: skip
    zapisvane = forms.BooleanField(label=_("Само със записване"), required=False)
    # Of one campaign, for the calendar that its own page gives.
    kampaniya = forms.SlugField(required=False, max_length=170, widget=forms.HiddenInput())

    def __init__(self, data):
        super().__init__(data)
        self.fields["koga"].choices = [
            ("", _("предстоящи")),
            *((f"{month:%Y-%m}", _month_words(month)) for month in _months()),
            (PAST, _("минали")),
        ]
        groups = dict(Audience.public.order_by("order", "name").values_list("code", "name"))
        self.fields["za"].choices = [("", _("за всички")), *groups.items()]
        if not groups:
            self.fields["za"].widget = forms.HiddenInput()
        municipality = data.get("obshtina", "")
        known = {slug for slug, _name in self.fields["obshtina"].choices if slug}
        if municipality in known:
            here = CampaignEvent.public.filter(municipality__slug=municipality)
            self.fields["mesto"].choices = places_of(here)
        elif "mesto" not in data:
            del self.fields["mesto"]
        self.is_valid()

    @property
    def slug(self) -> str:
        """The chosen municipality's address; "" for all."""
        return self._chosen("obshtina")

    @property
    def is_past(self) -> bool:
        """Whether what is over was asked for."""
        return self._chosen("koga") == PAST

    @property
    def is_of_events(self) -> bool:
        """Whether something was asked of the events, so that campaigns without any are left out."""
        return any(self._chosen(name) for name in ("koga", "mesto", "vid", "zapisvane"))

    @property
    def is_used(self) -> bool:
        """Whether anything but the municipality was asked for."""
        return self.is_of_events or any(self._chosen(name) for name in ("za", "kampaniya"))

    def campaigns(self) -> QuerySet[Campaign]:
        """Return the public campaigns of the chosen municipality and for the chosen group."""
        found = Campaign.public.all()
        if self.slug:
            found = found.filter(municipality__slug=self.slug)
        if slug := self._chosen("kampaniya"):
            found = found.filter(slug=slug)
        if code := self._chosen("za"):
            found = found.filter(pk__in=Campaign.public.filter(audiences__code=code).values("pk"))
        return found

    def events(self, *, since: dt.datetime | None = None) -> QuerySet[CampaignEvent]:
        """Return the public events that were asked for; coming ones are those not over ``since``.

        ``since`` is now unless told. In order: the nearest first, of past ones the latest.
        """
        found = CampaignEvent.public.all()
        if self.slug:
            found = found.filter(municipality__slug=self.slug)
        for name, path in (("mesto", "settlement__ekatte"), ("vid", "kind")):
            if value := self._chosen(name):
                found = found.filter(**{path: value})
        if self._chosen("zapisvane"):
            found = found.filter(takes_registration=True)
        found = found.filter(self._time(since or timezone.now()))
        return found.order_by("-starts_at" if self.is_past else "starts_at", "pk")

    def _time(self, now: dt.datetime) -> Q:
        when = self._chosen("koga")
        if when == PAST:
            return Q(ends_at__lt=now)
        if not when:
            return Q(ends_at__gte=now)
        year, month = (int(part) for part in when.split("-"))
        first = timezone.make_aware(dt.datetime(year, month, 1))
        after = timezone.make_aware(dt.datetime(year + month // 12, month % 12 + 1, 1))
        return Q(starts_at__lt=after, ends_at__gte=first)

    def _chosen(self, name: str) -> str:
        return self.cleaned_data.get(name) or ""


def places_of(events: QuerySet[CampaignEvent]) -> list[tuple[str, object]]:
    """Return (EKATTE, name) of the settlements of ``events``, with „all“ first, in one query."""
    found = Settlement.objects.filter(pk__in=events.values("settlement"))
    return [
        ("", _("всички населени места")),
        *((place.ekatte, str(place)) for place in found.order_by("name", "ekatte")),
    ]


def _months() -> list[dt.date]:
    """Return the months in which public events begin, from a year ago on, in one query."""
    recent = CampaignEvent.public.filter(starts_at__gte=timezone.now() - YEAR)
    return [moment.date() for moment in recent.datetimes("starts_at", "month")]


def _month_words(month: dt.date) -> str:
    return date_format(month, "F Y").lower()
