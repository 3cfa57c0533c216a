"""The projects a municipality runs: money by source, partners, activities, budget, results.

What a source does not say stays empty here: a start without a year is words in ``starts_note``,
never a date somebody guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Prefetch, Q
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.addresses import save_with_address
from municipalities.audit import tracked
from municipalities.numbers import percent, plain
from municipalities.tenancy import MunicipalModel
from projects.models_programmes import Procedure, Programme
from projects.money import AmountField, Currency, in_both, share, to_eur
from projects.period import End, day_text, end_text, months_text, period_text, planned_end

LONGEST_PROJECT_MONTHS = 120
LONGEST_ACTIVITY_NAME = 80


class ProjectQuerySet(models.QuerySet):
    def for_listing(self):
        """Bring what a row of a list shows."""
        return self.select_related("municipality", "programme", "procedure")

    def for_page(self):
        """Bring everything the public page shows, in a fixed number of queries."""
        return self.for_listing().prefetch_related(
            *(
                Prefetch(name, queryset=model.public.all())
                for name, model in (
                    ("funding", FundingSource),
                    ("partners", Partner),
                    ("activities", Activity),
                    ("indicators", Indicator),
                )
            )
        )


class PublicProjectManager(models.Manager.from_queryset(ProjectQuerySet)):
    """Projects that anybody may read, of any municipality."""

    def get_queryset(self):
        return super().get_queryset().filter(is_public=True, municipality__is_active=True)


class PublicPartManager(models.Manager):
    """Parts of the projects that anybody may read."""

    def get_queryset(self):
        return super().get_queryset().filter(project__is_public=True)


@tracked("ProjectHistory")
class Project(MunicipalModel):
    """Проект of a municipality, as its contract or its announcement describes it."""

    class AmountKind(models.TextChoices):
        VALUE = "value", _("стойност на проекта")
        GRANT = "grant", _("безвъзмездна финансова помощ")

    class EuStatement(models.TextChoices):
        FINANCED = "financed", _("Финансирано от Европейския съюз")
        COFINANCED = "cofinanced", _("Съфинансирано от Европейския съюз")

    name = models.CharField(_("име"), max_length=250)
    slug = models.SlugField(_("адрес в портала"), max_length=170, unique=True)
    summary = models.TextField(
        _("накратко"), blank=True, help_text=_("Какво ще се направи, с думи за гражданите.")
    )
    aim = models.TextField(_("цел"), blank=True)
    is_public = models.BooleanField(
        _("показва се на гражданите"),
        default=False,
        help_text=_("Проектът получава страница в портала."),
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="projects", verbose_name=_("програма")
    )
    procedure = models.ForeignKey(
        Procedure,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("процедура"),
    )
    contract_number = models.CharField(_("номер на договора"), max_length=60, blank=True)
    contract_signed_on = models.DateField(_("договорът е подписан на"), null=True, blank=True)
    contract_signed_note = models.CharField(
        _("подписан (непълна дата)"),
        max_length=60,
        blank=True,
        help_text=_("Когато датата не е известна докрай, например „през февруари“."),
    )
    eu_statement = models.CharField(
        _("израз до емблемата на ЕС"),
        max_length=12,
        choices=EuStatement.choices,
        default=EuStatement.COFINANCED,
    )
    amount_kind = models.CharField(
        _("какво е сумата"), max_length=8, choices=AmountKind.choices, default=AmountKind.VALUE
    )
    amount = AmountField(_("сума"))
    currency = models.CharField(
        _("валута"),
        max_length=3,
        choices=Currency.choices,
        default=Currency.EUR,
        help_text=_("Както е по договора: лева за договори отпреди 2026 г."),
    )
    starts_on = models.DateField(_("начало"), null=True, blank=True)
    starts_note = models.CharField(
        _("начало (непълна дата)"),
        max_length=60,
        blank=True,
        help_text=_("Когато датата не е известна докрай, например „3 юли“ без година."),
    )
    ends_on = models.DateField(_("край"), null=True, blank=True)
    duration_months = models.PositiveSmallIntegerField(
        _("срок в месеци"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_PROJECT_MONTHS)],
    )
    eligible_from = models.DateField(_("допустими разходи от"), null=True, blank=True)
    eligible_to = models.DateField(_("допустими разходи до"), null=True, blank=True)
    last_payment_on = models.DateField(_("последно плащане към общината"), null=True, blank=True)
    sustained_to = models.DateField(
        _("устойчивост до"),
        null=True,
        blank=True,
        help_text=_("До кога резултатите се поддържат след края."),
    )
    # What has to be shown outside the portal (Regulation (EU) 2021/1060, art. 50).
    has_investment = models.BooleanField(
        _("има ремонт или оборудване"),
        default=False,
        help_text=_("Физическа инвестиция: от нея зависи дали се поставя табела."),
    )
    poster_place = models.CharField(_("плакатът е поставен"), max_length=200, blank=True)
    poster_on = models.DateField(_("поставен на"), null=True, blank=True)
    plaque_place = models.CharField(_("табелата е поставена"), max_length=200, blank=True)
    plaque_on = models.DateField(_("поставена на"), null=True, blank=True)
    site_url = models.URLField(_("страница в сайта на общината"), blank=True)
    note = models.TextField(
        _("бележка към данните"),
        blank=True,
        help_text=_("Откъде са данните и какво липсва. Вижда се само тук."),
    )

    objects = ScopedManager(
        municipality="municipality", _manager_class=models.Manager.from_queryset(ProjectQuerySet)
    )
    public = PublicProjectManager()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("проект")
        verbose_name_plural = _("проекти")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="project_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(currency__in=Currency.values), name="project_currency_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="project_ends_after_start",
                violation_error_message=_("Краят трябва да е след началото."),
            ),
            models.CheckConstraint(
                condition=Q(duration_months__range=(1, LONGEST_PROJECT_MONTHS)),
                name="project_months_sensible",
                violation_error_message=_("Срокът е между 1 и %(longest)s месеца.")
                % {"longest": LONGEST_PROJECT_MONTHS},
            ),
            models.UniqueConstraint(
                fields=["municipality", "contract_number"],
                condition=~Q(contract_number=""),
                name="project_contract_once",
                violation_error_message=_("Общината вече има проект с този номер на договор."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("project", args=[self.slug])

    def clean(self):
        procedure = self.procedure if self.procedure_id else None
        if procedure and self.programme_id and procedure.programme_id != self.programme_id:
            raise ValidationError(
                {"procedure": _("Процедурата е по друга програма: %s.") % procedure.programme}
            )
        if self.starts_on and self.starts_note:
            raise ValidationError({"starts_note": _("Датата е известна; непълната не е нужна.")})

    def save(self, *args, **kwargs):
        """Save; a project without an address gets one from its name, kept for good."""
        save_with_address(self, super().save, *args, **kwargs)

    @property
    def amount_eur(self) -> Decimal | None:
        """The amount in euro, derived."""
        return to_eur(self.amount, self.currency)

    @property
    def planned_end(self) -> End | None:
        """The contracted end, or the one worked out from start and months, marked so."""
        return planned_end(self.starts_on, self.duration_months, self.ends_on)

    def amount_text(self) -> str:
        """The amount as contracted with the euro beside it."""
        return in_both(self.amount, self.currency)

    @property
    def is_cofinanced(self) -> bool:
        """Which of the two statements stands beside the emblem."""
        return self.eu_statement == self.EuStatement.COFINANCED

    def signed_text(self) -> str:
        """When the contract was signed, as far as it is known."""
        return day_text(self.contract_signed_on) or self.contract_signed_note

    def start_text(self) -> str:
        """The start as far as it is known."""
        return day_text(self.starts_on) or self.starts_note

    def end_text(self) -> str:
        """The planned end, saying so when it is worked out."""
        return end_text(self.planned_end)

    def months_text(self) -> str:
        """The term in months."""
        return months_text(self.duration_months)

    def period_text(self) -> str:
        """All that is known of the period, in a line."""
        return period_text(self.start_text(), self.end_text(), self.months_text())


@tracked("FundingSourceHistory")
class FundingSource(MunicipalModel):
    """Финансиране по източник: whose money, how much of the project's amount."""

    class Source(models.TextChoices):
        ESF_PLUS = "esf_plus", _("Европейски социален фонд плюс")
        ESF = "esf", _("Европейски социален фонд")
        EU = "eu", _("европейско финансиране")
        NATIONAL = "national", _("национално финансиране")
        OWN = "own", _("собствен принос")
        # When a source tells only that all is grant, not how it splits.
        GRANT = "grant", _("безвъзмездна финансова помощ от програмата")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="funding")
    source = models.CharField(_("източник"), max_length=10, choices=Source.choices)
    amount = AmountField(_("сума"))
    note = models.CharField(_("бележка"), max_length=200, blank=True)

    objects = ScopedManager(municipality="municipality")
    public = PublicPartManager()

    class Meta:
        ordering = ("-amount", "pk")
        verbose_name = _("източник на финансиране")
        verbose_name_plural = _("финансиране по източник")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "source"],
                name="funding_source_once",
                violation_error_message=_("Този източник вече е записан."),
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="funding_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return self.get_source_display()

    @property
    def amount_eur(self) -> Decimal | None:
        """The amount in euro, derived."""
        return to_eur(self.amount, self.project.currency)

    @property
    def share(self) -> Decimal | None:
        """Percent of the project's amount."""
        return share(self.amount, self.project.amount)

    def share_text(self) -> str:
        """The share as „95 %“."""
        return percent(self.share)

    def amount_text(self) -> str:
        """The amount in the project's currency with the euro beside it."""
        return in_both(self.amount, self.project.currency)


