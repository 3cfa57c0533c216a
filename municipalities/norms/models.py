"""The law as data: norms with their basis and dates, and days that a decision has moved."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.tenancy import MunicipalModel


class Unit(models.TextChoices):
    CALENDAR_DAYS = "calendar_days", _("календарни дни")
    WORKING_DAYS = "working_days", _("работни дни")
    MONTHS = "months", _("месеца")
    EURO = "euro", _("евро")


MOST_OF_TIME = 3650


class LegalNormQuerySet(models.QuerySet):
    def on(self, day):
        """Norms in force on ``day``."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        )


@tracked("LegalNormHistory")
class LegalNorm(MunicipalModel):
    """A deadline or a sum as the law sets it, between two dates, as this municipality reads it.

    An empty value means that the norm is known to exist and not how long it is. ``is_verified`` is
    set by whoever compared it with the text of the act; until then staff see „непотвърдена норма“
    and citizens do not see the number.
    """

    code = models.SlugField(_("код"), max_length=60)
    name = models.CharField(_("за какво е срокът"), max_length=160)
    value = models.PositiveIntegerField(
        _("стойност"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10_000_000)],
        help_text=_("Празно: срокът още не е известен."),
    )
    unit = models.CharField(
        _("мярка"), max_length=14, choices=Unit.choices, default=Unit.CALENDAR_DAYS
    )
    legal_basis = models.CharField(_("правно основание"), max_length=200, blank=True)
    source = models.CharField(_("откъде е взето"), max_length=300, blank=True)
    valid_from = models.DateField(_("в сила от"), null=True, blank=True)
    valid_to = models.DateField(_("в сила до"), null=True, blank=True)
    is_verified = models.BooleanField(
        _("потвърдена норма"),
        default=False,
        help_text=_("Отбележете, след като сверите с действащия текст на закона."),
    )
    verified_on = models.DateField(_("сверена на"), null=True, blank=True)

    objects = ScopedManager(
        municipality="municipality",
        _manager_class=models.Manager.from_queryset(LegalNormQuerySet),
    )

    class Meta:
        ordering = ("name", "valid_from", "pk")
        verbose_name = _("правна норма")
        verbose_name_plural = _("правни норми")
        constraints = [
            ExclusionConstraint(
                name="legal_norm_one_at_a_time",
                expressions=[
                    (F("municipality"), RangeOperators.EQUAL),
                    (F("code"), RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            Value("[]"),
                            function="daterange",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("За същия срок вече има норма в сила през тези дни."),
            ),
            models.CheckConstraint(
                name="legal_norm_time_sensible",
                condition=Q(unit=Unit.EURO) | Q(value__isnull=True) | Q(value__lte=MOST_OF_TIME),
                violation_error_message=_("Срок може да е най-много %(most)s.")
                % {"most": MOST_OF_TIME},
            ),
            models.CheckConstraint(
                name="legal_norm_days_in_order",
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_from__lte=F("valid_to")),
                violation_error_message=_("Крайната дата е преди началната."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked("WorkdayChangeHistory")
class WorkdayChange(MunicipalModel):
    """A day that a decision (mostly of the Council of Ministers) made working or free."""

    day = models.DateField(_("ден"))
    is_working = models.BooleanField(_("работен"), default=False)
    legal_basis = models.CharField(_("с какъв акт"), max_length=200, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-day", "pk")
        verbose_name = _("разместен ден")
        verbose_name_plural = _("разместени дни")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "day"],
                name="workday_change_once",
                violation_error_message=_("За този ден вече има запис."),
            )
        ]

    def __str__(self) -> str:
        words = _("работен") if self.is_working else _("почивен")
        return f"{self.day:%d.%m.%Y}: {words}"
