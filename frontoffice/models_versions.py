"""What a consultation said before it was corrected."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.models import User
from municipalities.tenancy import MunicipalModel


class ConsultationVersion(MunicipalModel):
    """One version of a consultation as it was before a correction; nobody changes or deletes it.

    ``facts`` holds what stood in the record, topics and services too, by the names of the fields:
    the history that triggers keep knows nothing of those.
    """

    consultation = models.ForeignKey(
        "frontoffice.Consultation",
        on_delete=models.PROTECT,
        related_name="versions",
        verbose_name=_("консултация"),
    )
    version = models.PositiveIntegerField(_("версия"))
    facts = models.JSONField(_("какво пишеше"), default=dict)
    written_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("написано от")
    )
    written_at = models.DateTimeField(_("написано на"))

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("version",)
        verbose_name = _("версия на консултация")
        verbose_name_plural = _("версии на консултации")
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "version"], name="consultation_version_once"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.version}"
