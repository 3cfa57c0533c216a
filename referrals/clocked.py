"""The columns of a clock: from when, by which norm (as it was then), until when, and its pause."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.models import User
from municipalities.tenancy import MunicipalModel


class Clocked(MunicipalModel):
    """A row with a deadline that ``referrals.clock`` keeps, an owner and a version."""

    owner = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("у кого е"),
    )
    clock_from = models.DateField(_("срокът тече от"), null=True, blank=True)
    norm = models.JSONField(_("норма"), default=dict, blank=True, editable=False)
    due_on = models.DateField(_("срок"), null=True, blank=True)
    paused_on = models.DateField(_("спрян от"), null=True, blank=True)
    paused_days = models.PositiveSmallIntegerField(_("дни на спиране"), default=0)
    pause_reason = models.CharField(_("защо е спрян"), max_length=300, blank=True)
    # The day whose mails already told of the deadline, to the owner and to the head.
    reminded_on = models.DateField(null=True, blank=True, editable=False)
    escalated_on = models.DateField(null=True, blank=True, editable=False)
    # Made by the page before it is sent: the same form sent twice finds the first row.
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("започнато на"), auto_now_add=True)
    updated_at = models.DateTimeField(_("променено на"), auto_now=True)

    class Meta:
        abstract = True

    @property
    def is_late(self) -> bool:
        """Whether its day has passed while the clock runs."""
        if self.due_on is None or self.paused_on is not None:
            return False
        return self.due_on < timezone.localdate()


class StepEvent(MunicipalModel):
    """One step of a row, that nobody changes: for staff in ``words``, for the citizen ``told``."""

    class Who(models.TextChoices):
        SPECIALIST = "specialist", _("специалист")
        HEAD = "head", _("ръководител")
        CITIZEN = "citizen", _("гражданин")
        PROVIDER = "provider", _("доставчик")
        CLOCK = "clock", _("порталът")

    kind = models.CharField(_("стъпка"), max_length=14)
    at = models.DateTimeField(_("кога"), default=timezone.now)
    # Empty on steps that are older than this column.
    who = models.CharField(_("като"), max_length=10, choices=Who.choices, blank=True)
    user = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("кой"),
    )
    words = models.CharField(_("за служителите"), max_length=1000, blank=True)
    told = models.CharField(_("за гражданина"), max_length=1000, blank=True)
    # The state before and after: what the numbers are counted from.
    source = models.CharField(max_length=10, blank=True, editable=False)
    target = models.CharField(max_length=10, blank=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind}, {timezone.localtime(self.at):%d.%m.%Y %H:%M}"


def late_on(today: dt.date | None = None) -> models.Q:
    """Return the condition of rows whose clock runs and whose day has passed."""
    return models.Q(paused_on__isnull=True, due_on__lt=today or timezone.localdate())
