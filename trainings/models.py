"""Trainings of the municipality's people and of its providers: who took part and for how long."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.models import User
from municipalities.tenancy import MunicipalModel
from projects.models import Project


class HoursField(models.DecimalField):
    """Учебни часове, to a tenth; more than zero."""

    default_validators = [MinValueValidator(Decimal("0.1"))]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_digits": 5, "decimal_places": 1, **kwargs})


class TrainingQuerySet(models.QuerySet):
    def with_attendance(self):
        """Annotate ``people`` and ``hours_taken`` (academic hours of all of them together)."""
        hours = Coalesce("participants__academic_hours", F("academic_hours"))
        taken = Sum(hours, filter=Q(participants__isnull=False))
        return self.annotate(people=Count("participants"), hours_taken=taken)


class Training(MunicipalModel):
    """Обучение: a programme with a number of academic hours, in a project or without one."""

    class Kind(models.TextChoices):
        INTRODUCTORY = "introductory", _("въвеждащо")
        UPGRADING = "upgrading", _("надграждащо")
        THEMATIC = "thematic", _("тематично")

    class Delivery(models.TextChoices):
        IN_PERSON = "in_person", _("присъствено")
        ONLINE = "online", _("онлайн")
        MIXED = "mixed", _("смесено")

    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="trainings",
        verbose_name=_("проект"),
    )
    kind = models.CharField(_("вид"), max_length=12, choices=Kind.choices)
    title = models.CharField(_("тема"), max_length=250)
    programme = models.TextField(
        _("програма на обучението"), blank=True, help_text=_("Темите, една под друга.")
    )
    starts_on = models.DateField(_("от"), null=True, blank=True)
    ends_on = models.DateField(_("до"), null=True, blank=True)
    academic_hours = HoursField(_("учебни часове"))
    delivery = models.CharField(
        _("форма"), max_length=10, choices=Delivery.choices, default=Delivery.IN_PERSON
    )
    trainer = models.CharField(_("обучител"), max_length=200, blank=True)
    place = models.CharField(_("място"), max_length=200, blank=True)

    objects = ScopedManager(
        municipality="municipality", _manager_class=models.Manager.from_queryset(TrainingQuerySet)
    )

    class Meta:
        ordering = (F("starts_on").desc(nulls_first=True), "-pk")
        verbose_name = _("обучение")
        verbose_name_plural = _("обучения")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="training_ends_after_start",
                violation_error_message=_("Краят не може да е преди началото."),
            ),
            models.CheckConstraint(condition=Q(academic_hours__gt=0), name="training_has_hours"),
        ]

    def __str__(self) -> str:
        return self.title


class TrainingParticipant(MunicipalModel):
    """Who took part: somebody with an account here, or a person from a provider by name."""

    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("служител"),
    )
    name = models.CharField(_("име"), max_length=120, blank=True)
    organisation = models.CharField(_("организация"), max_length=160, blank=True)
    academic_hours = HoursField(_("учебни часове"), null=True, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("участник")
        verbose_name_plural = _("участници")
        constraints = [
            models.UniqueConstraint(
                fields=["training", "user"],
                name="participant_once",
                violation_error_message=_("Този служител вече е записан."),
            ),
            models.CheckConstraint(condition=Q(academic_hours__gt=0), name="participant_has_hours"),
            models.CheckConstraint(condition=~Q(name=""), name="participant_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self):
        if self.user_id and not self.name:
            self.name = self.user.name
        if not self.name:
            raise ValidationError({"name": _("Изберете служител или напишете име.")})
        whole = self.training.academic_hours
        if self.academic_hours and whole and self.academic_hours > whole:
            raise ValidationError(
                {"academic_hours": _("Обучението е %(whole)s учебни часа.") % {"whole": whole}}
            )

    @property
    def hours_taken(self) -> Decimal:
        """Academic hours of this person: their own, or all of the training."""
        return self.training.academic_hours if self.academic_hours is None else self.academic_hours
