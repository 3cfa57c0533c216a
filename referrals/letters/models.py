"""Letters that leave the municipality, and the head under which they are written."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.models import User
from municipalities.tenancy import MunicipalModel


@tracked("LetterheadHistory")
class Letterhead(MunicipalModel):
    """Who signs for the municipality and where it is written to. One row a municipality."""

    signer_title = models.CharField(_("длъжност"), max_length=160)
    signer_name = models.CharField(_("име"), max_length=120, blank=True)
    address = models.CharField(_("адрес на общината"), max_length=200, blank=True)
    phone = models.CharField(_("телефон"), max_length=60, blank=True)
    email = models.EmailField(_("е-поща"), blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        verbose_name = _("бланка за писма")
        verbose_name_plural = _("бланки за писма")
        constraints = [models.UniqueConstraint(fields=["municipality"], name="letterhead_once")]

    def __str__(self) -> str:
        return f"{self.signer_title} {self.signer_name}".strip()


@tracked("LetterHistory", exclude=("data",))
class Letter(MunicipalModel):
    """A numbered outgoing letter: the file as it was made, and what it was made from."""

    class Kind(models.TextChoices):
        PAPERS = "papers", _("писмо за липсващи документи")
        ANSWER = "answer", _("отговор")
        FORWARD = "forward", _("препращане по компетентност")
        CHILD = "child", _("уведомление за дете в риск")
        DIRECTORATE = "dsp", _("пренасочване към ДСП")

    class Sent(models.TextChoices):
        PRINTED = "printed", _("отпечатано и връчено или пратено по пощата")
        EMAIL = "email", _("по е-поща")
        SSEV = "ssev", _("през ССЕВ")

    application = models.ForeignKey(
        "referrals.Application",
        on_delete=models.PROTECT,
        related_name="letters",
        verbose_name=_("заявление"),
    )
    kind = models.CharField(_("вид"), max_length=10, choices=Kind.choices)
    number = models.CharField(_("изходящ номер"), max_length=40, editable=False)
    issued_on = models.DateField(_("дата"), default=timezone.localdate)
    recipient = models.CharField(_("до"), max_length=200)
    recipient_address = models.CharField(_("адрес"), max_length=300, blank=True)
    subject = models.CharField(_("относно"), max_length=200)
    body = models.TextField(_("текст"), max_length=8000)
    data = models.JSONField(default=dict, editable=False)
    path = models.CharField(max_length=60, editable=False)
    size = models.PositiveIntegerField(editable=False)
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("изготвено от")
    )
    made_at = models.DateTimeField(_("изготвено на"), auto_now_add=True)
    sent_how = models.CharField(_("пратено"), max_length=8, choices=Sent.choices, blank=True)
    sent_at = models.DateTimeField(_("пратено на"), null=True, blank=True)
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-issued_on", "-pk")
        verbose_name = _("писмо")
        verbose_name_plural = _("писма")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="letter_number_once"),
            models.UniqueConstraint(fields=["municipality", "form_key"], name="letter_form_once"),
        ]

    def __str__(self) -> str:
        return f"изх. № {self.number}"
