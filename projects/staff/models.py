"""Who works on a project, and the workplaces it opened."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.models import Office, User
from municipalities.tenancy import MunicipalModel
from projects.models_project import Activity, Project
from projects.papers.models import ProjectDocument


@tracked("PositionHistory")
class Position(MunicipalModel):
    """Длъжност по проекта."""

    class Kind(models.TextChoices):
        EMPLOYMENT = "employment", _("трудов договор")
        ADDENDUM = "addendum", _("допълнително споразумение")
        CIVIL = "civil", _("граждански договор")

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="positions", verbose_name=_("проект")
    )
    activity = models.ForeignKey(
        Activity,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("дейност"),
    )
    title = models.CharField(_("длъжност"), max_length=120)
    user = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="positions",
        verbose_name=_("служител с вход"),
    )
    name = models.CharField(_("име"), max_length=120, blank=True)
    kind = models.CharField(_("вид"), max_length=10, choices=Kind.choices)
    contract_number = models.CharField(_("договор №"), max_length=60, blank=True)
    starts_on = models.DateField(_("от"))
    ends_on = models.DateField(_("до"), null=True, blank=True)
    hours_per_day = models.DecimalField(
        _("часа на ден"),
        max_digits=4,
        decimal_places=2,
        default=8,
        validators=[MinValueValidator(0)],
    )
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("работно място"),
    )
    workplace = models.CharField(_("работно място с думи"), max_length=120, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("title", "pk")
        verbose_name = _("длъжност по проекта")
        verbose_name_plural = _("хора по проекта")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="position_days_in_order",
                violation_error_message=_("Краят е преди началото."),
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(name=""),
                name="position_of_somebody",
                violation_error_message=_("Изберете служител или напишете име."),
            ),
            models.CheckConstraint(
                condition=Q(hours_per_day__gt=0, hours_per_day__lte=12),
                name="position_hours_sensible",
                violation_error_message=_("Часовете на ден са между 0 и 12."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked("WorkplaceHistory")
class Workplace(MunicipalModel):
    """Работно място that the project opened: what an indicator of workplaces counts."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="workplaces", verbose_name=_("проект")
    )
    name = models.CharField(_("работно място"), max_length=120)
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("фронт-офис"),
    )
    opened_on = models.DateField(_("открито на"), null=True, blank=True)
    evidence = models.ForeignKey(
        ProjectDocument,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("документ"),
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("работно място по проекта")
        verbose_name_plural = _("работни места по проекта")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                name="workplace_once",
                violation_error_message=_("Вече има работно място с това име."),
            )
        ]

    def __str__(self) -> str:
        return self.name
