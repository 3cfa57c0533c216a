"""The analysis of needs: a document of counted and written parts, and the versions of it."""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from campaigns.models import Study
from municipalities.audit import tracked
from municipalities.models import User
from municipalities.tenancy import MunicipalModel
from projects.models import Project


@tracked("NeedsAnalysisHistory")
class NeedsAnalysis(MunicipalModel):
    """Анализ на потребностите от социални услуги for a period."""

    title = models.CharField(_("заглавие"), max_length=250)
    since = models.DateField(_("от"))
    upto = models.DateField(_("до"))
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("проект"),
    )
    # Where it was published.
    study = models.OneToOneField(
        Study,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("публикуван като"),
    )
    counted_at = models.DateTimeField(_("преброен на"), null=True, blank=True, editable=False)
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("започнат от")
    )
    made_at = models.DateTimeField(_("започнат на"), default=timezone.now)
    version = models.PositiveIntegerField(default=1, editable=False)
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-made_at", "-pk")
        verbose_name = _("анализ на потребностите")
        verbose_name_plural = _("анализи на потребностите")
        constraints = [
            models.CheckConstraint(
                condition=Q(upto__gte=F("since")),
                name="needs_analysis_ends_after_start",
                violation_error_message=_("Краят не може да е преди началото."),
            ),
            models.UniqueConstraint(
                fields=["municipality", "form_key"], name="needs_analysis_form_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked("NeedsSectionHistory")
class NeedsSection(MunicipalModel):
    """A part: what was counted (``data``, by ``code``), and what was written around it."""

    analysis = models.ForeignKey(
        NeedsAnalysis, on_delete=models.CASCADE, related_name="sections", verbose_name=_("анализ")
    )
    order = models.PositiveSmallIntegerField(_("ред"), default=0)
    # Which counting it is (referrals.needs.counting); empty: only text.
    code = models.SlugField(_("какво брои"), max_length=40, blank=True)
    title = models.CharField(_("заглавие"), max_length=200)
    text = models.TextField(_("текст"), blank=True, max_length=40_000)
    # {"tables": […], "charts": […], "facts": […]} as counted; small cells are already hidden.
    data = models.JSONField(default=dict, blank=True, editable=False)
    is_included = models.BooleanField(_("влиза в документа"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("order", "pk")
        verbose_name = _("част от анализ")
        verbose_name_plural = _("части от анализи")
        constraints = [
            models.UniqueConstraint(
                fields=["analysis", "code"],
                condition=~Q(code=""),
                name="needs_section_counted_once",
            )
        ]

    def __str__(self) -> str:
        return self.title


class NeedsVersion(MunicipalModel):
    """The document as it was at a moment; its files are made of this and of nothing else."""

    analysis = models.ForeignKey(
        NeedsAnalysis, on_delete=models.PROTECT, related_name="versions", verbose_name=_("анализ")
    )
    number = models.PositiveIntegerField(_("версия №"))
    note = models.CharField(_("какво е ново"), max_length=300, blank=True)
    content = models.JSONField(default=dict, editable=False)
    made_at = models.DateTimeField(_("кога"), default=timezone.now)
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("от кого")
    )
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-number", "-pk")
        verbose_name = _("версия на анализ")
        verbose_name_plural = _("версии на анализи")
        constraints = [
            models.UniqueConstraint(fields=["analysis", "number"], name="needs_version_once"),
            models.UniqueConstraint(
                fields=["municipality", "form_key"], name="needs_version_form_once"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"версия № {self.number}"
