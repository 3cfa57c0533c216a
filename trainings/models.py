"""Trainings and supervision of the municipality's people and of its providers'."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.models import User
from municipalities.tenancy import MunicipalModel
from projects.models import Project
from services_registry.models import Provider
from trainings.models_norms import DevelopmentNorm  # noqa: F401  Django looks here


class HoursField(models.DecimalField):
    """Учебни часове, to a tenth; more than zero."""

    default_validators = [MinValueValidator(Decimal("0.1"))]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_digits": 5, "decimal_places": 1, **kwargs})


@tracked("TraineeHistory")
class Trainee(MunicipalModel):
    """Somebody who learns: one row a person, whatever they take part in, so counted once."""

    user = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="trainees",
        verbose_name=_("служител с вход"),
    )
    name = models.CharField(_("име"), max_length=120, blank=True)
    organisation = models.CharField(_("организация"), max_length=160, blank=True)
    provider = models.ForeignKey(
        Provider,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("доставчик"),
    )
    job = models.CharField(_("длъжност"), max_length=120, blank=True)
    email = models.EmailField(_("е-поща"), blank=True)
    appointed_on = models.DateField(_("назначен на"), null=True, blank=True)
    is_active = models.BooleanField(_("работи"), default=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("обучаван")
        verbose_name_plural = _("обучавани хора")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "user"],
                name="trainee_user_once",
                violation_error_message=_("Този служител вече е записан."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="trainee_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def found_words(self) -> str:
        """Name and where from, so that two of the same name can be told apart; needs provider."""
        where = self.provider.name if self.provider else self.organisation
        return ", ".join(part for part in (self.name, where, self.job) if part)

    def clean(self):
        if self.user_id and not self.name:
            self.name = self.user.name
        if not self.name:
            raise ValidationError({"name": _("Изберете служител или напишете име.")})


class TrainingQuerySet(models.QuerySet):
    def with_attendance(self):
        """Annotate ``people`` and ``hours_taken`` (academic hours of all of them together)."""
        hours = Coalesce("participants__academic_hours", F("academic_hours"))
        took = Q(participants__state="attended")
        return self.annotate(
            people=Count("participants", filter=took), hours_taken=Sum(hours, filter=took)
        )


@tracked("TrainingHistory")
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

    class State(models.TextChoices):
        PLANNED = "planned", _("планирано")
        DONE = "done", _("проведено")
        CANCELLED = "cancelled", _("отменено")

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
    state = models.CharField(
        _("състояние"), max_length=10, choices=State.choices, default=State.PLANNED
    )
    capacity = models.PositiveSmallIntegerField(_("места"), null=True, blank=True)
    # What of the hours has to be attended for a certificate.
    least_percent = models.PositiveSmallIntegerField(
        _("присъствие за удостоверение, %"), default=80, validators=[MaxValueValidator(100)]
    )
    # Who has the link of the evaluation; empty: it was not asked for.
    evaluation_token_hash = models.CharField(max_length=64, blank=True, editable=False)
    evaluation_until = models.DateField(_("оценка до"), null=True, blank=True)

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


class TrainingSession(MunicipalModel):
    """Занятие: a part of a training on a day."""

    training = models.ForeignKey(
        Training, on_delete=models.CASCADE, related_name="sessions", verbose_name=_("обучение")
    )
    day = models.DateField(_("ден"))
    starts_at = models.TimeField(_("от"), null=True, blank=True)
    ends_at = models.TimeField(_("до"), null=True, blank=True)
    academic_hours = HoursField(_("учебни часове"))
    topic = models.CharField(_("тема"), max_length=200, blank=True)
    place = models.CharField(_("място или връзка"), max_length=200, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("day", "starts_at", "pk")
        verbose_name = _("занятие")
        verbose_name_plural = _("занятия")
        constraints = [
            models.CheckConstraint(condition=Q(academic_hours__gt=0), name="session_has_hours"),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True)
                | Q(ends_at__isnull=True)
                | Q(ends_at__gt=F("starts_at")),
                name="session_ends_after_start",
                violation_error_message=_("Краят е преди началото."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d.%m.%Y}"


@tracked("TrainingParticipantHistory")
class TrainingParticipant(MunicipalModel):
    """Who was enrolled, and whether they came."""

    class State(models.TextChoices):
        ENROLLED = "enrolled", _("записан")
        WAITING = "waiting", _("чака място")
        ATTENDED = "attended", _("участвал")
        ABSENT = "absent", _("не се яви")
        CANCELLED = "cancelled", _("отказал се")

    training = models.ForeignKey(
        Training, on_delete=models.CASCADE, related_name="participants", verbose_name=_("обучение")
    )
    trainee = models.ForeignKey(
        Trainee, on_delete=models.PROTECT, related_name="trainings", verbose_name=_("участник")
    )
    state = models.CharField(
        _("състояние"), max_length=10, choices=State.choices, default=State.ENROLLED
    )
    # Empty: all of the training, or what the sessions say.
    academic_hours = HoursField(_("учебни часове"), null=True, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("trainee__name", "pk")
        verbose_name = _("участник")
        verbose_name_plural = _("участници")
        constraints = [
            models.UniqueConstraint(
                fields=["training", "trainee"],
                name="participant_once",
                violation_error_message=_("Този човек вече е записан."),
            ),
            models.CheckConstraint(condition=Q(academic_hours__gt=0), name="participant_has_hours"),
        ]

    def __str__(self) -> str:
        return str(self.trainee)

    def clean(self):
        whole = self.training.academic_hours
        if self.academic_hours and whole and self.academic_hours > whole:
            raise ValidationError(
                {"academic_hours": _("Обучението е %(whole)s учебни часа.") % {"whole": whole}}
            )

    @property
    def hours_taken(self) -> Decimal:
        """Academic hours of this person: their own, or all of the training."""
        return self.training.academic_hours if self.academic_hours is None else self.academic_hours


class Attendance(MunicipalModel):
    """Who was at which session."""

    session = models.ForeignKey(
        TrainingSession,
        on_delete=models.CASCADE,
        related_name="attendances",
        verbose_name=_("занятие"),
    )
    participant = models.ForeignKey(
        TrainingParticipant,
        on_delete=models.CASCADE,
        related_name="attendances",
        verbose_name=_("участник"),
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("pk",)
        verbose_name = _("присъствие")
        verbose_name_plural = _("присъствия")
        constraints = [
            models.UniqueConstraint(fields=["session", "participant"], name="attendance_once")
        ]

    def __str__(self) -> str:
        return f"присъствие № {self.pk}"


class Certificate(MunicipalModel):
    """Удостоверение with a number; whoever has its code can check that it is real."""

    participant = models.OneToOneField(
        TrainingParticipant,
        on_delete=models.PROTECT,
        related_name="certificate",
        verbose_name=_("участник"),
    )
    number = models.CharField(_("номер"), max_length=40, editable=False)
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    hours = HoursField(_("учебни часове"))
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
        verbose_name = _("удостоверение")
        verbose_name_plural = _("удостоверения")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "number"], name="certificate_number_once"
            )
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"№ {self.number}"


class Evaluation(MunicipalModel):
    """What a participant thought of a training; nobody's name is kept."""

    training = models.ForeignKey(
        Training, on_delete=models.CASCADE, related_name="evaluations", verbose_name=_("обучение")
    )
    day = models.DateField(_("ден"), default=timezone.localdate)
    content = models.PositiveSmallIntegerField(_("съдържание"))
    trainer = models.PositiveSmallIntegerField(_("обучител"))
    use = models.PositiveSmallIntegerField(_("полза за работата"))
    organisation = models.PositiveSmallIntegerField(_("организация"))
    words = models.TextField(_("с думи"), blank=True, max_length=1000)
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("оценка на обучение")
        verbose_name_plural = _("оценки на обучения")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "form_key"], name="evaluation_form_once"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__range": (1, 5)}), name=f"evaluation_{name}_1_to_5"
                )
                for name in ("content", "trainer", "use", "organisation")
            ),
        ]

    def __str__(self) -> str:
        return f"оценка № {self.pk}"


