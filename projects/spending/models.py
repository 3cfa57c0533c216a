"""The money of a project as it is contracted, spent, asked for and verified."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.checks import check_eik
from municipalities.models import User
from municipalities.tenancy import MunicipalModel
from projects.models_project import Activity, BudgetLine, FundingSource, Project
from projects.money import BGN_PER_EUR, AmountField, Currency


class EuroField(models.GeneratedField):
    """``amount`` in euro, worked out by the database once per row as ``money.to_eur`` does."""

    def __init__(self, amount: str = "amount", **kwargs):
        self.of = amount
        rate = Value(BGN_PER_EUR, output_field=models.DecimalField(max_digits=9, decimal_places=5))
        field = models.DecimalField(max_digits=14, decimal_places=2)
        kwargs = {
            "expression": Case(
                When(currency="BGN", then=Round(F(amount) / rate, precision=2)),
                default=F(amount),
                output_field=field,
            ),
            "output_field": field,
            "db_persist": True,
            **kwargs,
        }
        super().__init__(**kwargs)


@tracked("SupplierHistory")
class Supplier(MunicipalModel):
    """Изпълнител or somebody who is paid by a document."""

    name = models.CharField(_("наименование"), max_length=200)
    eik = models.CharField(_("ЕИК"), max_length=13, blank=True)
    is_vat_registered = models.BooleanField(_("регистриран по ЗДДС"), default=False)
    note = models.CharField(_("бележка"), max_length=250, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("изпълнител")
        verbose_name_plural = _("изпълнители")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "eik"],
                condition=~Q(eik=""),
                name="supplier_eik_once",
                violation_error_message=_("Вече има изпълнител с този ЕИК."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.eik})" if self.eik else self.name

    def clean(self):
        check_eik(self.eik)


@tracked("ProjectContractHistory", exclude=("amount_eur",))
class ProjectContract(MunicipalModel):
    """Договор с изпълнител, charged to a budget line: what is contracted and not yet spent."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("проект")
    )
    line = models.ForeignKey(
        BudgetLine, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("перо")
    )
    activity = models.ForeignKey(
        Activity,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("дейност"),
    )
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("изпълнител")
    )
    number = models.CharField(_("номер"), max_length=60)
    signed_on = models.DateField(_("подписан на"))
    ends_on = models.DateField(_("до"), null=True, blank=True)
    subject = models.CharField(_("предмет"), max_length=250)
    amount = AmountField(_("сума с ДДС"))
    currency = models.CharField(
        _("валута"), max_length=3, choices=Currency.choices, default=Currency.EUR
    )
    amount_eur = EuroField()

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-signed_on", "-pk")
        verbose_name = _("договор с изпълнител")
        verbose_name_plural = _("договори с изпълнители")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "supplier", "number"],
                name="project_contract_number_once",
                violation_error_message=_("Този договор вече е записан."),
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="project_contract_has_amount"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("signed_on")),
                name="project_contract_ends_after_signing",
                violation_error_message=_("Краят е преди подписването."),
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number} от {self.signed_on:%d.%m.%Y} г."


