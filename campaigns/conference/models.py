"""The programme of an event: sessions and those who speak; the certificates of those who came."""

from __future__ import annotations

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from campaigns.registering.models import Registration
from municipalities.models import User
from municipalities.tenancy import MunicipalModel
from services_registry.models import Service

PUBLIC_PART = {"event__is_public": True, "event__campaign__is_public": True}


class PublicOfEventManager(models.Manager):
    """Parts of events that anybody may read."""

    def get_queryset(self):
        return super().get_queryset().filter(municipality__is_active=True, **PUBLIC_PART)


class Speaker(MunicipalModel):
    """Лектор: shown with the programme, by their own consent."""

    event = models.ForeignKey(
        "campaigns.CampaignEvent",
        on_delete=models.CASCADE,
        related_name="speakers",
        verbose_name=_("събитие"),
    )
    name = models.CharField(_("име"), max_length=120)
    organisation = models.CharField(_("организация"), max_length=160, blank=True)
    country = models.CharField(
        _("държава"), max_length=60, blank=True, help_text=_("Празно: България.")
    )
    about = models.TextField(_("за лектора"), blank=True, max_length=1500)

    objects = ScopedManager(municipality="municipality")
    public = PublicOfEventManager()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("лектор")
        verbose_name_plural = _("лектори")

    def __str__(self) -> str:
        return self.name


class EventSession(MunicipalModel):
    """Част от програмата: from when to when, what, who speaks, in which language."""

    event = models.ForeignKey(
        "campaigns.CampaignEvent",
        on_delete=models.CASCADE,
        related_name="sessions",
        verbose_name=_("събитие"),
    )
    starts_at = models.DateTimeField(_("начало"))
    ends_at = models.DateTimeField(_("край"))
    title = models.CharField(_("тема"), max_length=250)
    title_en = models.CharField(_("тема на английски"), max_length=250, blank=True)
    about = models.TextField(_("за какво е"), blank=True, max_length=1500)
    hall = models.CharField(_("зала"), max_length=120, blank=True)
    language = models.CharField(
        _("език"), max_length=3, choices=Service.Language.choices, blank=True
    )
    speakers = models.ManyToManyField(
        Speaker, related_name="sessions", blank=True, verbose_name=_("лектори")
    )

    objects = ScopedManager(municipality="municipality")
    public = PublicOfEventManager()

    class Meta:
        ordering = ("starts_at", "pk")
        verbose_name = _("част от програмата")
        verbose_name_plural = _("програма")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="session_of_event_ends_after_start",
                violation_error_message=_("Краят трябва да е след началото."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title_shown(self) -> str:
        """The title in the reader's language, where somebody wrote it."""
        return (self.title_en if get_language() == "en" else "") or self.title

    def clean(self):
        event = self.event
        if self.starts_at and self.starts_at < event.starts_at:
            raise ValidationError({"starts_at": _("Събитието започва по-късно.")})
        if self.ends_at and self.ends_at > event.ends_at:
            raise ValidationError({"ends_at": _("Събитието свършва по-рано.")})


class AttendanceCertificate(MunicipalModel):
    """Удостоверение за участие in an event; whoever has its code can check that it is real."""

    registration = models.OneToOneField(
        Registration,
        on_delete=models.PROTECT,
        related_name="certificate",
        verbose_name=_("записване"),
    )
    number = models.CharField(_("номер"), max_length=40, editable=False)
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    initials = models.CharField(_("инициали"), max_length=20, editable=False)
    issued_on = models.DateField(_("издадено на"), default=timezone.localdate)
    issued_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("издадено от")
    )
    revoked_on = models.DateField(_("обявено за невалидно на"), null=True, blank=True)
    revoked_reason = models.CharField(_("защо"), max_length=200, blank=True)
    path = models.CharField(max_length=60, editable=False)
    size = models.PositiveIntegerField(editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-issued_on", "-pk")
        verbose_name = _("удостоверение за участие")
        verbose_name_plural = _("удостоверения за участие")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "number"], name="attendance_certificate_number_once"
            )
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"№ {self.number}"
