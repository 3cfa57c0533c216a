"""A spreadsheet of expenses between its upload and its loading."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.models import User
from municipalities.tenancy import MunicipalModel
from projects.models_project import Project


class ExpenseImport(MunicipalModel):
    """Rows of a file as read; ``problems`` are {"row", "column", "value", "message"}.

    Loaded once: all rows or none. The rows are thrown away after that; what was loaded stays.
    """

    class State(models.TextChoices):
        CHECKED = "checked", _("проверен")
        LOADED = "loaded", _("зареден")

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="imports", verbose_name=_("проект")
    )
    file_name = models.CharField(_("файл"), max_length=120)
    rows = models.JSONField(_("редове на файла"), default=list)
    problems = models.JSONField(_("грешки"), default=list)
    state = models.CharField(
        _("състояние"), max_length=10, choices=State.choices, default=State.CHECKED
    )
    total = models.PositiveIntegerField(_("редове"), default=0)
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("от кого")
    )
    made_at = models.DateTimeField(_("кога"), default=timezone.now)
    loaded_at = models.DateTimeField(_("зареден на"), null=True, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-made_at", "-pk")
        verbose_name = _("внасяне на разходи")
        verbose_name_plural = _("внасяния на разходи")

    def __str__(self) -> str:
        return self.file_name
