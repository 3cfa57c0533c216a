"""The people a front office works with."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from frontoffice.identifiers import HIDDEN, IdentifierKind, mask, written_service_number
from frontoffice.names import name_key, written_phone
from municipalities import secrets
from municipalities.audit import tracked
from municipalities.models import Settlement, User
from municipalities.tenancy import MunicipalModel

NAMES = ("given_name", "middle_name", "family_name")
EARLIEST_BIRTH_YEAR = 1870
LONGEST_KEY = 300
NO_LONGER_READ = "••••••••••"


class ContactNeed(models.TextChoices):
    LARGE_PRINT = "large_print", _("Едър шрифт")
    HARD_OF_HEARING = "hard_of_hearing", _("Не чува добре")
    SIGN_LANGUAGE = "sign_language", _("Български жестов език")
    HOME_VISIT = "home_visit", _("Среща у дома")


# History keeps neither the encrypted identifier, whose old keys could then never be thrown away,
# nor what is only made of the names. The blind index stays: it tells that the identifier changed.
@tracked("PersonHistory", exclude=("identifier", "search_name"))
class Person(MunicipalModel):
    """Гражданин, с когото общината работи. Each municipality has its own record of a person."""

    given_name = models.CharField(_("име"), max_length=80)
    middle_name = models.CharField(_("бащино име"), max_length=80, blank=True)
    family_name = models.CharField(_("фамилно име"), max_length=80, blank=True)
    search_name = models.CharField(max_length=LONGEST_KEY, editable=False)

    identifier_kind = models.CharField(
        _("вид номер"),
        max_length=8,
        choices=IdentifierKind.choices,
        default=IdentifierKind.NONE,
    )
    # ЕГН or ЛНЧ: a token of municipalities.secrets, and the blind index it is found by.
    identifier = models.BinaryField(null=True, editable=False)
    identifier_index = models.BinaryField(null=True, editable=False, max_length=32)
    service_number = models.PositiveIntegerField(_("служебен номер"), null=True, editable=False)

    birth_date = models.DateField(_("рождена дата"), null=True, blank=True)
    birth_year = models.PositiveSmallIntegerField(
        _("година на раждане"),
        null=True,
        blank=True,
        validators=[MinValueValidator(EARLIEST_BIRTH_YEAR), MaxValueValidator(2100)],
        help_text=_("Само когато датата не се знае."),
    )

    # As frontoffice.names.phone writes them, with spaces between.
    phones = models.CharField(_("телефони"), max_length=200, blank=True)
    email = models.EmailField(_("е-поща"), blank=True)
    settlement = models.ForeignKey(
        Settlement,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("населено място"),
    )
    address = models.CharField(_("адрес"), max_length=200, blank=True)

    needs = ArrayField(
        models.CharField(max_length=20, choices=ContactNeed.choices),
        verbose_name=_("нужди при общуване"),
        default=list,
        blank=True,
    )
    language = models.CharField(_("говори на"), max_length=60, blank=True)
    needs_note = models.CharField(_("друго при общуване"), max_length=300, blank=True)
    note = models.TextField(_("бележка"), blank=True, max_length=2000)

    # Another record of the same person, in which everything of this one now stands.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("слято в"),
    )
    created_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("записано от"),
    )
    # Made by the page before it is sent: the same form sent twice finds the first row.
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("записано на"), auto_now_add=True)
    updated_at = models.DateTimeField(_("променено на"), auto_now=True)

    objects = ScopedManager(municipality="municipality")

    class Meta:
        ordering = ("given_name", "family_name", "pk")
        verbose_name = _("лице")
        verbose_name_plural = _("лица")
        indexes = [models.Index(fields=["municipality", "birth_date"], name="person_birth_date")]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "identifier_index"], name="person_identifier_once"
            ),
            models.UniqueConstraint(
                fields=["municipality", "service_number"], name="person_service_number_once"
            ),
            models.UniqueConstraint(fields=["municipality", "form_key"], name="person_form_once"),
            models.CheckConstraint(
                name="person_merged_into_another",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("pk")),
            ),
            models.CheckConstraint(
                name="person_birth_date_or_year",
                condition=Q(birth_date__isnull=True) | Q(birth_year__isnull=True),
            ),
            models.CheckConstraint(
                name="person_identifier_as_its_kind",
                condition=(
                    Q(
                        identifier_kind__in=(IdentifierKind.EGN, IdentifierKind.LNCH),
                        identifier__isnull=False,
                        identifier_index__isnull=False,
                        service_number__isnull=True,
                    )
                    | Q(
                        identifier_kind=IdentifierKind.SERVICE,
                        identifier__isnull=True,
                        identifier_index__isnull=True,
                        service_number__isnull=False,
                    )
                    | Q(
                        identifier_kind=IdentifierKind.NONE,
                        identifier__isnull=True,
                        identifier_index__isnull=True,
                        service_number__isnull=True,
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        """Not the name: this is what lands in logs and in reports of errors."""
        return f"лице № {self.pk}"

    def save(self, *args, **kwargs) -> None:
        # Of „ю“ and „я“ the key has two letters: of the longest names it would not fit.
        found_by = name_key(self.given_name, self.middle_name, self.family_name)
        self.search_name = found_by[:LONGEST_KEY]
        fields = kwargs.get("update_fields")
        if fields is not None and set(fields) & set(NAMES):
            kwargs["update_fields"] = {*fields, "search_name"}
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        """The names that are known, in order."""
        return " ".join(filter(None, (self.given_name, self.middle_name, self.family_name)))

    @property
    def has_secret_identifier(self) -> bool:
        """Whether there is a ЕГН or ЛНЧ, shown only by a recorded click."""
        return self.identifier is not None

    @property
    def written_identifier(self) -> str:
        """The kind and the masked number, or the service number, which hides nothing."""
        if self.identifier_kind == IdentifierKind.NONE:
            return ""
        if self.identifier_kind == IdentifierKind.SERVICE:
            number = written_service_number(self.service_number or 0)
        else:
            number = self._masked()
        return f"{self.get_identifier_kind_display()} {number}"

    @property
    def identifier_end(self) -> str:
        """The digits of the masked number that may be read out."""
        return self._masked().lstrip(HIDDEN)

    def _masked(self) -> str:
        try:
            return mask(secrets.decrypt(self.identifier))
        except secrets.UnreadableSecret:
            return NO_LONGER_READ

    @property
    def phone_list(self) -> list[str]:
        """The telephones as people read them."""
        return [written_phone(digits) for digits in self.phones.split()]

    @property
    def written_birth(self) -> str:
        """What is known of the birth: „01.03.1950 г.“, „1950 г.“ or nothing."""
        if self.birth_date:
            return f"{self.birth_date:%d.%m.%Y} г."
        return f"{self.birth_year} г." if self.birth_year else ""

    @property
    def age(self) -> int | None:
        """Whole years today; with only the year known, those of its end. None when unknown."""
        today = timezone.localdate()
        born = self.birth_date or (self.birth_year and dt.date(self.birth_year, 12, 31))
        if not born:
            return None
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    @property
    def written_needs(self) -> list[str]:
        """The needs for contact in words."""
        known = {need: str(words) for need, words in ContactNeed.choices}
        return [known[need][0].lower() + known[need][1:] for need in self.needs if need in known]


secrets.register_encrypted(Person, "identifier")
