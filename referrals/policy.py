"""What a municipality decides itself about referring; what the law says are norms and rows."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.models import Municipality
from municipalities.tenancy import MunicipalModel


def _days(least: int, most: int) -> list:
    return [MinValueValidator(least), MaxValueValidator(most)]


@tracked("ReferringPolicyHistory")
class ReferringPolicy(MunicipalModel):
    """One row a municipality; ``policy_of`` gives the defaults where there is none."""

    class Review(models.TextChoices):
        NEVER = "never", _("не се иска")
        REFUSALS = "refusals", _("когато не се насочва към услуга")
        ALWAYS = "always", _("за всяка оценка")

    review = models.CharField(
        _("преглед от ръководителя"),
        max_length=10,
        choices=Review.choices,
        default=Review.REFUSALS,
        help_text=_("Преди оценката да стане документ."),
    )
    offer_days = models.PositiveSmallIntegerField(
        _("дни за отговор на предложено място"),
        default=5,
        validators=_days(1, 60),
        help_text=_("Работни дни. После мястото се предлага на следващия."),
    )
    link_days = models.PositiveSmallIntegerField(
        _("дни, в които важи връзка за доставчик"), default=14, validators=_days(1, 90)
    )
    outcome_after_days = models.PositiveSmallIntegerField(
        _("дни от началото на услугата до въпроса „Стигна ли помощта до вас?“"),
        default=30,
        validators=_days(1, 365),
    )
    soon_days = models.PositiveSmallIntegerField(
        _("дни преди срока, в които се напомня"), default=3, validators=_days(1, 30)
    )
    escalate_days = models.PositiveSmallIntegerField(
        _("дни след срока, след които се пише на ръководителя"),
        default=1,
        validators=_days(0, 30),
    )
    appeal_court = models.CharField(
        _("съд, пред който се обжалва"), max_length=160, blank=True,
        help_text=_("Например: Административен съд – Сливен."),
    )  # fmt: skip
    appeal_note = models.TextField(
        _("указание за обжалване"),
        max_length=1500,
        blank=True,
        help_text=_("Стои в документа, когато не се насочва към услуга."),
    )
    appeal_verified = models.BooleanField(_("указанието е сверено със закона"), default=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        verbose_name = _("правила за насочване")
        verbose_name_plural = _("правила за насочване")
        constraints = [models.UniqueConstraint(fields=["municipality"], name="policy_once")]

    def __str__(self) -> str:
        return "правила за насочване"


def policy_of(municipality: Municipality) -> ReferringPolicy:
    """Return the municipality's rules, the defaults where nobody set any. Needs its scope."""
    return ReferringPolicy.objects.first() or ReferringPolicy(municipality=municipality)
