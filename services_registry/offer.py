"""What a service costs and what places it has."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.templatetags.portal import money
from municipalities.tenancy import MunicipalModel

EVERYBODY = "всички"


class Fee(MunicipalModel):
    """Такса for a group of users. A number that nobody verified is never shown to a citizen."""

    class Kind(models.TextChoices):
        FREE = "free", _("безплатно")
        FIXED = "fixed", _("определена сума")
        INCOME_SHARE = "income_share", _("според дохода")
        UNKNOWN = "unknown", _("уточнява се")

    class Per(models.TextChoices):
        MONTH = "month", _("на месец")
        DAY = "day", _("на ден")
        VISIT = "visit", _("на посещение")

    service = models.ForeignKey(
        "services_registry.Service",
        on_delete=models.CASCADE,
        related_name="fees",
        verbose_name=_("услуга"),
    )
    user_group = models.CharField(_("за кого"), max_length=160)
    kind = models.CharField(_("вид"), max_length=12, choices=Kind.choices)
    amount = models.DecimalField(_("сума"), max_digits=8, decimal_places=2, null=True, blank=True)
    currency = models.CharField(
        _("валута"), max_length=3, choices=[("EUR", "€"), ("BGN", "лв.")], default="EUR"
    )
    per = models.CharField(_("за"), max_length=5, choices=Per.choices, blank=True)
    note = models.CharField(_("бележка"), max_length=250, blank=True)
    legal_act = models.CharField(_("правно основание"), max_length=200, blank=True)
    valid_from = models.DateField(_("в сила от"), null=True, blank=True)
    valid_to = models.DateField(_("в сила до"), null=True, blank=True)
    verified = models.BooleanField(_("сумата е проверена в акта"), default=False)

    objects = ScopedManager(municipality="municipality")
    public = models.Manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("такса")
        verbose_name_plural = _("такси")
        constraints = [
            models.CheckConstraint(
                name="fee_fixed_has_amount",
                condition=~Q(kind="fixed") | Q(amount__isnull=False, amount__gte=0),
                violation_error_message=_(
                    "Определената сума трябва да е число, не по-малко от нула."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_group}: {self.get_kind_display()}"

    @property
    def amount_for_citizens(self):
        """The amount if somebody verified it, else None."""
        return self.amount if self.verified else None

    def for_citizens(self) -> str:
        """Say what the group pays in plain words; a sum that nobody verified is not said."""
        if self.kind == self.Kind.FREE:
            words = gettext("безплатно")
        elif self.kind == self.Kind.INCOME_SHARE:
            words = gettext("такса според дохода")
        elif self.kind == self.Kind.UNKNOWN:
            words = gettext("таксата се уточнява във фронт-офиса")
        elif self.amount_for_citizens is None:
            words = gettext("определена такса; точната сума ще ви кажат във фронт-офиса")
        else:
            words = f"{money(self.amount, self.currency)} {self.get_per_display()}".strip()
        return words if self.is_for_some else capfirst(words)

    @property
    def is_for_some(self) -> bool:
        """Whether the fee is for a group and not for everybody."""
        return bool(self.user_group) and self.user_group != EVERYBODY


class Capacity(MunicipalModel):
    """Капацитет, свободни места и чакащи at a date; the newest row is the present state."""

    service = models.ForeignKey(
        "services_registry.Service",
        on_delete=models.CASCADE,
        related_name="capacities",
        verbose_name=_("услуга"),
    )
    as_of = models.DateField(_("към дата"), default=timezone.localdate)
    places = models.PositiveIntegerField(_("места"))
    free = models.PositiveIntegerField(_("свободни"))
    waiting = models.PositiveIntegerField(_("чакащи"), default=0)

    objects = ScopedManager(municipality="municipality")
    public = models.Manager()

    class Meta:
        ordering = ("-as_of", "-pk")
        verbose_name = _("свободни места към дата")
        verbose_name_plural = _("свободни места по дати")
        indexes = [models.Index(fields=["service", "-as_of", "-id"], name="capacity_newest")]
        constraints = [
            models.UniqueConstraint(fields=["service", "as_of"], name="capacity_once_a_day"),
            models.CheckConstraint(
                name="capacity_free_within_places",
                condition=Q(free__lte=models.F("places")),
                violation_error_message=_("Свободните места не може да са повече от всички."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.free} от {self.places} към {self.as_of:%d.%m.%Y}"
