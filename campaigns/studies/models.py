"""Studies and their questionnaires; the answers, of nobody in particular; the open tables."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.addresses import save_with_address
from municipalities.audit import tracked
from municipalities.models import User
from municipalities.tenancy import MunicipalModel
from projects.models import Project, ProjectContract


class PublicStudyManager(models.Manager):
    """Studies that anybody may read, of any municipality."""

    def get_queryset(self):
        return super().get_queryset().filter(is_public=True, municipality__is_active=True)


class PublicOfStudyManager(models.Manager):
    """Parts of studies that anybody may read."""

    def get_queryset(self):
        shown = super().get_queryset().filter(study__is_public=True)
        return shown.filter(municipality__is_active=True)


@tracked("StudyHistory", exclude=("token_hash",))
class Study(MunicipalModel):
    """Анализ или проучване: who made it, how, on whom, what came out."""

    class Kind(models.TextChoices):
        SURVEY = "survey", _("проучване")
        ANALYSIS = "analysis", _("анализ")
        NEEDS = "needs", _("анализ на потребностите")
        EVALUATION = "evaluation", _("оценка")

    kind = models.CharField(_("вид"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("заглавие"), max_length=250)
    slug = models.SlugField(_("адрес в портала"), max_length=170)
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="studies",
        verbose_name=_("проект"),
    )
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="studies",
        verbose_name=_("кампания"),
    )
    aim = models.TextField(_("цел"), blank=True, max_length=3000)
    made_by = models.CharField(
        _("изпълнител"), max_length=200, blank=True, help_text=_("Празно: общината сама.")
    )
    contract = models.ForeignKey(
        ProjectContract,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("възложено с договор"),
    )
    commissioned_on = models.DateField(_("възложено на"), null=True, blank=True)
    method = models.TextField(_("метод"), blank=True, max_length=3000)
    sample = models.TextField(
        _("извадка"), blank=True, max_length=3000, help_text=_("Кои хора и как са избрани.")
    )
    sample_size = models.PositiveIntegerField(_("брой участници"), null=True, blank=True)
    field_from = models.DateField(_("на терен от"), null=True, blank=True)
    field_to = models.DateField(_("на терен до"), null=True, blank=True)
    findings = models.TextField(_("накратко какво показва"), blank=True, max_length=6000)

    # The questionnaire; closed where no days are given.
    opening = models.TextField(
        _("увод на анкетата"), blank=True, max_length=3000,
        help_text=_("Защо питате, колко време отнема и какво става с отговорите."),
    )  # fmt: skip
    opens_on = models.DateField(_("анкетата е отворена от"), null=True, blank=True)
    closes_on = models.DateField(_("анкетата е отворена до"), null=True, blank=True)
    # Empty: whoever opens the study's page may answer; else only who has the link.
    token_hash = models.CharField(max_length=64, blank=True, editable=False)
    smallest = models.PositiveSmallIntegerField(
        _("най-малък показван брой"),
        default=5,
        validators=[MinValueValidator(3), MaxValueValidator(50)],
        help_text=_("По-малките клетки не се показват, за да не се познае човек."),
    )

    is_public = models.BooleanField(_("показва се на гражданите"), default=False)
    shows_results = models.BooleanField(_("показва и отговорите на анкетата"), default=False)
    published_on = models.DateField(_("публикувано на"), null=True, blank=True)
    updated_at = models.DateTimeField(_("променено на"), auto_now=True)

    objects = ScopedManager(municipality="municipality")
    public = PublicStudyManager()

    class Meta:
        ordering = (F("published_on").desc(nulls_first=True), "-pk")
        verbose_name = _("проучване или анализ")
        verbose_name_plural = _("проучвания и анализи")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "slug"], name="study_slug_in_municipality"
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")),
                name="questionnaire_closes_after_opening",
                violation_error_message=_("Краят не може да е преди началото."),
            ),
            models.CheckConstraint(
                condition=Q(field_to__gte=F("field_from")),
                name="study_field_ends_after_start",
                violation_error_message=_("Краят не може да е преди началото."),
            ),
            models.CheckConstraint(condition=Q(smallest__gte=3), name="study_hides_small_cells"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs):
        """Save; a study without an address gets one from its title, kept for good."""
        save_with_address(self, super().save, *args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("study", args=[self.municipality.slug, self.slug])

    @property
    def is_open(self) -> bool:
        """Whether the questionnaire takes answers today."""
        today = timezone.localdate()
        return bool(self.opens_on and self.closes_on and self.opens_on <= today <= self.closes_on)


@tracked("StudyQuestionHistory")
class StudyQuestion(MunicipalModel):
    """Въпрос of a questionnaire; who answers it may depend on an earlier answer."""

    class Form(models.TextChoices):
        ONE = "one", _("един отговор")
        SEVERAL = "several", _("няколко отговора")
        SCALE = "scale", _("оценка от 1 до 5")
        NUMBER = "number", _("число")
        SETTLEMENT = "settlement", _("населено място")
        TEXT = "text", _("с думи")

    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, related_name="questions", verbose_name=_("проучване")
    )
    order = models.PositiveSmallIntegerField(_("ред"), default=0)
    section = models.CharField(
        _("раздел"), max_length=120, blank=True, help_text=_("Стои над въпроса; започва раздел.")
    )
    label = models.CharField(_("въпрос"), max_length=300)
    hint = models.CharField(_("пояснение"), max_length=300, blank=True)
    form = models.CharField(_("отговор"), max_length=10, choices=Form.choices)
    choices = ArrayField(
        models.CharField(max_length=160),
        verbose_name=_("възможни отговори"),
        default=list,
        blank=True,
    )
    lowest_means = models.CharField(_("1 значи"), max_length=60, blank=True)
    highest_means = models.CharField(_("5 значи"), max_length=60, blank=True)
    is_required = models.BooleanField(_("задължителен"), default=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("order", "pk")
        verbose_name = _("въпрос на анкета")
        verbose_name_plural = _("въпроси на анкета")

    def __str__(self) -> str:
        return self.label


class StudyResponse(MunicipalModel):
    """One filled questionnaire. Nobody's: no name, address, hour or device is kept."""

    study = models.ForeignKey(
        Study, on_delete=models.PROTECT, related_name="responses", verbose_name=_("проучване")
    )
    day = models.DateField(_("ден"), default=timezone.localdate)
    # Typed in by staff from a paper questionnaire.
    is_from_paper = models.BooleanField(_("от хартия"), default=False)
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("pk",)
        verbose_name = _("попълнена анкета")
        verbose_name_plural = _("попълнени анкети")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "form_key"], name="response_form_once")
        ]

    def __str__(self) -> str:
        return f"анкета № {self.pk}"


