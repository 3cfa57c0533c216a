"""What a citizen has typed and not yet sent: encrypted, behind a link and a second secret."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities import secrets
from municipalities.tenancy import MunicipalModel

KEPT = dt.timedelta(days=30)  # after the last save


def expiry() -> dt.datetime:
    """Return until when a draft saved now is kept."""
    return timezone.now() + KEPT


class OnlineDraft(MunicipalModel):
    """An application on the way. Staff do not see it; once sent, it leads to the application."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    kind = models.ForeignKey(
        "referrals.ApplicationKind",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("вид заявление"),
    )
    service = models.ForeignKey(
        "services_registry.Service",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("услуга"),
    )
    # A token of municipalities.secrets over JSON: {step: {field: value}}.
    data = models.BinaryField(null=True, editable=False)
    reached = models.SlugField(_("стигнал до"), max_length=30, blank=True)
    # The same draft sent twice finds the first application.
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)
    application = models.ForeignKey(
        "referrals.Application",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("заявление"),
    )
    created_at = models.DateTimeField(_("започнато на"), auto_now_add=True)
    saved_at = models.DateTimeField(_("записано на"), auto_now=True)
    expires_at = models.DateTimeField(_("пази се до"), default=expiry)

    objects = ScopedManager(municipality="municipality")
    # Whoever holds the link has no scope yet; row security shows a connection only the row whose
    # token's hash it was told.
    by_token = models.Manager()

    class Meta:
        ordering = ("-saved_at", "-pk")
        verbose_name = _("незавършено заявление")
        verbose_name_plural = _("незавършени заявления")
        indexes = [models.Index(fields=["expires_at"], name="online_draft_expiry")]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "form_key"], name="online_draft_form_once"
            )
        ]

    def __str__(self) -> str:
        return f"незавършено заявление № {self.pk}"


secrets.register_encrypted(OnlineDraft, "data")
