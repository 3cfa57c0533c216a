"""The programme of an event as rows in its admin page: those who speak, and the sessions."""

from __future__ import annotations

from django import forms
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.conference.models import EventSession, Speaker
from municipalities.admin_forms import sized
from projects.admin_base import ManagedTabular

MOMENTS: dict = {
    models.DateTimeField: {
        "form_class": forms.DateTimeField,
        "widget": forms.DateTimeInput(format="%d.%m.%Y %H:%M", attrs={"size": 13}),
    },
}


class SpeakerInline(ManagedTabular):
    """Those who speak at an event."""

    model = Speaker
    fields = ("name", "organisation", "country", "about")
    widgets = {
        "name": sized(15),
        "organisation": sized(15),
        "country": sized(8),
        "about": forms.Textarea(attrs={"rows": 2, "cols": 22}),
    }
    verbose_name_plural = _("Лектори (показват се с програмата, с тяхно съгласие)")


class SessionInline(ManagedTabular):
    """The programme: when, what, where, in which language, who."""

    model = EventSession
    template = "admin/edit_inline/stacked.html"  # eight columns do not fit any screen
    formfield_overrides: dict = {**ManagedTabular.formfield_overrides, **MOMENTS}
    fields = (
        ("starts_at", "ends_at"),
        "title",
        "title_en",
        ("hall", "language"),
        "about",
        "speakers",
    )
    widgets = {
        "title": forms.TextInput(attrs={"class": "vTextField"}),
        "title_en": forms.TextInput(attrs={"class": "vTextField"}),
        "hall": sized(20),
        "about": forms.Textarea(attrs={"rows": 2, "cols": 60}),
    }
    verbose_name_plural = _("Програма (нов лектор може да се избере, след като бъде запазен)")

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).prefetch_related("speakers")

    def get_formset(self, request: HttpRequest, obj=None, **kwargs):
        """Offer the speakers of this event alone, read once for all the rows."""
        formset = super().get_formset(request, obj, **kwargs)
        field = formset.form.base_fields.get("speakers")
        if field is not None:
            of_event = Speaker.objects.filter(event=obj).order_by("name", "pk")
            field.queryset = of_event if obj else Speaker.objects.none()
            field.choices = [(row.pk, str(row)) for row in of_event] if obj else []
        return formset

    def formfield_for_manytomany(self, db_field, request: HttpRequest, **kwargs):
        kwargs["widget"] = forms.CheckboxSelectMultiple(attrs={"class": "scrolled"})
        kwargs["queryset"] = Speaker.objects.none()
        return super().formfield_for_manytomany(db_field, request, **kwargs)


EVENT_INLINES = (SpeakerInline, SessionInline)
