"""Norms of learning: what a person must take part in, as data."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.tenancy import MunicipalModel


@tracked("DevelopmentNormHistory")
class DevelopmentNorm(MunicipalModel):
    """What a person must take part in for a year, by which act; data that an office corrects."""

    class What(models.TextChoices):
        INTRODUCTORY = "introductory", _("въвеждащо обучение")
        UPGRADING = "upgrading", _("надграждащо обучение")
        TRAINING = "training", _("обучение от всякакъв вид")
        INDIVIDUAL = "individual", _("индивидуална супервизия")
        GROUP = "group", _("групова супервизия")
        TEAM = "team", _("екипна супервизия")
        SUPERVISION = "supervision", _("супервизия от всякакъв вид")

    class Unit(models.TextChoices):
        HOURS = "hours", _("часове")
        TIMES = "times", _("пъти")
        DAYS = "days", _("дни след назначаването")

    class For(models.TextChoices):
        ALL = "all", _("за всички")
        DESK = "desk", _("за фронт-офиса")
        PROVIDERS = "providers", _("за хората на доставчиците")

    code = models.SlugField(_("код"), max_length=60, blank=True)
    what = models.CharField(_("какво"), max_length=14, choices=What.choices)
    applies_to = models.CharField(_("за кого"), max_length=10, choices=For.choices, default=For.ALL)
    # Empty: known to exist, not how much.
    value = models.DecimalField(
        _("колко за година"),
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.1"))],
        help_text=_("Празно: нормата още не е известна."),
    )
    unit = models.CharField(_("мярка"), max_length=6, choices=Unit.choices, default=Unit.HOURS)
    legal_basis = models.CharField(_("правно основание"), max_length=200, blank=True)
    source = models.CharField(_("откъде е взето"), max_length=300, blank=True)
    valid_from = models.DateField(_("в сила от"), null=True, blank=True)
    valid_to = models.DateField(_("в сила до"), null=True, blank=True)
    is_verified = models.BooleanField(_("потвърдена норма"), default=False)
    verified_on = models.DateField(_("сверена на"), null=True, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("what", "applies_to", "pk")
        verbose_name = _("норма за обучение и супервизия")
        verbose_name_plural = _("норми за обучение и супервизия")
        constraints = [
            models.CheckConstraint(
                name="development_norm_days_in_order",
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_from__lte=F("valid_to")),
                violation_error_message=_("Крайната дата е преди началната."),
            ),
            models.UniqueConstraint(
                fields=["municipality", "code"],
                name="development_norm_code_once",
                condition=~Q(code=""),
            ),
        ]

    def __str__(self) -> str:
        return self.get_what_display()