class StudyAnswer(MunicipalModel):
    """An answer in the words of its choices (one or more), as a number, or with own words."""

    response = models.ForeignKey(
        StudyResponse, on_delete=models.CASCADE, related_name="answers", verbose_name=_("анкета")
    )
    question = models.ForeignKey(
        StudyQuestion, on_delete=models.PROTECT, related_name="answers", verbose_name=_("въпрос")
    )
    chosen = ArrayField(
        models.CharField(max_length=160), verbose_name=_("избрано"), default=list, blank=True
    )
    number = models.DecimalField(_("число"), max_digits=12, decimal_places=2, null=True, blank=True)
    words = models.TextField(_("с думи"), blank=True, max_length=2000)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("pk",)
        verbose_name = _("отговор")
        verbose_name_plural = _("отговори")
        constraints = [
            models.UniqueConstraint(fields=["response", "question"], name="study_answer_once")
        ]

    def __str__(self) -> str:
        return f"отговор № {self.pk}"


@tracked("StudyFileHistory", exclude=("path",))
class StudyFile(MunicipalModel):
    """The report of a study or something that belongs to it."""

    class Kind(models.TextChoices):
        REPORT = "report", _("доклад")
        SUMMARY = "summary", _("резюме")
        ANNEX = "annex", _("приложение")

    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, related_name="files", verbose_name=_("проучване")
    )
    kind = models.CharField(_("вид"), max_length=8, choices=Kind.choices, default="report")
    title = models.CharField(_("документ"), max_length=200)
    name = models.CharField(_("файл"), max_length=120, editable=False)
    content_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(editable=False)
    path = models.CharField(max_length=60, editable=False)
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("добавен от")
    )
    added_at = models.DateTimeField(_("добавен на"), default=timezone.now)

    objects = ScopedManager(municipality="municipality")
    public = PublicOfStudyManager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("документ на проучване")
        verbose_name_plural = _("документи на проучвания")

    def __str__(self) -> str:
        return self.title


@tracked("StudyTableHistory")
class StudyTable(MunicipalModel):
    """An open table: ``columns`` are heads, ``rows`` lists of the same length."""

    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, related_name="tables", verbose_name=_("проучване")
    )
    order = models.PositiveSmallIntegerField(_("ред"), default=0)
    title = models.CharField(_("таблица"), max_length=200)
    note = models.CharField(_("бележка"), max_length=400, blank=True)
    columns = models.JSONField(_("колони"), default=list)
    rows = models.JSONField(_("редове"), default=list)
    updated_at = models.DateTimeField(_("променена на"), auto_now=True)

    objects = ScopedManager(municipality="municipality")
    public = PublicOfStudyManager()

    class Meta:
        ordering = ("order", "pk")
        verbose_name = _("отворена таблица")
        verbose_name_plural = _("отворени таблици")

    def __str__(self) -> str:
        return self.title
