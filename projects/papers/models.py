"""The archive of a project, its obligations by date, and the values of its indicators."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.models import User
from municipalities.tenancy import MunicipalModel
from projects.models_project import Activity, Indicator, Project


@tracked("ProjectDocumentHistory", exclude=("path",))
class ProjectDocument(MunicipalModel):
    """A file of the archive; kept until ``retention`` says it may go."""

    class Kind(models.TextChoices):
        CONTRACT = "contract", _("договор или анекс")
        TENDER = "tender", _("обществена поръчка")
        REPORT = "report", _("отчет")
        PAYMENT = "payment", _("плащане")
        VISIBILITY = "visibility", _("информация и публичност")
        EVIDENCE = "evidence", _("доказателство за индикатор")
        LETTER = "letter", _("кореспонденция")
        OTHER = "other", _("друго")

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="papers", verbose_name=_("проект")
    )
    activity = models.ForeignKey(
        Activity,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("дейност"),
    )
    kind = models.CharField(_("вид"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("документ"), max_length=200)
    number = models.CharField(_("номер"), max_length=60, blank=True)
    issued_on = models.DateField(_("дата"), null=True, blank=True)
    name = models.CharField(_("файл"), max_length=120, editable=False)
    content_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(editable=False)
    path = models.CharField(max_length=60, editable=False)
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("добавен от")
    )
    added_at = models.DateTimeField(_("добавен на"), default=timezone.now)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-issued_on", "-pk")
        verbose_name = _("документ от архива")
        verbose_name_plural = _("архив на документите")

    def __str__(self) -> str:
        return self.title


@tracked("ObligationHistory")
class Obligation(MunicipalModel):
    """Задължение by a day: a report, a request, something to be shown."""

    class Kind(models.TextChoices):
        TECHNICAL = "technical", _("технически отчет")
        FINANCIAL = "financial", _("финансов отчет")
        PAYMENT = "payment", _("искане за плащане")
        VISIBILITY = "visibility", _("публичност")
        OTHER = "other", _("друго")

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="obligations", verbose_name=_("проект")
    )
    kind = models.CharField(_("вид"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("какво"), max_length=200)
    due_on = models.DateField(_("до кога"))
    done_on = models.DateField(_("направено на"), null=True, blank=True)
    note = models.CharField(_("бележка"), max_length=300, blank=True)
    reminded_on = models.DateField(null=True, blank=True, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("due_on", "pk")
        verbose_name = _("задължение по проекта")
        verbose_name_plural = _("задължения по проектите")
        indexes = [
            models.Index(
                fields=["due_on"], name="obligation_open", condition=Q(done_on__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.title


@tracked("IndicatorValueHistory")
class IndicatorValue(MunicipalModel):
    """What an indicator that does not count itself had reached on a day, with its evidence."""

    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, related_name="values", verbose_name=_("индикатор")
    )
    on = models.DateField(_("към дата"), default=timezone.localdate)
    value = models.DecimalField(_("стойност"), max_digits=12, decimal_places=2)
    evidence = models.ForeignKey(
        ProjectDocument,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("документ"),
    )
    note = models.CharField(_("бележка"), max_length=250, blank=True)
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("записан от")
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-on", "-pk")
        verbose_name = _("отчетена стойност")
        verbose_name_plural = _("отчетени стойности")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "on"],
                name="indicator_value_once_a_day",
                violation_error_message=_("За този ден вече има стойност."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.value} към {self.on:%d.%m.%Y} г."


@tracked("PeriodReportHistory", exclude=("path",))
class PeriodReport(MunicipalModel):
    """Отчет за период: what the manager adds to what the portal counts, and the document of it."""

    class Kind(models.TextChoices):
        TECHNICAL = "technical", _("технически отчет")
        FINANCIAL = "financial", _("финансов отчет")
        WHOLE = "whole", _("технически и финансов отчет")

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="reports", verbose_name=_("проект")
    )
    kind = models.CharField(_("вид"), max_length=10, choices=Kind.choices, default=Kind.WHOLE)
    period_from = models.DateField(_("период от"))
    period_to = models.DateField(_("период до"))
    done = models.TextField(_("какво е направено"), blank=True)
    problems = models.TextField(_("трудности и какво е предприето"), blank=True)
    ahead = models.TextField(_("какво предстои"), blank=True)
    # The document as it was made; empty: it has not been yet.
    made_at = models.DateTimeField(_("изготвен на"), null=True, blank=True, editable=False)
    made_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("изготвен от"),
    )
    path = models.CharField(max_length=60, blank=True, editable=False)
    size = models.PositiveIntegerField(default=0, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-period_to", "-pk")
        verbose_name = _("отчет за период")
        verbose_name_plural = _("отчети за периоди")
        constraints = [
            models.CheckConstraint(
                condition=Q(period_from__lte=models.F("period_to")),
                name="period_report_days_in_order",
                violation_error_message=_("Периодът свършва, преди да започне."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.period_from:%d.%m.%Y} – {self.period_to:%d.%m.%Y}"
