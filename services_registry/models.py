"""The registry: providers, services, where they are given, what they cost, what places are free."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.hours import OpeningHours, OpenState, open_state, week
from municipalities.models import Settlement
from municipalities.places import AccessiblePlace
from municipalities.templatetags.portal import money
from municipalities.tenancy import MunicipalModel
from services_registry.classifiers import (  # noqa: F401  Django finds an app's models here
    LifeSituation,
    RequiredDocument,
    SearchSynonym,
    SearchTerm,
    ServiceKind,
    TargetGroup,
)
from services_registry.fields import IndexField, public_id
from services_registry.providers import Provider, ProviderMembership  # noqa: F401  as above

EVERYBODY = "всички"


class ServiceQuerySet(models.QuerySet):
    def with_latest_capacity(self):
        """Annotate places, free, waiting and their date from the newest snapshot."""
        newest = Capacity.public.filter(service=models.OuterRef("pk")).order_by("-as_of", "-pk")
        return self.annotate(
            capacity_as_of=models.Subquery(newest.values("as_of")[:1]),
            capacity_places=models.Subquery(newest.values("places")[:1]),
            capacity_free=models.Subquery(newest.values("free")[:1]),
            capacity_waiting=models.Subquery(newest.values("waiting")[:1]),
        )

    def for_listing(self):
        """Bring what a result shows: provider, municipality, sites with their settlement."""
        sites = ServiceSite.public.select_related("settlement").order_by("pk")
        return (
            self.select_related("provider", "municipality")
            .with_latest_capacity()
            .prefetch_related(Prefetch("sites", queryset=sites))
        )

    def for_page(self):
        """Bring everything the service's own page shows, in a fixed number of queries."""
        hours = SiteHours.public.order_by("weekday", "opens")
        sites = (
            ServiceSite.public.select_related("settlement")
            .prefetch_related(Prefetch("hours", queryset=hours))
            .order_by("pk")
        )
        return (
            self.select_related("provider", "municipality")
            .with_latest_capacity()
            .prefetch_related(
                Prefetch("sites", queryset=sites),
                Prefetch("fees", queryset=Fee.public.order_by("pk")),
                Prefetch("papers", queryset=ServicePaper.public.select_related("document")),
                "kinds",
                "target_groups",
                "life_situations",
            )
        )


class PublicServiceManager(models.Manager.from_queryset(ServiceQuerySet)):
    """Services that anyone may see, of any municipality."""

    def get_queryset(self):
        shown = super().get_queryset().filter(status__in=Service.PUBLIC_STATUSES)
        return shown.filter(municipality__is_active=True)


