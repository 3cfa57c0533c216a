"""The desk's own topics, templates of notes, and its policy of looks and of small counts."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.models import Office, User
from municipalities.tenancy import MunicipalModel

KEYS_FOR_TOPICS = 8


class DeskTopic(MunicipalModel):
    """A topic on a number key of an office's desk, or of the whole municipality's."""

    office = models.ForeignKey(
        Office,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("офис"),
    )
    key = models.PositiveSmallIntegerField(
        _("клавиш"), validators=[MinValueValidator(1), MaxValueValidator(KEYS_FOR_TOPICS)]
    )
    topic = models.ForeignKey(
        "frontoffice.ConsultationTopic",
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("тема"),
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("key",)
        verbose_name = _("тема на клавиш")
        verbose_name_plural = _("теми на клавиши")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "office", "key"],
                name="desk_topic_key_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["municipality", "office", "topic"],
                name="desk_topic_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="desk_topic_on_a_key", condition=Q(key__gte=1, key__lte=KEYS_FOR_TOPICS)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}"


class NoteTemplate(MunicipalModel):
    """A text that „/“ and its short word put into a note: the desk's, or one's own."""

    word = models.CharField(_("кратка дума"), max_length=30)
    text = models.TextField(_("текст"), max_length=1000)
    owner = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("само за"),
    )
    order = models.PositiveSmallIntegerField(_("ред"), default=0)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("order", "word", "pk")
        verbose_name = _("шаблон за бележка")
        verbose_name_plural = _("шаблони за бележки")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "owner", "word"],
                name="note_template_word_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return self.word


@tracked("DeskPolicyHistory")
class DeskPolicy(MunicipalModel):
    """What the municipality decided about looks at people and about small counts. One row."""

    class AsksReason(models.TextChoices):
        NEVER = "never", _("Никога")
        STRANGERS = "strangers", _("За лице, с което не съм работил скоро")
        ALWAYS = "always", _("Винаги")

    asks_reason = models.CharField(
        _("причина за отваряне на лице"),
        max_length=10,
        choices=AsksReason.choices,
        default=AsksReason.NEVER,
    )
    reasons = ArrayField(
        models.CharField(max_length=100),
        verbose_name=_("готови причини"),
        default=list,
        blank=True,
    )
    reason_holds_minutes = models.PositiveSmallIntegerField(
        _("причината важи, минути"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(600)],
    )
    known_for_days = models.PositiveSmallIntegerField(
        _("„скоро“ е, дни"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
    )
    smallest_count = models.PositiveSmallIntegerField(
        _("най-малък показван брой"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("По-малък брой в справките се показва като „по-малко от“."),
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        verbose_name = _("правила на бюрото")
        verbose_name_plural = _("правила на бюрата")
        constraints = [models.UniqueConstraint(fields=["municipality"], name="desk_policy_once")]

    def __str__(self) -> str:
        return f"{_('правила')} № {self.pk}"