class Partner(MunicipalModel):
    """Партньор на проекта."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="partners")
    name = models.CharField(_("име"), max_length=200)
    country = models.CharField(_("държава"), max_length=60, blank=True)

    objects = ScopedManager(municipality="municipality")
    public = PublicPartManager()

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("партньор")
        verbose_name_plural = _("партньори")
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="partner_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.country})" if self.country else self.name


@tracked("ActivityHistory")
class Activity(MunicipalModel):
    """Дейност or поддейност: a tree of two levels, numbered where the contract numbers it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="activities")
    parent = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("част от дейност"),
    )
    position = models.PositiveSmallIntegerField(_("ред"), default=0)
    number = models.CharField(_("номер"), max_length=10, blank=True)
    title = models.CharField(_("дейност"), max_length=300)
    description = models.TextField(_("описание"), blank=True)
    starts_on = models.DateField(_("от"), null=True, blank=True)
    ends_on = models.DateField(_("до"), null=True, blank=True)
    done_on = models.DateField(_("завършена на"), null=True, blank=True)

    objects = ScopedManager(municipality="municipality")
    public = PublicPartManager()

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("дейност")
        verbose_name_plural = _("дейности")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "number"],
                condition=~Q(number=""),
                name="activity_number_once",
                violation_error_message=_("Проектът вече има дейност с този номер."),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
                name="activity_not_its_own_part",
                violation_error_message=_("Дейността не може да е част от себе си."),
            ),
        ]

    def __str__(self) -> str:
        title = Truncator(self.title).chars(LONGEST_ACTIVITY_NAME)
        return f"{self.number}. {title}" if self.number else title

    def clean(self):
        parent = self.parent if self.parent_id else None
        if parent is None:
            return
        if parent.project_id != self.project_id:
            raise ValidationError({"parent": _("Дейността е от друг проект.")})
        if parent.parent_id:
            raise ValidationError({"parent": _("Поддейност не може да има свои поддейности.")})


