"""How the budget changes by annexes, and costs that are shown without invoices."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.models import User
from municipalities.numbers import percent
from municipalities.templatetags.portal import money
from municipalities.tenancy import MunicipalModel
from projects.models_project import BudgetLine, Project
from projects.money import AmountField


class BudgetAnnex(MunicipalModel):
    """Анекс that changes the budget; what each line was and became stays."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="annexes", verbose_name=_("проект")
    )
    number = models.CharField(_("номер"), max_length=40)
    signed_on = models.DateField(_("подписан на"))
    reason = models.CharField(_("защо"), max_length=300)
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("записан от")
    )
    made_at = models.DateTimeField(_("записан на"), default=timezone.now)
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-signed_on", "-pk")
        verbose_name = _("анекс към бюджета")
        verbose_name_plural = _("анекси към бюджета")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "number"],
                name="budget_annex_once",
                violation_error_message=_("Вече има анекс с този номер."),
            )
        ]

    def __str__(self) -> str:
        return f"анекс № {self.number} от {self.signed_on:%d.%m.%Y} г."


class BudgetChange(MunicipalModel):
    """A line before and after an annex; ``before`` empty: it is new."""

    annex = models.ForeignKey(
        BudgetAnnex, on_delete=models.CASCADE, related_name="changes", verbose_name=_("анекс")
    )
    line = models.ForeignKey(
        BudgetLine, on_delete=models.PROTECT, related_name="changes", verbose_name=_("перо")
    )
    before = AmountField(_("преди"), null=True, blank=True)
    after = AmountField(_("след"))

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("pk",)
        verbose_name = _("промяна на перо")
        verbose_name_plural = _("промени на пера")
        constraints = [models.UniqueConstraint(fields=["annex", "line"], name="budget_change_once")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        currency = self.annex.project.currency
        before = money(self.before, currency) or "няма"
        return f"{self.line}: {before} → {money(self.after, currency)}"


class UnitCost(MunicipalModel):
    """Единичен разход: a sum for a unit of work, without invoices."""

    line = models.ForeignKey(
        BudgetLine, on_delete=models.CASCADE, related_name="unit_costs", verbose_name=_("перо")
    )
    name = models.CharField(_("за какво"), max_length=160)
    unit = models.CharField(_("мярка"), max_length=40)
    amount = AmountField(_("сума за единица"))
    legal_basis = models.CharField(_("основание"), max_length=200, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("единичен разход")
        verbose_name_plural = _("единични разходи")

    def __str__(self) -> str:
        return f"{self.name}, {self.unit}"


class FlatRate(MunicipalModel):
    """Единна ставка: a line that is a percent of what is spent on another."""

    line = models.ForeignKey(
        BudgetLine, on_delete=models.CASCADE, related_name="flat_rates", verbose_name=_("перо")
    )
    base = models.ForeignKey(
        BudgetLine, on_delete=models.PROTECT, related_name="+", verbose_name=_("върху перо")
    )
    percent = models.DecimalField(
        _("процент"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal(100))],
    )
    legal_basis = models.CharField(_("основание"), max_length=200, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("pk",)
        verbose_name = _("единна ставка")
        verbose_name_plural = _("единни ставки")
        constraints = [
            models.UniqueConstraint(fields=["line", "base"], name="flat_rate_once"),
            models.CheckConstraint(
                condition=~Q(line=F("base")),
                name="flat_rate_of_another",
                violation_error_message=_("Ставката е върху друго перо, не върху себе си."),
            ),
        ]

    def __str__(self) -> str:
        return f"{percent(self.percent)} за перо {self.line}"
