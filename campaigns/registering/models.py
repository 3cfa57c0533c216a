"""A place at an event, and those who came, counted at the door."""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from campaigns.planning.models import Audience
from municipalities.audit import tracked
from municipalities.models import User
from municipalities.tenancy import MunicipalModel


# What says who somebody is stays out of the history: it is forgotten after the event.
@tracked(
    "RegistrationHistory",
    exclude=("name", "email", "phone", "organisation", "needs", "secret_hash"),
)
class Registration(MunicipalModel):
    """Записване for an event: a number and a second secret, no account."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", _("записан")
        WAITING = "waiting", _("чака място")
        CANCELLED = "cancelled", _("отказал се")

    class Part(models.TextChoices):
        PARTICIPANT = "participant", _("участник")
        SPEAKER = "speaker", _("лектор")
        GUEST = "guest", _("гост")
        PRESS = "press", _("медия")
        ORGANISER = "organiser", _("организатор")

    event = models.ForeignKey(
        "campaigns.CampaignEvent",
        on_delete=models.PROTECT,
        related_name="registrations",
        verbose_name=_("събитие"),
    )
    number = models.CharField(_("номер"), max_length=40, editable=False)
    secret_hash = models.CharField(max_length=64, blank=True, editable=False)
    name = models.CharField(_("име"), max_length=120, blank=True)
    email = models.EmailField(_("е-поща"), blank=True)
    phone = models.CharField(_("телефон"), max_length=40, blank=True)
    organisation = models.CharField(_("организация"), max_length=160, blank=True)
    # Empty: Bulgaria.
    country = models.CharField(_("държава"), max_length=60, blank=True)
    language = models.CharField(_("език"), max_length=3, default="bg")
    audience = models.ForeignKey(
        Audience,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("група"),
    )
    part = models.CharField(_("като"), max_length=12, choices=Part.choices, default="participant")
    needs = models.CharField(_("какво да осигурим"), max_length=300, blank=True)
    state = models.CharField(_("състояние"), max_length=10, choices=State.choices)
    registered_at = models.DateTimeField(_("записан на"), default=timezone.now)
    registered_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("записан от"),
    )
    cancelled_at = models.DateTimeField(_("отказал се на"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    came_at = models.DateTimeField(_("дошъл на"), null=True, blank=True)
    # When name and contacts were taken out; what was counted stays.
    forgotten_at = models.DateTimeField(_("данните са заличени на"), null=True, blank=True)
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("registered_at", "pk")
        verbose_name = _("записване за събитие")
        verbose_name_plural = _("записвания за събития")
        indexes = [models.Index(fields=["event", "state", "registered_at"], name="registration_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "number"], name="registration_number_once"
            ),
            models.UniqueConstraint(
                fields=["municipality", "form_key"], name="registration_form_once"
            ),
            models.CheckConstraint(
                condition=~Q(name="") | Q(forgotten_at__isnull=False),
                name="registration_named_until_forgotten",
            ),
            models.CheckConstraint(
                condition=Q(came_at__isnull=True) | Q(state="confirmed"),
                name="registration_came_was_confirmed",
            ),
        ]

    def __str__(self) -> str:
        """Not the name: this is what lands in logs and in reports of errors."""
        return f"записване № {self.number}"

    @property
    def is_from_abroad(self) -> bool:
        """Whether they said that they come from another country."""
        return self.country != ""


class DoorCount(MunicipalModel):
    """People counted at the door: some more of a group, or fewer where somebody miscounted."""

    event = models.ForeignKey(
        "campaigns.CampaignEvent",
        on_delete=models.PROTECT,
        related_name="door_counts",
        verbose_name=_("събитие"),
    )
    audience = models.ForeignKey(
        Audience,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("група"),
    )
    change = models.SmallIntegerField(_("брой"))
    at = models.DateTimeField(_("кога"), default=timezone.now)
    counted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("преброен от")
    )
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("pk",)
        verbose_name = _("преброяване на входа")
        verbose_name_plural = _("преброявания на входа")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "form_key"], name="door_count_form_once"
            ),
            models.CheckConstraint(condition=~Q(change=0), name="door_count_of_somebody"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.change:+d}"
