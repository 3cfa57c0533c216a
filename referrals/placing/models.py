"""A referral: one service for one person, from the choice to the end."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from frontoffice.models import Person
from municipalities.audit import tracked
from municipalities.models import User
from referrals.assessments.models import NeedsAssessment
from referrals.clocked import Clocked, StepEvent, late_on
from referrals.placing.models_waiting import WaitingPriority
from referrals.placing.order import line_order
from referrals.routing.models import Authority
from services_registry.models import Provider, Service


class ReferralState(models.TextChoices):
    """Where a referral stands; ``referrals.workflow`` alone moves it."""

    CHOSEN = "chosen", _("избрана услуга")
    SENT = "sent", _("при доставчика")
    WAITING = "waiting", _("в листата на чакащите")
    OFFERED = "offered", _("предложено място")
    ACCEPTED = "accepted", _("прието, има място")
    STARTED = "started", _("ползва услугата")
    ENDED = "ended", _("приключено")
    DECLINED = "declined", _("отказано от доставчика")
    WITHDRAWN = "withdrawn", _("оттеглено")


S = ReferralState
OPEN_REFERRAL = (S.CHOSEN, S.SENT, S.WAITING, S.OFFERED, S.ACCEPTED, S.STARTED)
# Somebody has to do something, by a day.
MOVING_REFERRAL = (S.SENT, S.WAITING, S.OFFERED, S.ACCEPTED)
# A place of the service is taken by it.
HOLDS_PLACE = (S.OFFERED, S.ACCEPTED, S.STARTED)


class DeclineReason(models.TextChoices):
    NO_PLACE = "no_place", _("няма свободно място")
    NOT_TARGET = "not_target", _("човекът не е от целевата група")
    NEEDS_OTHER = "needs_other", _("нужна е друга услуга")
    NO_CONTACT = "no_contact", _("човекът не беше намерен")
    UNWILLING = "unwilling", _("човекът отказа пред доставчика")
    PAPERS = "papers", _("липсват документи")
    OTHER = "other", _("друго")


class EndReason(models.TextChoices):
    TERM = "term", _("срокът изтече")
    GOAL = "goal", _("целта е постигната")
    WISH = "wish", _("по желание на човека")
    OTHER_SERVICE = "other_service", _("премина към друга услуга")
    MOVED = "moved", _("промени мястото, на което живее")
    DIED = "died", _("почина")
    PROVIDER = "provider", _("по решение на доставчика")
    OTHER = "other", _("друго")


class WithdrawReason(models.TextChoices):
    WISH = "wish", _("човекът не желае услугата")
    CHANGED = "changed", _("избра друга услуга")
    SOLVED = "solved", _("нуждата отпадна")
    MOVED = "moved", _("промени мястото, на което живее")
    DIED = "died", _("почина")
    MISTAKE = "mistake", _("насочено по погрешка")
    OTHER = "other", _("друго")


class ChosenBy(models.TextChoices):
    PERSON = "person", _("човекът избра сам")
    HELPED = "helped", _("човекът избра с помощ")
    REPRESENTATIVE = "representative", _("избра законният представител")
    ONLY = "only", _("няма друга подходяща услуга")


class ReferralQuerySet(models.QuerySet):
    def open(self):
        """Those that have not ended."""
        return self.filter(state__in=OPEN_REFERRAL)

    def moving(self):
        """Those that wait for somebody to do something."""
        return self.filter(state__in=MOVING_REFERRAL)

    def late(self, today=None):
        """Those whose clock runs and whose day has passed."""
        return self.moving().filter(late_on(today))

    def of(self, user: User):
        """Those that ``user`` has."""
        return self.filter(owner=user)

    def sent_to(self, provider: Provider):
        """Those that the provider sees: never one that is only being chosen."""
        return (
            self.filter(provider=provider)
            .exclude(state=S.CHOSEN)
            .exclude(state=S.WITHDRAWN, sent_at__isnull=True)
        )

    def in_line(self):
        """Those that wait, in the order in which a place is offered."""
        return self.filter(state=S.WAITING).order_by(*line_order())

    def for_listing(self):
        """Bring what a row of a list shows, in one query."""
        return self.select_related(
            "assessment__application", "person", "owner", "service__municipality", "provider"
        ).defer("assessment__data", "service__search_vector")


@tracked("ReferralHistory")
class Referral(Clocked):
    """Насочване. On paper: the assessment's number and its ordinal, „ПО-2026-000001/1“."""

    assessment = models.ForeignKey(
        NeedsAssessment,
        on_delete=models.PROTECT,
        related_name="referrals",
        verbose_name=_("предварителна оценка"),
    )
    ordinal = models.PositiveSmallIntegerField(_("номер по ред"), default=1, editable=False)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="referrals", verbose_name=_("лице")
    )
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, related_name="referrals", verbose_name=_("услуга")
    )
    # As it was when it was sent: a service may change hands.
    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="referrals", verbose_name=_("доставчик")
    )
    replaces = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="replaced_by",
        null=True,
        blank=True,
        verbose_name=_("вместо"),
    )
    state = models.CharField(
        _("състояние"), max_length=10, choices=ReferralState.choices, default=ReferralState.CHOSEN
    )
    chosen_by = models.CharField(_("кой избра"), max_length=14, choices=ChosenBy.choices)
    choice_note = models.CharField(_("защо тази услуга"), max_length=500, blank=True)
    # Who refers for it, by the row in force when it was chosen.
    routed_to = models.CharField(_("кой насочва"), max_length=12, choices=Authority.choices)
    routing = models.JSONField(_("правило"), default=dict, blank=True, editable=False)
    routing_note = models.CharField(_("основание да насочи общината"), max_length=300, blank=True)
    # What the provider is told of the need: only what the service needs to know.
    summary = models.TextField(_("за доставчика"), max_length=1500, blank=True)
    intensity = models.CharField(
        _("интензитет"), max_length=18, choices=Service.Intensity.choices, blank=True
    )
    # When the person stated the wish, by which they stand in line.
    requested_on = models.DateField(_("желанието е заявено на"))
    sent_at = models.DateTimeField(_("изпратено на"), null=True, blank=True)
    answered_at = models.DateTimeField(_("отговорено на"), null=True, blank=True)

    waiting_since = models.DateTimeField(_("чака от"), null=True, blank=True)
    priority = models.ForeignKey(
        WaitingPriority,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("предимство"),
    )
    # How many offers ran out or were passed on: after those who have passed on fewer.
    passed_over = models.PositiveSmallIntegerField(_("пропуснати предложения"), default=0)
    holds_place = models.BooleanField(default=False, editable=False)

    decline_reason = models.CharField(
        _("причина за отказа"), max_length=12, choices=DeclineReason.choices, blank=True
    )
    decline_note = models.CharField(_("пояснение"), max_length=500, blank=True)
    provider_assessment_on = models.DateField(_("индивидуална оценка на"), null=True, blank=True)
    support_plan_on = models.DateField(_("индивидуален план на"), null=True, blank=True)
    contract_on = models.DateField(_("договор на"), null=True, blank=True)
    started_on = models.DateField(_("ползва услугата от"), null=True, blank=True)
    until = models.DateField(_("до кога"), null=True, blank=True)
    ended_on = models.DateField(_("приключи на"), null=True, blank=True)
    end_reason = models.CharField(
        _("защо приключи"), max_length=14, choices=EndReason.choices, blank=True
    )
    withdraw_reason = models.CharField(
        _("защо е оттеглено"), max_length=10, choices=WithdrawReason.choices, blank=True
    )
    closed_at = models.DateTimeField(_("приключено на"), null=True, blank=True)

    objects = ScopedManager(
        municipality="municipality",
        _manager_class=models.Manager.from_queryset(ReferralQuerySet),
    )

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("насочване")
        verbose_name_plural = _("насочвания")
        indexes = [
            models.Index(
                fields=["municipality", "due_on", "id"],
                name="referral_moving",
                condition=Q(state__in=("sent", "waiting", "offered", "accepted")),
            ),
            models.Index(fields=["provider", "state", "id"], name="referral_of_provider"),
            models.Index(fields=["service", "state", "requested_on"], name="referral_line"),
            models.Index(fields=["person", "-created_at"], name="referral_of_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "form_key"], name="referral_form_once"),
            models.UniqueConstraint(fields=["assessment", "ordinal"], name="referral_ordinal_once"),
            models.UniqueConstraint(
                fields=["assessment", "service"],
                name="referral_service_once",
                condition=Q(
                    state__in=("chosen", "sent", "waiting", "offered", "accepted", "started")
                ),
                violation_error_message=_("Тази услуга вече е избрана."),
            ),
            models.CheckConstraint(
                name="referral_declined_with_reason",
                condition=~Q(state="declined") | ~Q(decline_reason=""),
            ),
            models.CheckConstraint(
                name="referral_ended_with_reason",
                condition=~Q(state="ended")
                | Q(ended_on__isnull=False, started_on__isnull=False) & ~Q(end_reason=""),
            ),
            models.CheckConstraint(
                name="referral_started_has_day",
                condition=~Q(state="started") | Q(started_on__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_waiting_has_since",
                condition=~Q(state__in=("waiting", "offered")) | Q(waiting_since__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_sent_has_time",
                condition=Q(state__in=("chosen", "withdrawn")) | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_place_only_while_held",
                condition=Q(holds_place=False) | Q(state__in=HOLDS_PLACE),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="never_deleted",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.state <> 'chosen'"),
            )
        ]

    def __str__(self) -> str:
        """Not the name: this is what lands in logs and in reports of errors."""
        return f"насочване № {self.pk}"

    @property
    def written(self) -> str:
        """How it is written on paper; needs the assessment at hand."""
        return f"{self.assessment.number or 'спешен случай'}/{self.ordinal}"

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state in OPEN_REFERRAL


class ReferralEvent(StepEvent):
    """A step of a referral; ``referrals.workflow`` writes it."""

    referral = models.ForeignKey(
        Referral, on_delete=models.CASCADE, related_name="events", verbose_name=_("насочване")
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("стъпка по насочване")
        verbose_name_plural = _("стъпки по насочвания")
        indexes = [models.Index(fields=["referral", "at", "id"], name="referral_event_order")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update),
            # With a choice that was taken back before it was sent, nothing else.
            pgtrigger.Protect(
                name="kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.source <> '' OR OLD.target <> 'chosen'"),
            ),
        ]
