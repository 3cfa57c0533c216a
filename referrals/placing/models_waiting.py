"""The waiting list: rules of municipal acts, offers of a place; and links for providers."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.models import User
from municipalities.tenancy import MunicipalModel
from services_registry.models import Service


class WaitingRuleQuerySet(models.QuerySet):
    def on(self, day):
        """Rules in force on ``day``."""
        return self.filter(
            Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day), is_on=True
        )


@tracked("WaitingRuleHistory")
class WaitingRule(MunicipalModel):
    """An act of the municipal council by which some are served first. Without one: by request."""

    service = models.ForeignKey(
        Service,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("услуга"),
        help_text=_("Празно: за всички услуги на общината без свое правило."),
    )
    act = models.CharField(
        _("акт на общината"), max_length=200,
        help_text=_("Например: Решение № 12 от 03.02.2026 г. на Общинския съвет."),
    )  # fmt: skip
    text = models.TextField(
        _("редът с думи"), max_length=1500, help_text=_("Показва се на гражданите.")
    )
    valid_from = models.DateField(_("в сила от"))
    valid_to = models.DateField(_("в сила до"), null=True, blank=True)
    is_on = models.BooleanField(_("прилага се"), default=False)

    objects = ScopedManager(
        municipality="municipality",
        _manager_class=models.Manager.from_queryset(WaitingRuleQuerySet),
    )

    class Meta:
        ordering = ("-valid_from", "pk")
        verbose_name = _("правило за чакащите")
        verbose_name_plural = _("правила за чакащите")
        constraints = [
            models.CheckConstraint(
                name="waiting_rule_days_in_order",
                condition=Q(valid_to__isnull=True) | Q(valid_from__lte=F("valid_to")),
                violation_error_message=_("Крайната дата е преди началната."),
            )
        ]

    def __str__(self) -> str:
        return self.act


@tracked("WaitingPriorityHistory")
class WaitingPriority(MunicipalModel):
    """Who is served before the others, by a rule; the smaller number is the earlier."""

    rule = models.ForeignKey(
        WaitingRule,
        on_delete=models.CASCADE,
        related_name="priorities",
        verbose_name=_("правило"),
    )
    name = models.CharField(_("кой е с предимство"), max_length=200)
    order = models.PositiveSmallIntegerField(_("ред"), default=1)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("order", "pk")
        verbose_name = _("предимство")
        verbose_name_plural = _("предимства")

    def __str__(self) -> str:
        return self.name


class Offer(MunicipalModel):
    """A place that became free, offered to whoever is first in line, until a day."""

    class State(models.TextChoices):
        OPEN = "open", _("чака отговор")
        ACCEPTED = "accepted", _("прието")
        PASSED = "passed", _("отказано, чака друго")
        LAPSED = "lapsed", _("изтече без отговор")
        REFUSED = "refused", _("отказано")

    referral = models.ForeignKey(
        "referrals.Referral",
        on_delete=models.PROTECT,
        related_name="offers",
        verbose_name=_("насочване"),
    )
    made_at = models.DateTimeField(_("направено на"), default=timezone.now)
    until = models.DateField(_("отговор до"))
    state = models.CharField(
        _("състояние"), max_length=8, choices=State.choices, default=State.OPEN
    )
    closed_at = models.DateTimeField(_("отговорено на"), null=True, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-made_at", "-pk")
        verbose_name = _("предложено място")
        verbose_name_plural = _("предложени места")
        constraints = [
            models.UniqueConstraint(
                fields=["referral"], name="offer_one_open", condition=Q(state="open")
            )
        ]
        indexes = [
            models.Index(fields=["until"], name="offer_open_until", condition=Q(state="open"))
        ]

    def __str__(self) -> str:
        return f"предложено място до {self.until:%d.%m.%Y} г."


class ProviderLink(MunicipalModel):
    """A link by which a provider without an account answers. Only the token's hash is kept."""

    referral = models.ForeignKey(
        "referrals.Referral",
        on_delete=models.PROTECT,
        related_name="links",
        verbose_name=_("насочване"),
    )
    token_hash = models.CharField(max_length=64, blank=True, editable=False)
    email = models.EmailField(_("до"))
    expires_at = models.DateTimeField(_("важи до"))
    created_at = models.DateTimeField(_("направена на"), default=timezone.now)
    # Nobody: the portal, when the referral was sent.
    created_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("направена от"),
    )
    sent_at = models.DateTimeField(_("пратена на"), null=True, blank=True)
    opened_at = models.DateTimeField(_("отворена на"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("спряна на"), null=True, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("връзка за доставчик")
        verbose_name_plural = _("връзки за доставчици")
        constraints = [
            models.UniqueConstraint(
                fields=["token_hash"], name="provider_link_once", condition=~Q(token_hash="")
            )
        ]

    def __str__(self) -> str:
        return f"връзка за доставчик № {self.pk}"
