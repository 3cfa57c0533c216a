"""What happened to the data of a service: confirmed, reminded of, reported wrong, proposed anew."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities import secrets
from municipalities.audit import tracked
from municipalities.models import User
from municipalities.tenancy import MunicipalModel


class Side(models.TextChoices):
    """Who answers for the data: first the provider, then the municipality's office."""

    PROVIDER = "provider", _("доставчик")
    OFFICE = "office", _("фронт-офис")


class OfService(MunicipalModel):
    """Base of rows about one service."""

    service = models.ForeignKey(
        "services_registry.Service",
        on_delete=models.CASCADE,
        related_name="%(class)ss",
        verbose_name=_("услуга"),
    )

    class Meta:
        abstract = True


class Confirmation(OfService):
    """Somebody said „все още е вярно“ of the whole record."""

    at = models.DateTimeField(_("кога"), default=timezone.now)
    side = models.CharField(_("чия страна"), max_length=10, choices=Side.choices)
    by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,  # through the link of a reminder nobody is signed in
        related_name="+",
        verbose_name=_("от кого"),
    )
    reminder = models.OneToOneField(
        "services_registry.ReviewReminder",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="confirmation",
        verbose_name=_("по напомняне"),
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("потвърждение")
        verbose_name_plural = _("потвърждения")
        indexes = [models.Index(fields=["service", "-at"], name="confirmation_newest")]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%d.%m.%Y}, {self.get_side_display()}"


class ReviewReminder(OfService):
    """A mail that the data of a service are due for a look; its link is kept as a hash."""

    side = models.CharField(_("до коя страна"), max_length=10, choices=Side.choices)
    email = models.EmailField(_("до"))
    due_on = models.DateField(_("за преглед до"))
    sent_at = models.DateTimeField(_("изпратено"), null=True, blank=True)
    token_hash = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("напомняне за преглед")
        verbose_name_plural = _("напомняния за преглед")
        constraints = [
            models.UniqueConstraint(
                fields=["service", "side", "due_on"], name="review_reminder_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.due_on:%d.%m.%Y}, {self.get_side_display()}"


@tracked("ErrorReportHistory", exclude=("email_encrypted",))
class ErrorReport(OfService):
    """„Намерих грешка“: what a citizen saw wrong, answered as a task of the office."""

    class Part(models.TextChoices):
        CONTACTS = "contacts", _("телефон, адрес или работно време")
        PRICE = "price", _("цена или документи")
        PLACES = "places", _("свободни места")
        WHO = "who", _("за кого е услугата")
        ACCESS = "access", _("достъпност на мястото")
        OTHER = "other", _("друго")

    class State(models.TextChoices):
        OPEN = "open", _("чака отговор")
        CORRECTED = "corrected", _("поправено")
        DECLINED = "declined", _("няма грешка")

    part = models.CharField(_("какво не е вярно"), max_length=10, choices=Part.choices)
    text = models.TextField(_("опишете"), max_length=2000)
    # Personal data of somebody who only wanted to help: encrypted, and thrown away when answered.
    email_encrypted = models.BinaryField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("подадено"), auto_now_add=True)
    submission = models.UUIDField(unique=True, editable=False)  # a second press is the same report
    state = models.CharField(
        _("състояние"), max_length=10, choices=State.choices, default=State.OPEN
    )
    answer = models.TextField(_("отговор"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("отговорил"),
    )
    answered_at = models.DateTimeField(_("отговорено"), null=True, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("сигнал за грешка")
        verbose_name_plural = _("сигнали за грешки")
        indexes = [models.Index(fields=["municipality", "state", "created_at"], name="report_todo")]
        constraints = [
            models.CheckConstraint(
                name="report_answered_in_words",
                condition=Q(state="open") | (~Q(answer="") & Q(answered_at__isnull=False)),
                violation_error_message=_("Напишете отговор."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()}, {timezone.localtime(self.created_at):%d.%m.%Y}"


secrets.register_encrypted(ErrorReport, "email_encrypted")


@tracked("ChangeProposalHistory")
class ChangeProposal(OfService):
    """A larger change that a provider proposes and the municipality decides on.

    ``before`` and ``after`` are {name of field: value} of the fields proposed alone, as JSON;
    ``accepted`` is what the municipality took, where it edited the proposal.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("чака решение")
        ACCEPTED = "accepted", _("приета")
        EDITED = "edited", _("приета с поправки")
        RETURNED = "returned", _("върната")
        WITHDRAWN = "withdrawn", _("оттеглена")

    before = models.JSONField(_("преди"), default=dict)
    after = models.JSONField(_("след"), default=dict)
    accepted = models.JSONField(_("прието"), null=True, blank=True)
    note = models.TextField(_("защо"), max_length=1000, blank=True)
    proposed_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("предложил"),
    )
    created_at = models.DateTimeField(_("предложено"), auto_now_add=True)
    state = models.CharField(
        _("състояние"), max_length=10, choices=State.choices, default=State.WAITING
    )
    reason = models.TextField(_("защо се връща"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("решил"),
    )
    decided_at = models.DateTimeField(_("решено"), null=True, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("предложение за промяна")
        verbose_name_plural = _("предложения за промени")
        constraints = [
            models.UniqueConstraint(
                fields=["service"],
                condition=Q(state="waiting"),
                name="proposal_one_waiting",
                violation_error_message=_("За услугата вече има предложение, което чака решение."),
            ),
            models.CheckConstraint(
                name="proposal_returned_with_reason",
                condition=~Q(state="returned") | ~Q(reason=""),
                violation_error_message=_("Напишете защо връщате предложението."),
            ),
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.created_at):%d.%m.%Y}, {self.get_state_display()}"