@tracked("BudgetLineHistory")
class BudgetLine(MunicipalModel):
    """Бюджетно перо: a planned amount, for the whole project or for one activity."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="budget_lines")
    activity = models.ForeignKey(
        Activity,
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        related_name="budget_lines",
        verbose_name=_("дейност"),
    )
    code = models.CharField(_("код"), max_length=20)
    name = models.CharField(_("перо"), max_length=200)
    amount = AmountField(_("сума"))

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("code", "pk")
        verbose_name = _("бюджетно перо")
        verbose_name_plural = _("бюджетни пера")
        constraints = [
            models.UniqueConstraint(fields=["project", "code"], name="budget_line_code_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="budget_line_amount_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def clean(self):
        activity = self.activity if self.activity_id else None
        if activity and activity.project_id != self.project_id:
            raise ValidationError({"activity": _("Дейността е от друг проект.")})

    @property
    def amount_eur(self) -> Decimal | None:
        """The amount in euro, derived."""
        return to_eur(self.amount, self.project.currency)


@tracked("IndicatorHistory")
class Indicator(MunicipalModel):
    """Индикатор: a planned result with its target; the baseline only where it is known."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="indicators")
    position = models.PositiveSmallIntegerField(_("ред"), default=0)
    code = models.CharField(_("код"), max_length=20, blank=True)
    name = models.CharField(_("планиран резултат"), max_length=250)
    unit = models.CharField(_("мярка"), max_length=40, default="бр.")
    baseline = models.DecimalField(
        _("начална стойност"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    target = models.DecimalField(_("целева стойност"), max_digits=12, decimal_places=2)
    # A code of projects.indicators; empty: its values are written by hand, with a document.
    counted_by = models.SlugField(_("брои се от"), max_length=40, blank=True)
    note = models.CharField(_("бележка"), max_length=250, blank=True)

    objects = ScopedManager(municipality="municipality")
    public = PublicPartManager()

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("индикатор")
        verbose_name_plural = _("индикатори")
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="indicator_once"),
            models.CheckConstraint(
                condition=Q(target__gte=0), name="indicator_target_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def target_text(self) -> str:
        """The target with its unit: „51 лица“."""
        return f"{plain(self.target)}\xa0{self.unit}"


def activity_tree(activities: Iterable[Activity]) -> list[tuple[Activity, list[Activity]]]:
    """Return the top activities in order, each with its parts."""
    rows = list(activities)
    tops = {row.pk for row in rows if row.parent_id is None}
    return [
        (row, [part for part in rows if part.parent_id == row.pk])
        for row in rows
        if row.parent_id not in tops
    ]