@tracked("ServiceHistory", exclude=("search_vector",))
class Service(MunicipalModel):
    """Социална услуга: an entry of the municipality's registry."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("чернова")
        PUBLISHED = "published", _("публикувана")
        PAUSED = "paused", _("временно спряна")
        CLOSED = "closed", _("закрита")

    class Scope(models.TextChoices):
        GENERAL = "general", _("общодостъпна")
        SPECIALISED = "specialised", _("специализирана")

    class Setting(models.TextChoices):
        HOME = "home", _("в дома")
        SPECIALISED = "specialised", _("в център или друго място")
        MOBILE = "mobile", _("на място при хората (мобилно)")

    class Financing(models.TextChoices):
        STATE = "state", _("държавно делегирана дейност")
        MUNICIPAL = "municipal", _("местна дейност на общината")
        PROJECT = "project", _("по проект")
        PRIVATE = "private", _("частно финансиране")

    class ReferredBy(models.TextChoices):
        NOBODY = "none", _("не е нужно насочване")
        MUNICIPALITY = "municipality", _("насочва общината")
        DIRECTORATE = "directorate", _("насочва дирекция „Социално подпомагане“")
        UNCLEAR = "unclear", _("уточнява се във фронт-офиса")

    class CheckedBy(models.TextChoices):
        PROVIDER = "provider", _("доставчика")
        OFFICE = "office", _("фронт-офиса")

    PUBLIC_STATUSES = (Status.PUBLISHED, Status.PAUSED)

    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="services", verbose_name=_("доставчик")
    )
    name = models.CharField(_("наименование"), max_length=160)
    slug = models.SlugField(_("адрес в портала"), max_length=100)
    summary = models.CharField(
        _("накратко"), max_length=400, help_text=_("Едно-две изречения с думите на хората.")
    )
    description = models.TextField(_("описание"), blank=True)
    for_whom = models.TextField(_("за кого е"), blank=True)
    not_for = models.TextField(_("за кого не е"), blank=True)
    own_words = models.TextField(
        _("как го търсят хората"), blank=True, help_text=_("Думи и изрази със запетая между тях.")
    )
    kinds = models.ManyToManyField(
        ServiceKind,
        related_name="+",
        blank=True,  # лична помощ and топъл обяд support people and are no kind of чл. 15
        verbose_name=_("видове по чл. 15"),
    )
    scope = models.CharField(_("обхват (чл. 12)"), max_length=12, choices=Scope.choices)
    settings = ArrayField(
        models.CharField(max_length=12, choices=Setting.choices),
        verbose_name=_("среда"),
        default=list,
    )
    financing = models.CharField(_("финансиране"), max_length=10, choices=Financing.choices)
    referred_by = models.CharField(
        _("насочване"), max_length=14, choices=ReferredBy.choices, default=ReferredBy.UNCLEAR
    )
    target_groups = models.ManyToManyField(
        TargetGroup, related_name="+", blank=True, verbose_name=_("целеви групи")
    )
    life_situations = models.ManyToManyField(
        LifeSituation, related_name="+", blank=True, verbose_name=_("житейски ситуации")
    )
    steps = ArrayField(
        models.CharField(max_length=300),
        verbose_name=_("как се кандидатства"),
        default=list,
        blank=True,
    )
    status = models.CharField(
        _("състояние"), max_length=10, choices=Status.choices, default=Status.DRAFT
    )
    paused_reason = models.CharField(_("защо е спряна"), max_length=250, blank=True)
    checked_on = models.DateField(_("проверена на"), null=True, blank=True)
    checked_by = models.CharField(
        _("проверена от"), max_length=10, choices=CheckedBy.choices, blank=True, default=""
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    search_vector = IndexField(null=True, editable=False)
    public_id = public_id()

    objects = ScopedManager(
        municipality="municipality", _manager_class=models.Manager.from_queryset(ServiceQuerySet)
    )
    public = PublicServiceManager()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("социална услуга")
        verbose_name_plural = _("социални услуги")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "slug"], name="service_slug_in_municipality"
            ),
            models.CheckConstraint(
                name="service_paused_has_reason",
                condition=~Q(status="paused") | ~Q(paused_reason=""),
                violation_error_message=_("Кажете на гражданите защо услугата е спряна."),
            ),
            models.CheckConstraint(
                name="service_checked_by_somebody",
                condition=Q(checked_on__isnull=True) | ~Q(checked_by=""),
                violation_error_message=_("Посочете кой е проверил данните."),
            ),
        ]
        indexes = [
            GinIndex(fields=["search_vector"], name="service_search"),
            models.Index(fields=["status", "name"], name="service_status_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("service", args=[self.municipality.slug, self.slug])

    @property
    def is_public(self) -> bool:
        """Whether citizens see the service."""
        return self.status in self.PUBLIC_STATUSES

    @property
    def days_since_checked(self) -> int | None:
        """Days since somebody confirmed the data, None if nobody has."""
        return (timezone.localdate() - self.checked_on).days if self.checked_on else None

    def setting_names(self) -> list[str]:
        """Return the words for where the service is given."""
        names = dict(self.Setting.choices)
        return [str(names.get(code, code)) for code in self.settings]


class ServiceSite(MunicipalModel, AccessiblePlace):
    """Място на предоставяне. The address of a shelter from violence is secret and never shown."""

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="sites", verbose_name=_("услуга")
    )
    name = models.CharField(_("наименование"), max_length=160, blank=True)
    settlement = models.ForeignKey(
        Settlement, on_delete=models.PROTECT, related_name="+", verbose_name=_("населено място")
    )
    address = models.CharField(_("адрес"), max_length=200, blank=True)
    address_is_secret = models.BooleanField(_("адресът не се показва"), default=False)
    latitude = models.DecimalField(
        _("ширина"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("дължина"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    phone = models.CharField(_("телефон"), max_length=40, blank=True)
    email = models.EmailField(_("е-поща"), blank=True)
    note = models.CharField(_("бележка за мястото"), max_length=250, blank=True)
    public_id = public_id()

    objects = ScopedManager(municipality="municipality")
    public = models.Manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("място")
        verbose_name_plural = _("места")
        constraints = [
            models.CheckConstraint(
                name="secret_site_has_no_address",
                condition=Q(address_is_secret=False)
                | Q(address="", latitude__isnull=True, longitude__isnull=True),
                violation_error_message=_("Място с таен адрес не се записва с адрес и координати."),
            ),
            models.CheckConstraint(
                name="site_has_both_coordinates",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                violation_error_message=_("Координатите са две: ширина и дължина."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.settlement}"

    def week(self) -> list[tuple[str, str]]:
        """Return the working week as (days, times)."""
        return week(self.hours.all())

    def open_state(self, moment: dt.datetime | None = None) -> OpenState | None:
        """Say whether the place is open at ``moment`` (now); None where hours are not known."""
        return open_state(self.hours.all(), moment)


class SiteHours(MunicipalModel, OpeningHours):
    """Working hours of a place."""

    site = models.ForeignKey(
        ServiceSite, on_delete=models.CASCADE, related_name="hours", verbose_name=_("място")
    )

    objects = ScopedManager(municipality="municipality")
    public = models.Manager()

    class Meta(OpeningHours.Meta):
        constraints = [
            models.UniqueConstraint(fields=["site", "weekday", "opens"], name="site_hours_once")
        ]


class ServicePaper(MunicipalModel):
    """A document the service asks for."""

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="papers", verbose_name=_("услуга")
    )
    document = models.ForeignKey(
        RequiredDocument, on_delete=models.PROTECT, related_name="+", verbose_name=_("документ")
    )
    note = models.CharField(_("бележка"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("ред"), default=0)

    objects = ScopedManager(municipality="municipality")
    public = models.Manager()

    class Meta:
        ordering = ("order", "pk")
        verbose_name = _("нужен документ")
        verbose_name_plural = _("нужни документи")
        constraints = [
            models.UniqueConstraint(fields=["service", "document"], name="service_paper_once")
        ]

    def __str__(self) -> str:
        return str(self.document)


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
        Service, on_delete=models.CASCADE, related_name="fees", verbose_name=_("услуга")
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
            words = _("безплатно")
        elif self.kind == self.Kind.INCOME_SHARE:
            words = _("такса според дохода")
        elif self.kind == self.Kind.UNKNOWN:
            words = _("таксата се уточнява във фронт-офиса")
        elif self.amount_for_citizens is None:
            words = _("определена такса; точната сума ще ви кажат във фронт-офиса")
        else:
            words = f"{money(self.amount, self.currency)} {self.get_per_display()}".strip()
        return str(words) if self.is_for_some else capfirst(words)

    @property
    def is_for_some(self) -> bool:
        """Whether the fee is for a group and not for everybody."""
        return bool(self.user_group) and self.user_group != EVERYBODY


class Capacity(MunicipalModel):
    """Капацитет, свободни места и чакащи at a date; the newest row is the present state."""

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="capacities", verbose_name=_("услуга")
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
