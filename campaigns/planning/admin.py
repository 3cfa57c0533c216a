"""Campaigns in the admin: the plan, what is said to whom; their own pages are in admin_pages."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.models import (
    Audience,
    Campaign,
    CampaignEvent,
    CampaignMessage,
    CampaignSettlement,
)
from campaigns.planning import admin_events as _events  # noqa: F401  registers its pages
from campaigns.planning import admin_records as _records  # noqa: F401  registers its pages
from campaigns.planning.admin_pages import CampaignPages
from campaigns.planning.due import standing
from campaigns.planning.forms import CampaignForm, ticked
from municipalities.admin_forms import ListedChoiceField
from projects.admin_base import ManagedAdmin, ManagedTabular
from projects.of_project import OfProject, first_words


class MessageInline(ManagedTabular):
    """What is said to whom."""

    model = CampaignMessage
    fields = ("audience", "words")
    verbose_name_plural = _("Послания")
    widgets = {"words": forms.Textarea(attrs={"rows": 2})}

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "audience":
            rows = Audience.objects.order_by("order", "name", "pk")
            return ListedChoiceField(rows, label=db_field.verbose_name)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def _many(rows, column: str = "pk"):
    """Return how many different ``column`` of ``rows`` of a campaign there are, as a column."""
    counted = rows.filter(campaign=OuterRef("pk")).order_by().values("campaign")
    return Coalesce(
        Subquery(
            counted.annotate(n=Count(column, distinct=True)).values("n"),
            output_field=IntegerField(),
        ),
        0,
    )


@admin.register(Campaign)
class CampaignAdmin(CampaignPages, OfProject, ManagedAdmin):
    """A campaign: what the public reads, the plan, the messages."""

    form = CampaignForm
    prepare = "with_event_counts"
    of_project = ("budget_line",)
    list_display = (
        "name", "of", "period", "events_shown", "coming_shown", "settlements_shown", "is_shown",
    )  # fmt: skip
    list_filter = ("is_public", "project")
    list_select_related = ("project",)
    search_fields = ("name", "description", "audience", "aim")
    search_help_text = _("По име, описание, цел или за кого е.")
    autocomplete_fields = ("project",)
    readonly_fields = ("slug",)
    inlines = (MessageInline,)
    fieldsets = (
        (
            _("Кампанията"),
            {
                "fields": ("name", "description", "audience", "is_public", "slug"),
                "description": _("Това виждат гражданите в списъка на кампаниите."),
            },
        ),
        (
            _("План"),
            {
                "fields": (
                    "aim", ("starts_on", "ends_on"), "repeat_months", "audiences", "channels",
                ),
                "description": _("Населените места и събитията са на отделни страници."),
            },
        ),
        (
            _("Проект и бележки"),
            {
                "fields": ("project", "budget_line", "source_note"),
                "description": _("По кой проект е, ако е по проект, и откъде са данните."),
            },
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest):
        rows = super().get_queryset(request)
        held = standing(CampaignEvent.objects).filter(ends_at__lte=timezone.now())
        return rows.annotate(
            planned=_many(CampaignSettlement.objects),
            reached=_many(held.filter(settlement__isnull=False), "settlement"),
        )

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "channels":
            return ticked(db_field, db_field.verbose_name)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "audiences":
            kwargs["widget"] = forms.CheckboxSelectMultiple
            kwargs["queryset"] = Audience.objects.order_by("order", "name", "pk")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description=_("проект"), ordering="project__name")
    def of(self, campaign: Campaign) -> str:
        return first_words(campaign.project) if campaign.project else ""

    @admin.display(description=_("кога"), ordering="starts_on")
    def period(self, campaign: Campaign) -> str:
        days = (campaign.starts_on, campaign.ends_on)
        return " – ".join(dict.fromkeys(f"{day:%d.%m.%Y}" for day in days if day))

    @admin.display(description=_("събития"), ordering="event_count")
    def events_shown(self, campaign: Campaign) -> int:
        return campaign.event_count

    @admin.display(description=_("предстоящи"), ordering="coming_count")
    def coming_shown(self, campaign: Campaign) -> int:
        return campaign.coming_count

    @admin.display(description=_("места"), ordering="reached")
    def settlements_shown(self, campaign: Campaign) -> str:
        """How many settlements were reached, of how many in the plan."""
        return f"{campaign.reached} от {campaign.planned}" if campaign.planned else campaign.reached

    @admin.display(description=_("показва се"), ordering="is_public", boolean=True)
    def is_shown(self, campaign: Campaign) -> bool:
        return campaign.is_public
