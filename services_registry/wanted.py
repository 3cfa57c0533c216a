"""What people looked for in the catalogue of a municipality and did not find there.

Only that somebody in a month looked for a kind of service; never the words, nor who.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.tenancy import MunicipalModel
from services_registry.classifiers import ServiceKind


class UnmetSearch(MunicipalModel):
    """How many searches of a month meant a kind of service that the municipality does not have."""

    kind = models.ForeignKey(
        ServiceKind, on_delete=models.PROTECT, related_name="+", verbose_name=_("вид услуга")
    )
    month = models.DateField(_("месец"))
    count = models.PositiveIntegerField(_("търсения"), default=0)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("month", "pk")
        verbose_name = _("търсена и ненамерена услуга")
        verbose_name_plural = _("търсени и ненамерени услуги")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "kind", "month"], name="unmet_search_of_month_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.month:%m.%Y}: {self.count}"
