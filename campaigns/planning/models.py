"""For whom a campaign is, what it says, where it goes, what it handed out and what was written."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.models import Settlement
from municipalities.tenancy import MunicipalModel
from projects.models import Expense


class PublicAudienceManager(models.Manager):
    """Groups in use; their names say nothing of anybody."""

    def get_queryset(self):
        return super().get_queryset().filter(is_active=True, municipality__is_active=True)


@tracked("AudienceHistory")
class Audience(MunicipalModel):
    """Група хора: to whom campaigns speak and by which those who came are counted."""

    code = models.SlugField(_("код"), max_length=40)
    name = models.CharField(_("група"), max_length=120)
    order = models.PositiveSmallIntegerField(_("ред"), default=0)
    is_active = models.BooleanField(_("в употреба"), default=True)

    objects = ScopedManager(municipality="municipality")
    public = PublicAudienceManager()

    class Meta:
        ordering = ("order", "name", "pk")
        verbose_name = _("група хора")
        verbose_name_plural = _("групи хора")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="audience_code_once")
        ]

    def __str__(self) -> str:
        return self.name


class OfCampaign(MunicipalModel):
    """Base of rows about one campaign."""

    campaign = models.ForeignKey(
        "campaigns.Campaign",
        on_delete=models.CASCADE,
        related_name="%(class)ss",
        verbose_name=_("кампания"),
    )

    class Meta:
        abstract = True


class CampaignMessage(OfCampaign):
    """Послание: what is said to whom."""

    audience = models.ForeignKey(
        Audience,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("за кого"),
    )
    words = models.CharField(_("послание"), max_length=400)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("pk",)
        verbose_name = _("послание")
        verbose_name_plural = _("послания")

    def __str__(self) -> str:
        return self.words


class CampaignSettlement(OfCampaign):
    """Населено място that the campaign means to reach; whether it did, its events say."""

    settlement = models.ForeignKey(
        Settlement, on_delete=models.PROTECT, related_name="+", verbose_name=_("населено място")
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("settlement__name", "pk")
        verbose_name = _("населено място на кампания")
        verbose_name_plural = _("населени места на кампания")
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "settlement"],
                name="campaign_settlement_once",
                violation_error_message=_("Това населено място вече е в плана."),
            )
        ]

    def __str__(self) -> str:
        return str(self.settlement)


class CampaignExpense(OfCampaign):
    """An expense of the project that was made for the campaign."""

    expense = models.ForeignKey(
        Expense, on_delete=models.CASCADE, related_name="+", verbose_name=_("разход")
    )

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("pk",)
        verbose_name = _("разход за кампания")
        verbose_name_plural = _("разходи за кампания")
        constraints = [
            models.UniqueConstraint(
                fields=["expense"],
                name="campaign_expense_once",
                violation_error_message=_("Този разход вече е към кампания."),
            )
        ]

    def __str__(self) -> str:
        return str(self.expense)


@tracked("ClippingHistory", exclude=("path",))
class Clipping(OfCampaign):
    """Публикация: what a newspaper, a site or a radio said of a campaign."""

    class Medium(models.TextChoices):
        SITE = "site", _("сайт")
        NEWSPAPER = "newspaper", _("вестник")
        RADIO = "radio", _("радио")
        TELEVISION = "television", _("телевизия")
        SOCIAL = "social", _("социална мрежа")

    event = models.ForeignKey(
        "campaigns.CampaignEvent",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("събитие"),
    )
    day = models.DateField(_("дата"))
    medium = models.CharField(_("вид медия"), max_length=10, choices=Medium.choices)
    outlet = models.CharField(_("медия"), max_length=120)
    title = models.CharField(_("заглавие"), max_length=250)
    url = models.URLField(_("адрес"), max_length=500, blank=True)
    reach = models.PositiveIntegerField(
        _("обхват"), null=True, blank=True,
        help_text=_("Колко души е стигнала, ако медията го е казала."),
    )  # fmt: skip
    # A copy of it; empty where there is none.
    name = models.CharField(_("файл"), max_length=120, blank=True, editable=False)
    content_type = models.CharField(max_length=100, blank=True, editable=False)
    size = models.PositiveIntegerField(default=0, editable=False)
    path = models.CharField(max_length=60, blank=True, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-day", "-pk")
        verbose_name = _("публикация в медия")
        verbose_name_plural = _("публикации в медиите")

    def __str__(self) -> str:
        return self.title


@tracked("HandoutHistory")
class Handout(OfCampaign):
    """Раздадени материали: how many copies of what, where and when."""

    event = models.ForeignKey(
        "campaigns.CampaignEvent",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="handouts",
        verbose_name=_("събитие"),
    )
    material = models.ForeignKey(
        "campaigns.Material",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="handouts",
        verbose_name=_("материал"),
    )
    what = models.CharField(
        _("какво"), max_length=160, blank=True, help_text=_("Ако не е сред материалите.")
    )
    copies = models.PositiveIntegerField(_("брой"), validators=[MinValueValidator(1)])
    day = models.DateField(_("дата"), default=timezone.localdate)
    settlement = models.ForeignKey(
        Settlement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("населено място"),
    )
    place = models.CharField(_("къде"), max_length=160, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-day", "-pk")
        verbose_name = _("раздадени материали")
        verbose_name_plural = _("раздадени материали")
        constraints = [
            models.CheckConstraint(condition=Q(copies__gte=1), name="handout_of_something"),
            models.CheckConstraint(
                condition=Q(material__isnull=False) | ~Q(what=""),
                name="handout_says_what",
                violation_error_message=_("Изберете материал или напишете какво е раздадено."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.material or self.what}: {self.copies}"