@tracked("SupervisionHistory")
class Supervision(MunicipalModel):
    """Супервизия: that it took place, for how long and with whom. Never what was said."""

    class Form(models.TextChoices):
        INDIVIDUAL = "individual", _("индивидуална")
        GROUP = "group", _("групова")
        TEAM = "team", _("екипна")

    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="supervisions",
        verbose_name=_("проект"),
    )
    form = models.CharField(_("вид"), max_length=10, choices=Form.choices)
    held_on = models.DateField(_("дата"))
    hours = HoursField(_("часове"))
    supervisor = models.CharField(_("супервизор"), max_length=160)
    is_online = models.BooleanField(_("онлайн"), default=False)
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-held_on", "-pk")
        verbose_name = _("супервизия")
        verbose_name_plural = _("супервизии")
        constraints = [
            models.CheckConstraint(condition=Q(hours__gt=0), name="supervision_has_hours"),
            models.UniqueConstraint(
                fields=["municipality", "form_key"], name="supervision_form_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_form_display()} супервизия на {self.held_on:%d.%m.%Y} г."


class SupervisionParticipant(MunicipalModel):
    """Who was at a supervision."""

    supervision = models.ForeignKey(
        Supervision,
        on_delete=models.CASCADE,
        related_name="participants",
        verbose_name=_("супервизия"),
    )
    trainee = models.ForeignKey(
        Trainee, on_delete=models.PROTECT, related_name="supervisions", verbose_name=_("участник")
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("trainee__name", "pk")
        verbose_name = _("участник в супервизия")
        verbose_name_plural = _("участници в супервизии")
        constraints = [
            models.UniqueConstraint(
                fields=["supervision", "trainee"],
                name="supervision_participant_once",
                violation_error_message=_("Този човек вече е записан."),
            )
        ]

    def __str__(self) -> str:
        return str(self.trainee)
