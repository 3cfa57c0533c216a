"""What a provider types in its portal: numbers, contacts, a week, exceptional days, a proposal."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.hours import MIDNIGHT, Weekday
from services_registry.forms import LinesField
from services_registry.models import Service, ServiceSite
from services_registry.provider_changes import Stretch, stretches_of
from services_registry.upkeep.proposals import plain
from services_registry.values import fingerprint

MOST_PLACES = 99_999
MOST_STEPS = 30
LONGEST_TEXT = 6000
FARTHEST = dt.timedelta(days=730)
A_PHONE = RegexValidator(
    r"^[0-9+()/.,;\- ]*\d[0-9+()/.,;\- ]*$",
    _("Напишете телефона с цифри, например 044 61 11 48."),
)
_AS_A_DAY = {
    "required": _("Напишете деня."),
    "invalid": _("Напишете деня като 24.12.2026."),
}
_AS_A_TIME = {"invalid": _("Напишете часа като 8:30.")}


def renew(form: forms.Form, name: str, value: str) -> None:
    """Let a bound form, shown again, bring another ``value`` of its hidden field."""
    form.data = form.data.copy()
    form.data[form.add_prefix(name)] = value  # type: ignore[index]


class VersionedForm(forms.Form):
    """A form that brings back the mark of what it was opened over."""

    # Taken as it comes: what is not the stored mark is an old one.
    version = forms.Field(label="", widget=forms.HiddenInput, required=False)


class NumberBox(forms.IntegerField):
    """A count of people or places, typed on the number keys of a phone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=0,
            max_value=MOST_PLACES,
            error_messages={
                "required": _("Напишете число, 0 ако няма."),
                "invalid": _("Напишете цяло число."),
                "min_value": _("Числото не може да е под нулата."),
                "max_value": _("Числото е твърде голямо."),
            },
            **kwargs,
        )
        self.widget = forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 12}
        )
        self.widget.is_required = self.required


class CapacityForm(VersionedForm):
    """Free places and waiting people of a service today."""

    free = NumberBox(label=_("Свободни"))
    waiting = NumberBox(label=_("Чакащи"))
    places = NumberBox(label=_("Всичко места"))

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        free, places = cleaned.get("free"), cleaned.get("places")
        if free is not None and places is not None and free > places:
            self.add_error(
                "free",
                ValidationError(
                    _("Не може да са повече от всички места (%(places)s)."),
                    params={"places": places},
                ),
            )
        return cleaned


