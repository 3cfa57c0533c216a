"""Who refers, as rows: the law's answer by kind of service, financing, age and measure."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from municipalities.audit import tracked
from municipalities.tenancy import MunicipalModel
from services_registry.models import Service, ServiceKind


class Authority(models.TextChoices):
    """Who refers for a service."""

    MUNICIPALITY = "municipality", _("общината")
    DIRECTORATE = "directorate", _("дирекция „Социално подпомагане“")
    COURT = "court", _("ДСП или съд, с мярка за закрила")
    NOBODY = "nobody", _("не е нужно насочване")
    UNCLEAR = "unclear", _("уточнява се")


class AgeGroup(models.TextChoices):
    CHILD = "child", _("дете")
    ADULT = "adult", _("пълнолетен")


@tracked("RoutingRowHistory")
class RoutingRow(MunicipalModel):
    """A row of the table of who refers. What is empty matches all; the narrowest row wins."""

    kind = models.ForeignKey(
        ServiceKind,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("вид по чл. 15"),
    )
    scope = models.CharField(
        _("обхват (чл. 12)"), max_length=12, choices=Service.Scope.choices, blank=True
    )
    financing = models.CharField(
        _("финансиране"), max_length=10, choices=Service.Financing.choices, blank=True
    )
    age = models.CharField(_("за кого"), max_length=6, choices=AgeGroup.choices, blank=True)
    with_measure = models.BooleanField(
        _("по мярка за закрила или по решение на съд"), null=True, blank=True
    )
    authority = models.CharField(_("кой насочва"), max_length=12, choices=Authority.choices)
    legal_basis = models.CharField(_("правно основание"), max_length=200, blank=True)
    source = models.CharField(_("откъде е взето"), max_length=300, blank=True)
    valid_from = models.DateField(_("в сила от"), null=True, blank=True)
    valid_to = models.DateField(_("в сила до"), null=True, blank=True)
    is_verified = models.BooleanField(
        _("потвърдена норма"),
        default=False,
        help_text=_("Отбележете, след като сверите с действащия текст на закона."),
    )
    verified_on = models.DateField(_("сверена на"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(
        _("ред"), default=0, help_text=_("При еднакво точни редове важи по-малкото число.")
    )
    code = models.SlugField(_("код"), max_length=60, blank=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("order", "pk")
        verbose_name = _("ред за насочване")
        verbose_name_plural = _("кой насочва")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "code"], name="routing_code_once", condition=~Q(code="")
            ),
            models.CheckConstraint(
                name="routing_days_in_order",
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_from__lte=F("valid_to")),
                violation_error_message=_("Крайната дата е преди началната."),
            ),
        ]

    def __str__(self) -> str:
        """What it is about and who refers: „специализирана, по проект: уточнява се“."""
        return f"{self.about}: {self.get_authority_display()}"

    @property
    def about(self) -> str:
        """What it is about, in words; one query where the kind is not at hand."""
        ages = {AgeGroup.CHILD: _("за деца"), AgeGroup.ADULT: _("за пълнолетни")}
        measures = {
            True: _("по мярка за закрила или решение на съд"),
            False: _("без мярка за закрила и решение на съд"),
        }
        parts = [
            self.kind if self.kind_id else "",
            self.get_scope_display() if self.scope else "",
            self.get_financing_display() if self.financing else "",
            ages[AgeGroup(self.age)] if self.age else "",
            "" if self.with_measure is None else measures[self.with_measure],
        ]
        return ", ".join(str(part) for part in parts if part) or str(_("всички услуги"))


@tracked("SocialAssistanceDirectorateHistory")
class SocialAssistanceDirectorate(MunicipalModel):
    """ДСП, to which the municipality redirects."""

    name = models.CharField(_("наименование"), max_length=160)
    address = models.CharField(_("адрес"), max_length=200, blank=True)
    phone = models.CharField(_("телефон"), max_length=60, blank=True)
    email = models.EmailField(_("е-поща"), blank=True)
    is_active = models.BooleanField(_("в употреба"), default=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("дирекция „Социално подпомагане“")
        verbose_name_plural = _("дирекции „Социално подпомагане“")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "name"], name="directorate_once")
        ]

    def __str__(self) -> str:
        return self.name
