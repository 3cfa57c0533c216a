"""What hangs on an application: its steps, files, papers asked for."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.models import User
from municipalities.tenancy import MunicipalModel
from referrals.applications.models import Application
from referrals.clocked import StepEvent
from referrals.kinds.models import KindPaper


class ApplicationEvent(StepEvent):
    """One step, in the words of staff and, where the citizen is told of it, in the citizen's."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("постъпи")
        CONFIRMED = "confirmed", _("потвърдено")
        TAKEN = "taken", _("поето")
        HANDED = "handed", _("предадено")
        TIED = "tied", _("свързано с лице")
        PAPERS_ASKED = "asked", _("поискани документи")
        PAPER_ADDED = "paper", _("добавен документ")
        RESUMED = "resumed", _("срокът продължи")
        LETTER = "letter", _("писмо")
        MESSAGE = "message", _("съобщение")
        NOTE = "note", _("бележка")
        CHANGED = "changed", _("поправено")
        WITHDRAWN = "withdrawn", _("оттеглено")
        CLOSED = "closed", _("приключено")
        REOPENED = "reopened", _("отворено отново")

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="events", verbose_name=_("заявление")
    )
    kind = models.CharField(_("стъпка"), max_length=10, choices=Kind.choices)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("стъпка по заявление")
        verbose_name_plural = _("стъпки по заявления")
        indexes = [models.Index(fields=["application", "at", "id"], name="application_event_order")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {timezone.localtime(self.at):%d.%m.%Y %H:%M}"


class Attachment(MunicipalModel):
    """A file of an application, or of a draft until it is sent. The bytes are in storage."""

    application = models.ForeignKey(
        Application,
        on_delete=models.PROTECT,
        related_name="attachments",
        null=True,
        blank=True,
        verbose_name=_("заявление"),
    )
    draft = models.ForeignKey(
        "referrals.OnlineDraft",
        on_delete=models.CASCADE,
        related_name="attachments",
        null=True,
        blank=True,
        verbose_name=_("незавършено заявление"),
    )
    paper = models.ForeignKey(
        KindPaper,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("кой документ е"),
    )
    name = models.CharField(_("файл"), max_length=120)
    content_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(editable=False)
    path = models.CharField(max_length=60, editable=False)
    is_signed = models.BooleanField(_("подписан с КЕП"), default=False)
    added_at = models.DateTimeField(_("добавен на"), auto_now_add=True)
    # Nobody: the citizen.
    added_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("добавен от"),
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("added_at", "pk")
        verbose_name = _("приложен файл")
        verbose_name_plural = _("приложени файлове")
        constraints = [
            models.CheckConstraint(
                name="attachment_of_something",
                condition=Q(application__isnull=False) | Q(draft__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"файл № {self.pk}"


class PaperRequest(MunicipalModel):
    """Papers asked of the citizen; while one is open the clock stands."""

    application = models.ForeignKey(
        Application,
        on_delete=models.PROTECT,
        related_name="paper_requests",
        verbose_name=_("заявление"),
    )
    papers = ArrayField(models.CharField(max_length=200), verbose_name=_("документи"))
    note = models.CharField(_("пояснение"), max_length=500, blank=True)
    asked_on = models.DateField(_("поискани на"), default=timezone.localdate)
    until = models.DateField(_("чакаме до"), null=True, blank=True)
    asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("поискани от")
    )
    letter = models.ForeignKey(
        "referrals.Letter",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("писмо"),
    )
    closed_on = models.DateField(_("приключено на"), null=True, blank=True)
    is_received = models.BooleanField(_("получени"), default=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-asked_on", "-pk")
        verbose_name = _("поискани документи")
        verbose_name_plural = _("поискани документи")
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                name="paper_request_one_open",
                condition=Q(closed_on__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"поискани документи от {self.asked_on:%d.%m.%Y} г."
