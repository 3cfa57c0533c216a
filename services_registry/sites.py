"""Where services are given and when: places, their hours, and the days unlike the others."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.hours import ExceptionalHours, KeepsHours, OpeningHours
from municipalities.models import Settlement
from municipalities.places import AccessiblePlace
from municipalities.tenancy import MunicipalModel
from services_registry.fields import public_id


class ServiceSite(MunicipalModel, AccessiblePlace, KeepsHours):
    """Място на предоставяне. The address of a shelter from violence is secret and never shown."""

    service = models.ForeignKey(
        "services_registry.Service",
        on_delete=models.CASCADE,
        related_name="sites",
        verbose_name=_("услуга"),
    )
    name = models.CharField(_("наименование"), max_length=160, blank=True)
    settlement = models.ForeignKey(
        Settlement, on_delete=models.PROTECT, related_name="+", verbose_name=_("населено място")
    )
    address = models.CharField(_("адрес"), max_length=200, blank=True)
    address_is_secret = models.BooleanField(_("адресът не се показва"), default=False)
    latitude = models.DecimalField(
        _("ширина"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("дължина"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    phone = models.CharField(_("телефон"), max_length=40, blank=True)
    email = models.EmailField(_("е-поща"), blank=True)
    note = models.CharField(_("бележка за мястото"), max_length=250, blank=True)
    public_id = public_id()

    objects = ScopedManager(municipality="municipality")
    public = models.Manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("място")
        verbose_name_plural = _("места")
        constraints = [
            models.CheckConstraint(
                name="secret_site_has_no_address",
                condition=Q(address_is_secret=False)
                | Q(address="", latitude__isnull=True, longitude__isnull=True),
                violation_error_message=_("Място с таен адрес не се записва с адрес и координати."),
            ),
            models.CheckConstraint(
                name="site_has_both_coordinates",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                violation_error_message=_("Координатите са две: ширина и дължина."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.settlement}"


class SiteHours(MunicipalModel, OpeningHours):
    """Working hours of a place."""

    site = models.ForeignKey(
        ServiceSite, on_delete=models.CASCADE, related_name="hours", verbose_name=_("място")
    )

    objects = ScopedManager(municipality="municipality")
    public = models.Manager()

    class Meta(OpeningHours.Meta):
        constraints = [
            models.UniqueConstraint(fields=["site", "weekday", "opens"], name="site_hours_once")
        ]


class SiteException(MunicipalModel, ExceptionalHours):
    """Days on which a place is closed or keeps other hours than its week says."""

    site = models.ForeignKey(
        ServiceSite, on_delete=models.CASCADE, related_name="exceptions", verbose_name=_("място")
    )

    objects = ScopedManager(municipality="municipality")
    public = models.Manager()

    class Meta(ExceptionalHours.Meta):
        pass

    @classmethod
    def upcoming(cls) -> models.QuerySet[SiteException]:
        """Return the rows that count today or later, to be prefetched."""
        return cls.public.filter(cls.still_count())
