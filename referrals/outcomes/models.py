"""The question after some time: did the help reach the person, and did it help."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from frontoffice.models import FollowUp
from municipalities.models import User
from municipalities.tenancy import MunicipalModel
from referrals.placing.models import Referral


class OutcomeQuestion(MunicipalModel):
    """Asked once of a referral: by a link in a mail, or by telephone as a task of the desk."""

    class State(models.TextChoices):
        PLANNED = "planned", _("предстои")
        ASKED = "asked", _("зададен")
        ANSWERED = "answered", _("отговорен")
        DROPPED = "dropped", _("без отговор")

    class Via(models.TextChoices):
        MAIL = "mail", _("с връзка по е-поща")
        CALL = "call", _("по телефона")

    class Reached(models.TextChoices):
        YES = "yes", _("да")
        PARTLY = "partly", _("отчасти")
        NO = "no", _("не")

    class Helped(models.TextChoices):
        YES = "yes", _("да, помага")
        SOMEWHAT = "somewhat", _("донякъде")
        NO = "no", _("не помага")
        EARLY = "early", _("рано е да се каже")

    referral = models.ForeignKey(
        Referral, on_delete=models.PROTECT, related_name="questions", verbose_name=_("насочване")
    )
    due_on = models.DateField(_("кога се пита"))
    state = models.CharField(
        _("състояние"), max_length=8, choices=State.choices, default=State.PLANNED
    )
    via = models.CharField(_("как"), max_length=4, choices=Via.choices, blank=True)
    token_hash = models.CharField(max_length=64, blank=True, editable=False)
    asked_at = models.DateTimeField(_("зададен на"), null=True, blank=True)
    follow_up = models.ForeignKey(
        FollowUp,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("задача"),
    )
    reached = models.CharField(
        _("стигна ли помощта"), max_length=6, choices=Reached.choices, blank=True
    )
    helped = models.CharField(_("помага ли"), max_length=8, choices=Helped.choices, blank=True)
    note = models.TextField(_("с думи"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(_("отговорен на"), null=True, blank=True)
    # Nobody: the person themselves, by the link.
    answered_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("записан от"),
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-due_on", "-pk")
        verbose_name = _("въпрос за резултата")
        verbose_name_plural = _("въпроси за резултата")
        indexes = [
            models.Index(
                fields=["due_on"], name="outcome_question_due", condition=Q(state="planned")
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["referral"],
                name="outcome_question_one_open",
                condition=Q(state__in=("planned", "asked")),
            ),
            models.CheckConstraint(
                name="outcome_answered_says_reached",
                condition=~Q(state="answered") | ~Q(reached=""),
            ),
        ]

    def __str__(self) -> str:
        return f"въпрос за резултата № {self.pk}"
