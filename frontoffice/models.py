"""What happens at the desk: consultations and what they are about."""

from __future__ import annotations

import datetime as dt
import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from frontoffice.dossier.models import (  # noqa: F401  Django finds an app's models here
    PersonMerge,
    PersonNote,
    PersonRelation,
)
from frontoffice.drafts.models import Draft  # noqa: F401  as above
from frontoffice.followups.models import CalendarFeed, FollowUp, Handover  # noqa: F401  as above
from frontoffice.models_people import Person
from frontoffice.models_versions import ConsultationVersion  # noqa: F401  as above
from frontoffice.preferences.models import (  # noqa: F401  as above
    DeskPolicy,
    DeskTopic,
    NoteTemplate,
)
from municipalities.audit import tracked
from municipalities.hours import within_days
from municipalities.models import Office, Settlement, User
from municipalities.tenancy import MunicipalModel
from services_registry.models import Service, ServiceKind

LONGEST_CONSULTATION = 480


class ConsultationTopic(models.Model):
    """Тема на консултация. The same list for every municipality, so that numbers compare."""

    code = models.SlugField(_("код"), max_length=60, unique=True)
    name = models.CharField(_("наименование"), max_length=120)
    short_name = models.CharField(_("на бутона"), max_length=24)
    order = models.PositiveSmallIntegerField(_("ред"), default=0)
    kinds = models.ManyToManyField(
        ServiceKind, related_name="+", blank=True, verbose_name=_("видове услуги")
    )

    class Meta:
        ordering = ("order", "name", "pk")
        verbose_name = _("тема на консултация")
        verbose_name_plural = _("теми на консултации")

    def __str__(self) -> str:
        return self.name


class ConsultationQuerySet(models.QuerySet):
    def on_day(self, day: dt.date):
        """Consultations of one local day."""
        return self.filter(within_days("held_at", day, day))

    def for_listing(self):
        """Bring what a row of the journal shows, in three queries."""
        return self.select_related("specialist", "office").prefetch_related(
            "topics", Prefetch("services", queryset=Service.objects.select_related("municipality"))
        )


@tracked("ConsultationHistory")
class Consultation(MunicipalModel):
    """Консултация: may be anonymous and final. It is not a case and opens none by itself."""

    class Channel(models.TextChoices):
        IN_PERSON = "in_person", _("На място")
        PHONE = "phone", _("Телефон")
        EMAIL = "email", _("Е-поща")
        OUTREACH = "outreach", _("Изнесена приемна")

    class Subject(models.TextChoices):
        SELF = "self", _("За себе си")
        RELATIVE = "relative", _("За близък")
        PROFESSIONAL = "professional", _("Професионалист")
        OTHER = "other", _("За друг човек")

    class Outcome(models.TextChoices):
        INFORMED = "informed", _("Информиран")
        APPLICATION = "application", _("Ще подаде заявление")
        FOLLOW_UP = "follow_up", _("Последващ разговор")
        ELSEWHERE = "elsewhere", _("Насочен другаде")
        UNMET = "unmet", _("Няма такава услуга")

    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("офис"),
    )
    specialist = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("специалист")
    )
    held_at = models.DateTimeField(_("проведена на"), default=timezone.now)
    duration_minutes = models.PositiveSmallIntegerField(
        _("времетраене в минути"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_CONSULTATION)],
    )
    channel = models.CharField(_("канал"), max_length=12, choices=Channel.choices)
    subject = models.CharField(_("за кого"), max_length=12, choices=Subject.choices)
    topics = models.ManyToManyField(ConsultationTopic, related_name="+", verbose_name=_("теми"))
    services = models.ManyToManyField(
        Service, related_name="+", blank=True, verbose_name=_("обсъдени услуги")
    )
    settlement = models.ForeignKey(
        Settlement,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("населено място"),
    )
    # Anonymous unless somebody has a reason to say who it was.
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="consultations",
        null=True,
        blank=True,
        verbose_name=_("лице"),
    )
    outcome = models.CharField(_("изход"), max_length=12, choices=Outcome.choices)
    # What was asked for and the municipality does not have; the heart of the analysis of needs.
    missing_kind = models.ForeignKey(
        ServiceKind,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("каква услуга липсва"),
    )
    note = models.TextField(_("бележка"), blank=True, max_length=4000)
    # Made by the page before it is sent: the same form sent twice finds the first row.
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("поправена от"),
    )
    created_at = models.DateTimeField(_("записана на"), auto_now_add=True)
    updated_at = models.DateTimeField(_("променена на"), auto_now=True)

    objects = ScopedManager(
        municipality="municipality",
        _manager_class=models.Manager.from_queryset(ConsultationQuerySet),
    )

    class Meta:
        ordering = ("-held_at", "-pk")
        verbose_name = _("консултация")
        verbose_name_plural = _("консултации")
        indexes = [
            models.Index(fields=["municipality", "-held_at", "-id"], name="consultation_journal"),
            models.Index(
                fields=["person", "-held_at", "-id"],
                name="consultation_of_person",
                condition=Q(person__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "form_key"], name="consultation_form_once"
            ),
            models.CheckConstraint(
                name="consultation_duration_possible",
                condition=Q(duration_minutes__gte=1, duration_minutes__lte=LONGEST_CONSULTATION),
            ),
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.held_at):%d.%m.%Y %H:%M}, {self.get_channel_display()}"
