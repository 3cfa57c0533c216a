"""An import and the matches of columns that it left for the next one."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.models import User
from municipalities.tenancy import MunicipalModel


class ImportRun(MunicipalModel):
    """One file: its rows as read, what its columns are, what is wrong in it, what came of it.

    ``rows`` are lists of text, the heading first; ``columns`` is {number of a column: our field};
    ``problems`` are {"row", "column", "value", "message"} with numbers as the spreadsheet counts.
    Rows and problems are thrown away after a time (``loading.forget_files``); the rest stays.
    """

    class State(models.TextChoices):
        MATCHING = "matching", _("чака колоните")
        CHECKED = "checked", _("проверен")
        LOADING = "loading", _("зарежда се")
        LOADED = "loaded", _("зареден")
        FAILED = "failed", _("спрян от грешка")
        UNDONE = "undone", _("отменен")

    file_name = models.CharField(_("файл"), max_length=200)
    rows = models.JSONField(_("редове на файла"), default=list)
    columns = models.JSONField(_("съответствие на колоните"), default=dict)
    problems = models.JSONField(_("грешки"), default=list)
    state = models.CharField(
        _("състояние"), max_length=10, choices=State.choices, default=State.MATCHING
    )
    total = models.PositiveIntegerField(_("редове"), default=0)
    done = models.PositiveIntegerField(_("заредени"), default=0)
    created_services = ArrayField(
        models.BigIntegerField(), verbose_name=_("създадени услуги"), default=list
    )
    created_providers = ArrayField(
        models.BigIntegerField(), verbose_name=_("създадени доставчици"), default=list
    )
    by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("от кого")
    )
    created_at = models.DateTimeField(_("кога"), auto_now_add=True)
    finished_at = models.DateTimeField(_("завършен"), null=True, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("внасяне")
        verbose_name_plural = _("внасяния")

    def __str__(self) -> str:
        return self.file_name

    @property
    def has_file(self) -> bool:
        """Whether the rows are still kept; without them nothing can be checked or loaded."""
        return bool(self.rows)


class ColumnMatch(MunicipalModel):
    """How a heading was matched the last time, so that it is not asked again."""

    heading = models.CharField(_("заглавие на колоната"), max_length=200)
    field = models.CharField(_("поле"), max_length=60)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("heading",)
        verbose_name = _("запомнена колона")
        verbose_name_plural = _("запомнени колони")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "heading"], name="column_match_once")
        ]

    def __str__(self) -> str:
        return self.heading
