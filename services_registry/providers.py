"""Who gives services, and the people who work there."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.checks import check_eik
from municipalities.models import User
from municipalities.tenancy import MunicipalModel
from services_registry.fields import public_id


class Provider(MunicipalModel):
    """Доставчик: the municipality itself or a licensed private provider (чл. 151 ЗСУ)."""

    class Kind(models.TextChoices):
        MUNICIPALITY = "municipality", _("община")
        NONPROFIT = "nonprofit", _("юридическо лице с нестопанска цел")
        COMPANY = "company", _("търговско дружество")

    name = models.CharField(_("наименование"), max_length=160)
    kind = models.CharField(_("вид"), max_length=20, choices=Kind.choices)
    eik = models.CharField(_("ЕИК"), max_length=13, blank=True)
    phone = models.CharField(_("телефон"), max_length=40, blank=True)
    email = models.EmailField(_("е-поща"), blank=True)
    website = models.URLField(_("уебсайт"), blank=True)
    licence_number = models.CharField(
        _("лиценз №"), max_length=60, blank=True, help_text=_("На АКСУ, само за частен доставчик.")
    )
    licence_issued_on = models.DateField(_("лиценз, издаден на"), null=True, blank=True)
    licence_valid_to = models.DateField(_("лиценз, валиден до"), null=True, blank=True)
    public_id = public_id()

    objects = ScopedManager(municipality="municipality")
    # Providers are public as the register of the Agency (АКСУ) is.
    public = models.Manager()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("доставчик")
        verbose_name_plural = _("доставчици")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "name"], name="provider_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self):
        check_eik(self.eik)


@tracked("ProviderMembershipHistory")
class ProviderMembership(MunicipalModel):
    """Somebody who works for a provider and sees its services only."""

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="provider_memberships",
        verbose_name=_("потребител"),
    )
    provider = models.ForeignKey(
        Provider, on_delete=models.CASCADE, related_name="members", verbose_name=_("доставчик")
    )

    objects = ScopedManager(municipality="municipality")
    at_sign_in = models.Manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("човек на доставчика")
        verbose_name_plural = _("хора на доставчика")
        constraints = [
            models.UniqueConstraint(fields=["user", "provider"], name="provider_membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.provider}"
