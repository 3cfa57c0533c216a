"""Programmes and procedures under which projects are financed; the same for everybody."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Programme(models.Model):
    """Програма: what a period's money is given under. The same for everybody."""

    code = models.CharField(_("код"), max_length=40, blank=True)
    name = models.CharField(_("име"), max_length=200)
    period = models.CharField(_("период"), max_length=20, help_text=_("Например „2021–2027“."))
    eu_fund = models.CharField(_("европейски фонд"), max_length=100, blank=True)

    class Meta:
        ordering = ("-period", "name")
        verbose_name = _("програма")
        verbose_name_plural = _("програми")
        constraints = [
            models.UniqueConstraint(fields=["name", "period"], name="programme_once"),
            models.UniqueConstraint(
                fields=["code"],
                condition=~Q(code=""),
                name="programme_code_once",
                violation_error_message=_("Вече има програма с този код."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.period}"


class Procedure(models.Model):
    """Процедура: what projects of a programme answer to. The same for everybody."""

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="procedures", verbose_name=_("програма")
    )
    code = models.CharField(_("код"), max_length=40, unique=True)
    name = models.CharField(_("име"), max_length=200)

    class Meta:
        ordering = ("code",)
        verbose_name = _("процедура")
        verbose_name_plural = _("процедури")

    def __str__(self) -> str:
        return f"{self.code} „{self.name}“"
