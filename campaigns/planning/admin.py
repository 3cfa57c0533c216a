"""Campaigns and their events in the admin."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, CampaignEvent
from municipalities.admin_forms import ListedChoiceField, sized
from municipalities.models import Settlement
from projects.admin_base import ManagedAdmin, ManagedTabular


class EventInline(ManagedTabular):
    """Events of a campaign, in the settlements of the municipality."""

    model = CampaignEvent
    formfield_overrides = {
        models.DateTimeField: {
            "form_class": forms.DateTimeField,
            "widget": forms.DateTimeInput(format="%d.%m.%Y %H:%M", attrs={"size": 13}),
        },
    }
    widgets = {"title": forms.Textarea(attrs={"rows": 2}), "place": sized(14)}
    fields = ("title", "starts_at", "ends_at", "settlement", "place", "is_public")
    verbose_name_plural = _("Събития")

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "settlement":
            own = Settlement.objects.filter(municipality=request.municipality)
            return ListedChoiceField(own.order_by("name", "ekatte"), label=db_field.verbose_name)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Campaign)
class CampaignAdmin(ManagedAdmin):
    """A campaign on one page: what the public reads, and its events."""

    prepare = "with_event_counts"
    list_display = ("name", "project", "events_shown", "coming_shown", "is_public")
    list_filter = ("is_public", "project")
    list_select_related = ("project",)
    search_fields = ("name", "description", "audience")
    search_help_text = _("По име, описание или за кого е.")
    autocomplete_fields = ("project",)
    readonly_fields = ("slug",)
    inlines = (EventInline,)
    fieldsets = (
        (
            _("Кампанията"),
            {
                "fields": ("name", "description", "audience", "is_public", "slug"),
                "description": _("Това виждат гражданите в списъка на кампаниите."),
            },
        ),
        (
            _("Проект и бележки"),
            {
                "fields": ("project", "source_note"),
                "description": _("По кой проект е, ако е по проект, и откъде са данните."),
            },
        ),
    )

    @admin.display(description=_("събития"), ordering="event_count")
    def events_shown(self, campaign: Campaign) -> int:
        return campaign.event_count

    @admin.display(description=_("предстоящи"), ordering="coming_count")
    def coming_shown(self, campaign: Campaign) -> int:
        return campaign.coming_count
