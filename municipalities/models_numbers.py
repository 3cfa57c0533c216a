"""The last number given in each series of registration numbers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.tenancy import MunicipalModel


class NumberSeries(MunicipalModel):
    """The last number given in a series of a year; ``municipalities.numbering`` alone moves it."""

    series = models.CharField(_("поредица"), max_length=10)
    year = models.PositiveSmallIntegerField(_("година"))
    last = models.PositiveIntegerField(_("последен номер"), default=0)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        verbose_name = _("поредица номера")
        verbose_name_plural = _("поредици номера")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "series", "year"], name="series_of_year_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.series}-{self.year}: {self.last}"