@tracked("PaymentRequestHistory")
class PaymentRequest(MunicipalModel):
    """Искане за плащане: gathers expenses of a period, each once and only once."""

    class Kind(models.TextChoices):
        ADVANCE = "advance", _("авансово")
        INTERIM = "interim", _("междинно")
        FINAL = "final", _("окончателно")

    class State(models.TextChoices):
        DRAFT = "draft", _("подготвя се")
        SUBMITTED = "submitted", _("подадено")
        VERIFIED = "verified", _("верифицирано")
        PAID = "paid", _("платено")

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="requests", verbose_name=_("проект")
    )
    number = models.PositiveSmallIntegerField(_("номер"))
    kind = models.CharField(_("вид"), max_length=8, choices=Kind.choices, default=Kind.INTERIM)
    period_from = models.DateField(_("период от"), null=True, blank=True)
    period_to = models.DateField(_("период до"), null=True, blank=True)
    state = models.CharField(
        _("състояние"), max_length=10, choices=State.choices, default=State.DRAFT
    )
    submitted_on = models.DateField(_("подадено на"), null=True, blank=True)
    verified_on = models.DateField(_("верифицирано на"), null=True, blank=True)
    paid_on = models.DateField(_("платено на"), null=True, blank=True)
    # Of an advance, and of what was paid in the end.
    asked_amount = AmountField(_("поискан аванс"), null=True, blank=True)
    paid_amount = AmountField(_("платена сума"), null=True, blank=True)
    currency = models.CharField(
        _("валута"), max_length=3, choices=Currency.choices, default=Currency.EUR
    )
    note = models.TextField(_("бележка"), blank=True)
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("-number",)
        verbose_name = _("искане за плащане")
        verbose_name_plural = _("искания за плащане")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "number"],
                name="payment_request_once",
                violation_error_message=_("Вече има искане с този номер."),
            ),
            models.CheckConstraint(
                condition=Q(period_from__isnull=True)
                | Q(period_to__isnull=True)
                | Q(period_from__lte=F("period_to")),
                name="payment_request_period_in_order",
                violation_error_message=_("Периодът свършва, преди да започне."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(submitted_on__isnull=False),
                name="payment_request_submitted_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid_on__isnull=False, paid_amount__isnull=False),
                name="payment_request_paid_has_sum",
            ),
        ]

    def __str__(self) -> str:
        return f"искане за плащане № {self.number}"

    @property
    def is_open(self) -> bool:
        """Whether expenses still come in and go out."""
        return self.state == self.State.DRAFT


class ExpenseQuerySet(models.QuerySet):
    def counted(self):
        """Those that are not refused."""
        return self.exclude(state=Expense.State.REFUSED)

    def for_listing(self):
        """Bring what a row of a list shows, in one query."""
        return self.select_related("project", "line", "activity", "supplier", "request")


