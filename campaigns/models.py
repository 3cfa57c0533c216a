"""Information campaigns and their events: what the town gets to see."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, F, Min, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.addresses import save_with_address
from municipalities.models import Settlement
from municipalities.tenancy import MunicipalModel
from projects.models import Project


class CampaignQuerySet(models.QuerySet):
    def for_listing(self, moment=None):
        """Bring what the public list shows: the coming events, campaigns with the nearest first.

        ``moment`` is now unless told; an event that has begun is shown until it ends.
        """
        coming = (
            CampaignEvent.public.coming(moment)
            .select_related("settlement")
            .order_by("starts_at", "pk")
        )
        nearest = Min(
            "events__starts_at",
            filter=Q(events__is_public=True, events__ends_at__gte=moment or timezone.now()),
        )
        return (
            self.select_related("municipality", "project")
            .annotate(nearest=nearest)
            .prefetch_related(Prefetch("events", queryset=coming, to_attr="coming_events"))
            .order_by(F("nearest").asc(nulls_last=True), "name", "pk")
        )

    def with_event_counts(self, moment=None):
        """Annotate ``event_count`` and ``coming_count``: events in all, and not yet ended."""
        coming = Q(events__ends_at__gte=moment or timezone.now())
        return self.annotate(
            event_count=Count("events"), coming_count=Count("events", filter=coming)
        )


class PublicCampaignManager(models.Manager.from_queryset(CampaignQuerySet)):
    """Campaigns that anybody may read, of any municipality."""

    def get_queryset(self):
        return super().get_queryset().filter(is_public=True, municipality__is_active=True)


class Campaign(MunicipalModel):
    """Разяснително-информационна кампания."""

    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("проект"),
    )
    name = models.CharField(_("име"), max_length=250)
    slug = models.SlugField(_("адрес в портала"), max_length=170)
    description = models.TextField(_("за какво е"), blank=True)
    audience = models.CharField(_("за кого е"), max_length=250, blank=True)
    is_public = models.BooleanField(_("показва се на гражданите"), default=False)
    source_note = models.TextField(
        _("бележка към данните"),
        blank=True,
        help_text=_("Откъде са данните и какво липсва. Вижда се само тук."),
    )

    objects = ScopedManager(
        municipality="municipality", _manager_class=models.Manager.from_queryset(CampaignQuerySet)
    )
    public = PublicCampaignManager()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("кампания")
        verbose_name_plural = _("кампании")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "slug"], name="campaign_slug_in_municipality"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        """Save; a campaign without an address gets one from its name, kept for good."""
        save_with_address(self, super().save, *args, **kwargs)


class EventQuerySet(models.QuerySet):
    def coming(self, moment=None):
        """Events that have not ended at ``moment`` (now)."""
        return self.filter(ends_at__gte=moment or timezone.now())


class PublicEventManager(models.Manager.from_queryset(EventQuerySet)):
    """Events that anybody may read: public ones of public campaigns."""

    def get_queryset(self):
        shown = super().get_queryset().filter(is_public=True, campaign__is_public=True)
        return shown.filter(municipality__is_active=True)


class CampaignEvent(MunicipalModel):
    """Събитие of a campaign: when and where."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="events", verbose_name=_("кампания")
    )
    title = models.CharField(_("събитие"), max_length=200)
    starts_at = models.DateTimeField(_("начало"))
    ends_at = models.DateTimeField(_("край"))
    settlement = models.ForeignKey(
        Settlement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("населено място"),
    )
    place = models.CharField(_("място"), max_length=200, blank=True)
    is_public = models.BooleanField(_("показва се"), default=True)

    objects = ScopedManager(
        municipality="municipality", _manager_class=models.Manager.from_queryset(EventQuerySet)
    )
    public = PublicEventManager()

    class Meta:
        ordering = ("starts_at", "pk")
        verbose_name = _("събитие")
        verbose_name_plural = _("събития")
        indexes = [models.Index(fields=["ends_at"], name="event_ends_at")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_start",
                violation_error_message=_("Краят трябва да е след началото."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self):
        if self.settlement_id and self.settlement.municipality_id != self.campaign.municipality_id:
            raise ValidationError({"settlement": _("Населеното място е в друга община.")})

    @property
    def is_one_day(self) -> bool:
        """Whether the event ends on the local day it starts."""
        return timezone.localdate(self.starts_at) == timezone.localdate(self.ends_at)
