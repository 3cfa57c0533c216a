"""Kinds of application are data: what is asked, which papers, on what legal basis, which office."""

from __future__ import annotations

import re

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.models import Office
from municipalities.tenancy import MunicipalModel

LONGEST_HEADING = 70
ENDS = tuple(".!?:;,…")  # of a paragraph that is no heading


class Nature(models.TextChoices):
    """The documents that stay apart (docs/architecture.md)."""

    WISH = "wish", _("желание по ЗСУ")
    DECLARATION = "declaration", _("заявление-декларация")
    REQUEST = "request", _("друго заявление")
    ALERT = "alert", _("сигнал")


class OnBehalf(models.TextChoices):
    """For whom somebody applies. Others may only alert."""

    SELF = "self", _("За себе си")
    CHILD = "child", _("За детето си")
    WARD = "ward", _("За човек под настойничество или попечителство")
    AUTHORISED = "authorised", _("С пълномощно от друг човек")
    OTHER = "other", _("За друг човек (сигнал)")


@tracked("ApplicationKindHistory")
class ApplicationKind(MunicipalModel):
    """Вид заявление, as one municipality takes it. Shipped ones come from ``kinds.shipped``."""

    code = models.SlugField(_("код"), max_length=40)
    nature = models.CharField(_("какъв документ е"), max_length=12, choices=Nature.choices)
    name = models.CharField(_("наименование"), max_length=160)
    public_name = models.CharField(
        _("за граждани"), max_length=120, help_text=_("С думите на човека: „Търся помощ вкъщи“.")
    )
    about = models.TextField(_("какво е и за кого"), blank=True, max_length=1500)
    statement = models.TextField(
        _("какво заявява човекът"),
        max_length=2000,
        help_text=_("Текстът, който стои над подписа в протокола и в копието."),
    )
    number_code = models.CharField(
        _("означение в номера"),
        max_length=6,
        validators=[RegexValidator(r"^[А-Я]{1,6}$", _("Само главни букви на кирилица."))],
        help_text=_("Входящият номер е от вида „СУ-2026-000123“."),
    )
    legal_basis = models.CharField(_("правно основание"), max_length=200, blank=True)
    source = models.CharField(_("откъде е взето"), max_length=300, blank=True)
    is_verified = models.BooleanField(_("потвърдено основание"), default=False)
    verified_on = models.DateField(_("сверено на"), null=True, blank=True)
    norm_code = models.SlugField(
        _("срок"), max_length=60, blank=True, help_text=_("Код на правната норма за срока.")
    )
    is_on = models.BooleanField(_("приема се"), default=False)
    is_online = models.BooleanField(_("и през интернет"), default=False)
    asks_service = models.BooleanField(_("пита за услуга"), default=True)
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("кой офис го приема"),
        help_text=_("Празно: офисът на служителя, а през интернет – първият на общината."),
    )
    order = models.PositiveSmallIntegerField(_("ред"), default=0)

    objects = ScopedManager(municipality="municipality")
    # Of those that are on and taken online; row security lets nothing else through.
    public = models.Manager()

    class Meta:
        ordering = ("order", "name", "pk")
        verbose_name = _("вид заявление")
        verbose_name_plural = _("видове заявления")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="application_kind_once"),
            models.UniqueConstraint(
                fields=["municipality", "number_code"],
                name="application_kind_number_code_once",
                violation_error_message=_("Друг вид вече има това означение."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_alert(self) -> bool:
        """Whether it is a third party's alert, which starts a contact and never a service."""
        return self.nature == Nature.ALERT


class Asked(models.TextChoices):
    BOTH = "both", _("навсякъде")
    CITIZEN = "citizen", _("само през интернет")
    DESK = "desk", _("само на бюрото")


class _Part(MunicipalModel):
    """What a kind consists of. Removed ones are switched off: old applications point to them."""

    only_for = ArrayField(
        models.CharField(max_length=12, choices=OnBehalf.choices),
        verbose_name=_("само когато е"),
        default=list,
        blank=True,
    )
    order = models.PositiveSmallIntegerField(_("ред"), default=0)
    is_active = models.BooleanField(_("в употреба"), default=True)

    class Meta:
        abstract = True

    def is_for(self, on_behalf: str) -> bool:
        """Say whether it concerns an application made ``on_behalf`` of somebody."""
        return self.is_active and (not self.only_for or on_behalf in self.only_for)


@tracked("KindQuestionHistory")
class KindQuestion(_Part):
    """A question of a kind; the answer is kept with the words in which it was asked."""

    class Form(models.TextChoices):
        TEXT = "text", _("кратък отговор")
        LONG = "long", _("дълъг отговор")
        YES_NO = "yes_no", _("да или не")
        ONE = "one", _("един от няколко")
        SEVERAL = "several", _("няколко от изброените")
        DATE = "date", _("дата")
        NUMBER = "number", _("число")

    kind = models.ForeignKey(
        ApplicationKind, on_delete=models.CASCADE, related_name="questions", verbose_name=_("вид")
    )
    label = models.CharField(_("въпрос"), max_length=200)
    hint = models.CharField(_("пояснение"), max_length=300, blank=True)
    form = models.CharField(_("отговор"), max_length=8, choices=Form.choices, default=Form.TEXT)
    choices = ArrayField(
        models.CharField(max_length=120), verbose_name=_("възможни отговори"), default=list,
        blank=True,
    )  # fmt: skip
    is_required = models.BooleanField(_("задължителен"), default=False)
    asked = models.CharField(
        _("къде се пита"), max_length=8, choices=Asked.choices, default=Asked.BOTH
    )

    objects = ScopedManager(municipality="municipality")
    public = models.Manager()

    class Meta:
        ordering = ("order", "pk")
        verbose_name = _("въпрос")
        verbose_name_plural = _("въпроси")

    def __str__(self) -> str:
        return self.label


@tracked("KindPaperHistory")
class KindPaper(_Part):
    """A paper that a kind needs. One „за справка“ is shown at the desk and never copied."""

    kind = models.ForeignKey(
        ApplicationKind, on_delete=models.CASCADE, related_name="papers", verbose_name=_("вид")
    )
    name = models.CharField(_("документ"), max_length=200)
    hint = models.CharField(_("пояснение"), max_length=300, blank=True)
    is_required = models.BooleanField(_("иска се"), default=False)
    is_for_reference = models.BooleanField(_("само за справка"), default=False)

    objects = ScopedManager(municipality="municipality")
    public = models.Manager()

    class Meta:
        ordering = ("order", "pk")
        verbose_name = _("документ към заявление")
        verbose_name_plural = _("документи към заявление")

    def __str__(self) -> str:
        return self.name


@tracked("PrivacyNoticeHistory")
class PrivacyNotice(MunicipalModel):
    """What a municipality tells those who apply of their data; each version stays as it was."""

    version = models.PositiveSmallIntegerField(_("версия"))
    text = models.TextField(_("текст"), max_length=8000)
    valid_from = models.DateField(_("в сила от"))

    objects = ScopedManager(municipality="municipality")
    public = models.Manager()

    class Meta:
        ordering = ("-version",)
        verbose_name = _("съобщение за личните данни")
        verbose_name_plural = _("съобщения за личните данни")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "version"], name="notice_version_once")
        ]

    def __str__(self) -> str:
        return f"версия {self.version} от {self.valid_from:%d.%m.%Y} г."

    def parts(self) -> list[tuple[bool, str]]:
        """Return the text as (is it a heading, words): an empty line parts the paragraphs.

        A short paragraph of one line that ends like no sentence is a heading.
        """
        paragraphs = re.split(r"\n\s*\n", "\n".join(self.text.splitlines()).strip())
        return [
            ("\n" not in words and len(words) <= LONGEST_HEADING and words[-1:] not in ENDS, words)
            for words in paragraphs
            if words
        ]
