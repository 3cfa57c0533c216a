"""The registry: providers, services, where they are given, what they cost, what places are free."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.days import add_months
from municipalities.models import User
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
from services_registry.imports.models import ColumnMatch, ImportRun  # noqa: F401  as above
from services_registry.offer import EVERYBODY, Capacity, Fee  # noqa: F401  as above
from services_registry.providers import Provider, ProviderMembership  # noqa: F401  as above
from services_registry.sites import ServiceSite, SiteException, SiteHours
from services_registry.upkeep.models import (  # noqa: F401  as above
    ChangeProposal,
    Confirmation,
    ErrorReport,
    ReviewReminder,
)
from services_registry.wanted import UnmetSearch  # noqa: F401  as above


class ServiceQuerySet(models.QuerySet):
    def shown(self):
        """Services that citizens see today: of a public state, up to the end of their last day."""
        still = Q(closes_on__isnull=True) | Q(closes_on__gte=timezone.localdate())
        return self.filter(still, status__in=Service.PUBLIC_STATUSES)

    def with_latest_capacity(self):
        """Annotate places, free, waiting and their date from the newest snapshot."""
        newest = Capacity.public.filter(service=models.OuterRef("pk")).order_by("-as_of", "-pk")
        return self.annotate(
            capacity_as_of=models.Subquery(newest.values("as_of")[:1]),
            capacity_places=models.Subquery(newest.values("places")[:1]),
            capacity_free=models.Subquery(newest.values("free")[:1]),
            capacity_waiting=models.Subquery(newest.values("waiting")[:1]),
        )

    def with_freshness(self):
        """Annotate ``review_due`` (date or None) and ``stale``: due before today, or never checked.

        The same as the properties ``review_due_on`` and ``is_stale``, for filters and orders.
        """
        due = models.Func(
            models.F("checked_on"),
            models.F("review_every"),
            template="(%(expressions)s))::date",
            arg_joiner=" + make_interval(months => ",
            output_field=models.DateField(),
        )
        return self.annotate(review_due=due).annotate(
            stale=models.Case(
                models.When(review_due__gte=timezone.localdate(), then=models.Value(False)),
                default=models.Value(True),
                output_field=models.BooleanField(),
            )
        )

    def for_listing(self):
        """Bring what a result shows: provider, municipality, sites with their settlement."""
        sites = ServiceSite.public.select_related("settlement").order_by("pk")
        return (
            self.select_related("provider", "municipality")
            .with_latest_capacity()
            .prefetch_related(Prefetch("sites", queryset=sites))
        )

    def with_all_parts(self):
        """Bring everything a record consists of, published or not, as those who keep it see it."""
        sites = ServiceSite.objects.select_related("settlement").prefetch_related(
            "hours", "exceptions"
        )
        return self.defer("search_vector").prefetch_related(
            "kinds",
            "target_groups",
            "life_situations",
            "fees",
            "capacities",
            Prefetch("sites", queryset=sites.order_by("pk")),
            Prefetch("papers", queryset=ServicePaper.objects.select_related("document")),
        )

    def for_page(self):
        """Bring everything the service's own page shows, in a fixed number of queries."""
        hours = SiteHours.public.order_by("weekday", "opens")
        sites = (
            ServiceSite.public.select_related("settlement")
            .prefetch_related(
                Prefetch("hours", queryset=hours),
                Prefetch("exceptions", queryset=SiteException.upcoming()),
            )
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
        return super().get_queryset().shown().filter(municipality__is_active=True)


@tracked("ServiceHistory", exclude=("search_vector",))
class Service(MunicipalModel):
    """Социална услуга: an entry of the municipality's registry."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("чернова")
        REVIEW = "review", _("за преглед")
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

    class Function(models.TextChoices):
        PREVENTIVE = "preventive", _("превантивна")
        SUPPORTING = "supporting", _("подкрепяща")
        RESTORATIVE = "restorative", _("възстановителна")

    class Term(models.TextChoices):
        SHORT = "short", _("краткосрочна")
        MEDIUM = "medium", _("средносрочна")
        LONG = "long", _("дългосрочна")

    class Intensity(models.TextChoices):
        HOURLY = "hourly", _("почасово")
        HALF_DAY = "half_day", _("полудневно")
        FULL_DAY = "full_day", _("целодневно")
        AROUND_THE_CLOCK = "around_the_clock", _("денонощно")

    class Language(models.TextChoices):
        BULGARIAN = "bg", _("български")
        TURKISH = "tr", _("турски")
        ROMANI = "rom", _("ромски")
        ENGLISH = "en", _("английски")
        RUSSIAN = "ru", _("руски")
        UKRAINIAN = "uk", _("украински")
        ARMENIAN = "hy", _("арменски")
        ARABIC = "ar", _("арабски")
        FARSI = "fa", _("фарси")

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
    eligibility = models.TextField(
        _("кога имате право"), blank=True, help_text=_("Условията с прости думи.")
    )
    easy_read = models.TextField(
        _("лесно за четене"),
        blank=True,
        help_text=_("Кратки изречения, по едно нещо в изречение. Празен ред дели частите."),
    )
    easy_read_tested_by = models.CharField(
        _("лесният текст е проверен с"),
        max_length=160,
        blank=True,
        help_text=_("С кои хора е проверен, без имена: „група от дневния център“."),
    )
    easy_read_tested_on = models.DateField(_("проверен на"), null=True, blank=True)
    summary_en = models.CharField(_("накратко на английски"), max_length=400, blank=True)
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
    functions = ArrayField(
        models.CharField(max_length=12, choices=Function.choices),
        verbose_name=_("функция"),
        default=list,
        blank=True,
    )
    terms = ArrayField(
        models.CharField(max_length=8, choices=Term.choices),
        verbose_name=_("срок на ползване"),
        default=list,
        blank=True,
    )
    intensities = ArrayField(
        models.CharField(max_length=18, choices=Intensity.choices),
        verbose_name=_("продължителност през деня"),
        default=list,
        blank=True,
    )
    languages = ArrayField(
        models.CharField(max_length=3, choices=Language.choices),
        verbose_name=_("езици"),
        default=list,
        blank=True,
    )
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
    owner = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("отговаря за данните"),
    )
    review_every = models.PositiveSmallIntegerField(
        _("преглежда се на (месеци)"),
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(36)],
    )
    legal_act = models.CharField(
        _("създадена с акт"),
        max_length=200,
        blank=True,
        help_text=_("Решение на общинския съвет или заповед, с номер."),
    )
    legal_act_on = models.DateField(_("дата на акта"), null=True, blank=True)
    opened_on = models.DateField(_("работи от"), null=True, blank=True)
    in_national_map = models.BooleanField(_("включена в Националната карта"), null=True, blank=True)
    closes_on = models.DateField(
        _("последен ден"),
        null=True,
        blank=True,
        help_text=_("След този ден услугата сама става „закрита“."),
    )
    closing_note = models.CharField(_("какво следва за хората"), max_length=250, blank=True)
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
            models.CheckConstraint(
                name="service_reviewed_in_time",
                condition=Q(review_every__gte=1, review_every__lte=36),
                violation_error_message=_("Срокът за преглед е от 1 до 36 месеца."),
            ),
            models.CheckConstraint(
                name="service_easy_read_tested_with",
                condition=Q(easy_read_tested_on__isnull=True) | ~Q(easy_read_tested_by=""),
                violation_error_message=_("Посочете с кого е проверен лесният текст."),
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
        """Whether citizens see the service today, as ``ServiceQuerySet.shown`` has it."""
        return self.status in self.PUBLIC_STATUSES and not self._has_ended

    @property
    def _has_ended(self) -> bool:
        return self.closes_on is not None and self.closes_on < timezone.localdate()

    @property
    def state_words(self) -> str:
        """The state in words; past its last day a service is closed, before the night says so."""
        has_closed = self.status in self.PUBLIC_STATUSES and self._has_ended
        return str((self.Status.CLOSED if has_closed else self.Status(self.status)).label)

    @property
    def days_since_checked(self) -> int | None:
        """Days since somebody confirmed the data, None if nobody has."""
        return (timezone.localdate() - self.checked_on).days if self.checked_on else None

    @property
    def review_due_on(self) -> dt.date | None:
        """The last day on which the data count as fresh, None if nobody has confirmed them."""
        return add_months(self.checked_on, self.review_every) if self.checked_on else None

    @property
    def is_stale(self) -> bool:
        """Whether the data are older than their review interval allows, or were never checked."""
        due = self.review_due_on
        return due is None or due < timezone.localdate()

    def setting_names(self) -> list[str]:
        """Return the words for where the service is given."""
        return self._words(self.Setting, self.settings)

    def function_names(self) -> list[str]:
        """Return the words for what the service does: prevents, supports, restores."""
        return self._words(self.Function, self.functions)

    def term_names(self) -> list[str]:
        """Return the words for how long the service is used."""
        return self._words(self.Term, self.terms)

    def intensity_names(self) -> list[str]:
        """Return the words for how much of the day it takes."""
        return self._words(self.Intensity, self.intensities)

    def language_names(self) -> list[str]:
        """Return the languages spoken there."""
        return self._words(self.Language, self.languages)

    @staticmethod
    def _words(choices: type[models.TextChoices], codes: list[str]) -> list[str]:
        names = dict(choices.choices)
        return [str(names.get(code, code)) for code in codes]


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