class SiteContactsForm(VersionedForm):
    """How a place is reached."""

    phone = forms.CharField(
        label=_("Телефон на мястото"),
        required=False,
        max_length=40,
        validators=[A_PHONE],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(label=_("Е-поща на мястото"), required=False, max_length=254)

    def facts(self) -> dict[str, str]:
        """Return the valid contacts by field."""
        return {name: self.cleaned_data[name] for name in self.fields if name != "version"}


class ProviderContactsForm(SiteContactsForm):
    """How the provider itself is reached."""

    website = forms.URLField(
        label=_("Уебсайт"), required=False, max_length=200, assume_scheme="https"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = _("Телефон на доставчика")
        self.fields["email"].label = _("Е-поща на доставчика")


# The week

# Two digits at most of hours, and two of minutes, with or without a sign between them.
_HOUR = re.compile(r"([0-9]{1,2}?)(?:[:.,]?([0-9]{2}))?")
PARTS = ("a", "b")  # two stretches a day: before and after the lunch break
WORKING_DAYS = range(Weekday.TUESDAY, Weekday.SATURDAY)


class TimeBox(forms.TimeField):
    """An hour as people write it on a phone: 8, 8:30, 8.30, 830; 24:00 is the end of the day."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            widget=forms.TextInput(
                attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 12}
            ),
            error_messages=_AS_A_TIME,
        )

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dt.time):
            return value
        return "24:00" if value == MIDNIGHT else f"{value.hour}:{value:%M}"

    def to_python(self, value: Any) -> dt.time | None:
        if isinstance(value, str):
            value = value.strip()
            found = _HOUR.fullmatch(value)
            if value and not found:
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            if found:
                value = f"{found[1]}:{found[2] or '00'}"
            if value == "24:00":
                return MIDNIGHT
        return super().to_python(value)


class WeekForm(VersionedForm):
    """The week of a place: up to two stretches a day, empty days are closed."""

    mark_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, name in Weekday.choices:
            for part, which in zip(PARTS, ("", ", втора част"), strict=True):
                self.fields[f"d{day}{part}_opens"] = TimeBox(f"{name}{which}, от")
                self.fields[f"d{day}{part}_closes"] = TimeBox(f"{name}{which}, до")

    @staticmethod
    def fits(site: ServiceSite) -> bool:
        """Say whether the week of the place is no more than the form can hold."""
        days = [row.weekday for row in site.hours.all()]
        return all(days.count(day) <= len(PARTS) for day in days)

    @classmethod
    def initial_of(cls, site: ServiceSite) -> dict[str, Any]:
        """Return what the form shows of a place's week."""
        stretches = stretches_of(site)
        shown: dict[str, Any] = {"version": fingerprint(stretches)}
        free = {day: list(PARTS) for day in Weekday.values}
        for day, opens, closes in stretches:
            part = free[day].pop(0) if free[day] else None
            if part:
                shown |= {f"d{day}{part}_opens": opens, f"d{day}{part}_closes": closes}
        return shown

    def rows(self) -> list[dict[str, Any]]:
        """Return the days with their four boxes, for the table."""
        return [
            {
                "day": name,
                "stretches": [
                    (self[f"d{day}{part}_opens"], self[f"d{day}{part}_closes"]) for part in PARTS
                ],
            }
            for day, name in Weekday.choices
        ]

    def copied(self) -> dict[str, str]:
        """Return what was typed, with Monday's hours on the other working days too."""
        typed = {name: self.data.get(self.add_prefix(name), "") for name in self.fields}
        for day in WORKING_DAYS:
            for part in PARTS:
                for end in ("opens", "closes"):
                    typed[f"d{day}{part}_{end}"] = typed[f"d1{part}_{end}"]
        return typed

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        for day in Weekday.values:
            before: dt.time | None = None
            for part in PARTS:
                before = self._clean_stretch(f"d{day}{part}", before) or before
        return cleaned

    def _clean_stretch(self, name: str, before: dt.time | None) -> dt.time | None:
        """Check one stretch against itself and the end of the one ``before``; return its end."""
        opens, closes = (self.cleaned_data.get(f"{name}_{end}") for end in ("opens", "closes"))
        if any(f"{name}_{end}" in self.errors for end in ("opens", "closes")):
            return None
        if opens is None and closes is None:
            return None
        if opens is None or closes is None:
            missing = "opens" if opens is None else "closes"
            self.add_error(f"{name}_{missing}", _("Попълнете и двата часа."))
        elif closes <= opens:
            self.add_error(f"{name}_closes", _("Краят трябва да е след началото."))
        elif before and opens < before:
            self.add_error(f"{name}_opens", _("Втората част започва, преди да свърши първата."))
        return closes

    def stretches(self) -> list[Stretch]:
        """Return the valid week."""
        found = []
        for day in Weekday.values:
            for part in PARTS:
                opens = self.cleaned_data[f"d{day}{part}_opens"]
                if opens is not None:
                    found.append((day, opens, self.cleaned_data[f"d{day}{part}_closes"]))
        return found


class ExceptionForm(forms.Form):
    """Days on which a place is closed or keeps other hours."""

    first_day = forms.DateField(label=_("От дата"), error_messages=_AS_A_DAY)
    last_day = forms.DateField(
        label=_("До дата"),
        required=False,
        help_text=_("Празно за един ден."),
        error_messages=_AS_A_DAY,
    )
    opens = TimeBox(_("От час"))
    closes = TimeBox(_("До час"))
    reason = forms.CharField(label=_("Причина"), required=False, max_length=160)

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if "last_day" not in self.errors:
            cleaned["last_day"] = cleaned.get("last_day") or cleaned.get("first_day")
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        today = timezone.localdate()
        if first and last and last < first:
            self.add_error("last_day", _("Крайната дата е преди началната."))
        elif last and last < today:
            self.add_error("first_day", _("Тези дни вече са минали."))
        elif last and last > today + FARTHEST:
            self.add_error("last_day", _("Напишете дни до две години напред."))
        self._clean_times(cleaned)
        return cleaned

    def _clean_times(self, cleaned: dict) -> None:
        if "opens" in self.errors or "closes" in self.errors:
            return
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if (opens is None) != (closes is None):
            missing = "opens" if opens is None else "closes"
            self.add_error(missing, _("Попълнете и двата часа или ги оставете празни."))
        elif opens is not None and closes is not None and closes <= opens:
            self.add_error("closes", _("Краят трябва да е след началото."))


# Proposals


def _text(label: Any, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        **kwargs,
    )


NOT_TEXTS = ("version", "note", "is_checked")


class ServiceTextsForm(VersionedForm):
    """The texts of a service that a provider proposes and the municipality decides on."""

    summary = forms.CharField(
        label=_("Накратко"),
        max_length=400,
        help_text=_("Едно-две изречения с думите на хората."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Кажете с едно-две изречения какво е услугата.")},
    )
    description = _text(_("Описание"))
    for_whom = _text(_("За кого е"))
    not_for = _text(_("За кого не е"))
    eligibility = _text(_("Кога имате право"), help_text=_("Условията с прости думи."))
    steps = LinesField(
        label=_("Как се кандидатства"), required=False, help_text=_("По една стъпка на ред.")
    )
    languages = forms.MultipleChoiceField(
        label=_("Езици"),
        required=False,
        choices=Service.Language.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_steps(self) -> list[str]:
        steps = self.cleaned_data["steps"]
        if len(steps) > MOST_STEPS:
            raise ValidationError(
                _("Стъпките са твърде много: най-много %(most)d."), params={"most": MOST_STEPS}
            )
        return steps

    def values(self) -> dict[str, Any]:
        """Return the valid texts by field of Service, as they are stored."""
        return {
            name: plain(name, self.cleaned_data[name])
            for name in self.fields
            if name not in NOT_TEXTS
        }


class ProposalForm(ServiceTextsForm):
    """All the texts, and why they should change."""

    note = forms.CharField(
        label=_("Защо предлагате промяната"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DecisionForm(ServiceTextsForm):
    """Only the texts that a proposal is about, for the municipality to correct."""

    is_checked = forms.BooleanField(
        label=_("Прегледах и останалото: записът е верен"),
        required=False,
        help_text=_("Потвърждава целия запис към днес. Без това се записва само предложеното."),
    )

    def __init__(self, *args: Any, fields: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            if name not in fields and name not in NOT_TEXTS:
                del self.fields[name]

    def clean_steps(self) -> list[str]:
        return super().clean_steps() if "steps" in self.fields else []


class ReturnForm(VersionedForm):
    """Why a proposal is returned."""

    reason = forms.CharField(
        label=_("Защо го връщате"),
        max_length=1000,
        help_text=_("Доставчикът чете това. Кажете какво да поправи."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Напишете защо връщате предложението.")},
    )
