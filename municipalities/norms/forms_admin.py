"""Forms of norms and moved days: what cannot be true is refused before the database is asked."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.admin_forms import TenantForm
from municipalities.norms.models import LegalNorm, Unit

EARLIEST_YEAR, LATEST_YEAR = 1990, 2100  # between which the holidays are known
NEW_NORM = ("", gettext_lazy("нова, каквато няма в списъка"))


def own_code() -> str:
    """Return a code for a row that a municipality adds itself; no shipped one is like it."""
    return f"own-{secrets.token_hex(4)}"


class VerifiedForm(TenantForm):
    """A row that says what the law says: whoever marks it as verified says when and by what."""

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if not data.get("is_verified"):
            if "verified_on" not in self.errors:
                data["verified_on"] = None  # of an earlier check that no longer stands
            return data
        day = data.get("verified_on")
        if day is None and "verified_on" not in self.errors:
            self.add_error("verified_on", _("Напишете кога сте сверили с текста на закона."))
        elif day and day > timezone.localdate():
            self.add_error("verified_on", _("Денят на сверката е в бъдещето."))
        if not data.get("legal_basis") and "legal_basis" not in self.errors:
            self.add_error("legal_basis", _("Напишете с кой текст на закона сте сверили."))
        return data


def check_year(day: dt.date | None) -> dt.date | None:
    """Return ``day``; refuse one so far away that its year is surely mistyped."""
    if day and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise ValidationError(_("Проверете годината."))
    return day


class LegalNormForm(VerifiedForm):
    """A norm from one day to another. A new one may follow a norm that is there (``code``)."""

    code = forms.ChoiceField(
        label=gettext_lazy("Коя норма"),
        required=False,
        help_text=gettext_lazy("Изберете я, ако законът е променил срок, който вече е в списъка."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]  # declared, so that the admin's choice of fields leaves it
        else:
            self.fields["code"].choices = [NEW_NORM, *known_norms()]

    def _get_validation_exclusions(self) -> set[str]:
        """Let the constraint against two norms at once see the code, also where it is no field."""
        wrong = {"code"} if "code" in self.errors else set()
        return super()._get_validation_exclusions() - ({"code"} - wrong)

    def clean_valid_from(self) -> dt.date | None:
        return check_year(self.cleaned_data["valid_from"])

    def clean_valid_to(self) -> dt.date | None:
        return check_year(self.cleaned_data["valid_to"])

    def clean(self) -> dict:
        data = super().clean()
        if "code" in self.fields and not data.get("code") and "code" not in self.errors:
            data["code"] = own_code()
        if self.errors.keys() & {"code", "valid_from", "valid_to"}:
            return data
        self._check_measure(data)
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("Крайната дата е преди началната."))
        elif other := self._at_the_same_time(data.get("code") or self.instance.code, first, last):
            self.add_error("valid_from", _two_at_once(other))
        return data

    def _check_measure(self, data: dict) -> None:
        """Refuse money where what reads the norm expects time, and the other way round."""
        code = data.get("code") or self.instance.code
        known = LegalNorm.objects.filter(code=code).order_by("pk")
        before = known.values_list("unit", flat=True).first()
        if before and "unit" in data and (before == Unit.EURO) != (data["unit"] == Unit.EURO):
            what = _("сума, не за време") if before == Unit.EURO else _("време, не за сума")
            self.add_error("unit", _("Нормата е за %(what)s.") % {"what": what})

    def _at_the_same_time(
        self, code: str, first: dt.date | None, last: dt.date | None
    ) -> LegalNorm | None:
        others = LegalNorm.objects.filter(code=code).exclude(pk=self.instance.pk)
        if first:
            others = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=first))
        if last:
            others = others.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=last))
        return others.order_by("pk").first()


def _two_at_once(other: LegalNorm) -> str:
    return _("През тези дни вече е в сила „%(name)s“ (%(days)s). Първо ѝ сложете крайна дата.") % {
        "name": other.name,
        "days": days_of(other),
    }


class _Dated(Protocol):
    @property
    def valid_from(self) -> dt.date | None: ...
    @property
    def valid_to(self) -> dt.date | None: ...


def days_of(norm: _Dated) -> str:
    """Return from when to when a norm or another row of the law is in force, in words."""
    parts = []
    if norm.valid_from:
        parts.append(_("от %(day)s") % {"day": date_format(norm.valid_from)})
    if norm.valid_to:
        parts.append(_("до %(day)s") % {"day": date_format(norm.valid_to)})
    return " ".join(parts) or _("без начална и крайна дата")


def known_norms() -> list[tuple[str, str]]:
    """Return code and name of the norms of the scope's municipality, by name, each once."""
    rows = LegalNorm.objects.order_by("pk").values_list("code", "name")
    return sorted(dict(rows).items(), key=lambda pair: (pair[1], pair[0]))


class WorkdayChangeForm(TenantForm):
    """A day that a decision moved."""

    def clean_day(self) -> dt.date | None:
        return check_year(self.cleaned_data["day"])