@tracked("ExpenseHistory", exclude=("amount_eur", "verified_eur"))
class Expense(MunicipalModel):
    """Разход with its document, charged to a line and an activity."""

    class Method(models.TextChoices):
        DOCUMENT = "document", _("с разходооправдателен документ")
        UNIT = "unit", _("единичен разход")
        FLAT = "flat", _("единна ставка")

    class Document(models.TextChoices):
        INVOICE = "invoice", _("фактура")
        PAYROLL = "payroll", _("ведомост")
        RECEIPT = "receipt", _("касов бон или квитанция")
        TRAVEL = "travel", _("командировъчна заповед")
        CONTRACT = "contract", _("сметка по граждански договор")
        OTHER = "other", _("друг документ")

    class State(models.TextChoices):
        RECORDED = "recorded", _("записан")
        VERIFIED = "verified", _("верифициран")
        REFUSED = "refused", _("невъзстановен")

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="expenses", verbose_name=_("проект")
    )
    line = models.ForeignKey(
        BudgetLine, on_delete=models.PROTECT, related_name="expenses", verbose_name=_("перо")
    )
    activity = models.ForeignKey(
        Activity,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="expenses",
        verbose_name=_("дейност"),
    )
    method = models.CharField(
        _("как се отчита"), max_length=8, choices=Method.choices, default=Method.DOCUMENT
    )
    supplier = models.ForeignKey(
        Supplier,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="expenses",
        verbose_name=_("изпълнител"),
    )
    contract = models.ForeignKey(
        ProjectContract,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="expenses",
        verbose_name=_("по договор"),
    )
    document = models.CharField(_("документ"), max_length=8, choices=Document.choices, blank=True)
    document_number = models.CharField(_("номер на документа"), max_length=40, blank=True)
    document_on = models.DateField(_("дата на документа"))
    paid_on = models.DateField(_("платен на"), null=True, blank=True)
    description = models.CharField(_("за какво"), max_length=250)
    quantity = models.DecimalField(
        _("количество"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    net = AmountField(_("без ДДС"))
    vat = AmountField(_("ДДС"), default=Decimal(0))
    is_vat_eligible = models.BooleanField(_("ДДС е допустим"), default=True)
    amount = AmountField(_("допустима сума"))
    currency = models.CharField(
        _("валута"), max_length=3, choices=Currency.choices, default=Currency.EUR
    )
    amount_eur = EuroField()
    state = models.CharField(
        _("състояние"), max_length=8, choices=State.choices, default=State.RECORDED
    )
    verified_amount = AmountField(_("верифицирана сума"), null=True, blank=True)
    verified_eur = EuroField("verified_amount", null=True)
    request = models.ForeignKey(
        PaymentRequest,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="expenses",
        verbose_name=_("искане за плащане"),
    )
    # Why it is written in spite of what the portal noticed.
    duplicate_reason = models.CharField(_("защо не е повторение"), max_length=250, blank=True)
    overrun_reason = models.CharField(_("защо надхвърля перото"), max_length=250, blank=True)
    file_name = models.CharField(_("файл"), max_length=120, blank=True, editable=False)
    content_type = models.CharField(max_length=100, blank=True, editable=False)
    size = models.PositiveIntegerField(default=0, editable=False)
    path = models.CharField(max_length=60, blank=True, editable=False)
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("записан от")
    )
    made_at = models.DateTimeField(_("записан на"), default=timezone.now)
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedManager(
        municipality="municipality", _manager_class=models.Manager.from_queryset(ExpenseQuerySet)
    )

    class Meta:
        ordering = ("-document_on", "-pk")
        verbose_name = _("разход")
        verbose_name_plural = _("разходи")
        indexes = [
            models.Index(fields=["project", "-document_on", "-id"], name="expense_of_project"),
            models.Index(fields=["line", "state"], name="expense_of_line"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["municipality", "form_key"], name="expense_form_once"),
            models.UniqueConstraint(
                fields=["municipality", "supplier", "document", "document_number"],
                condition=Q(duplicate_reason="") & ~Q(document_number="") & ~Q(state="refused"),
                name="expense_document_once",
                violation_error_message=_("Този документ вече е записан."),
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="expense_has_amount"),
            models.CheckConstraint(
                condition=Q(is_vat_eligible=True, amount=F("net") + F("vat"))
                | Q(is_vat_eligible=False, amount=F("net")),
                name="expense_amount_adds_up",
                violation_error_message=_("Допустимата сума не е равна на частите си."),
            ),
            models.CheckConstraint(
                condition=~Q(method="document") | (~Q(document="") & ~Q(document_number="")),
                name="expense_has_document",
                violation_error_message=_("Напишете вида и номера на документа."),
            ),
            models.CheckConstraint(
                condition=Q(verified_amount__isnull=True) | Q(verified_amount__lte=F("amount")),
                name="expense_verified_within",
                violation_error_message=_("Верифицираното е повече от сумата."),
            ),
            models.CheckConstraint(
                condition=~Q(state="verified") | Q(verified_amount__isnull=False),
                name="expense_verified_has_sum",
            ),
        ]

    def __str__(self) -> str:
        number = f" № {self.document_number}" if self.document_number else ""
        return f"{self.get_document_display() or self.get_method_display()}{number}"


class ExpenseShare(MunicipalModel):
    """How much of an expense is whose money; together exactly the expense's amount."""

    expense = models.ForeignKey(
        Expense, on_delete=models.CASCADE, related_name="shares", verbose_name=_("разход")
    )
    funding = models.ForeignKey(
        FundingSource, on_delete=models.PROTECT, related_name="shares", verbose_name=_("източник")
    )
    amount = AmountField(_("сума"))

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("pk",)
        verbose_name = _("дял от разход")
        verbose_name_plural = _("дялове от разходи")
        constraints = [
            models.UniqueConstraint(fields=["expense", "funding"], name="expense_share_once"),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"
