"""Forms of the plan of a campaign and of its events."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, CampaignEvent
from campaigns.planning.settlements import BY_NAME, BY_WAY, Series
from municipalities.admin_forms import TenantForm
from municipalities.form_words import UNREADABLE
from municipalities.upload_checks import JPEG, PDF, PNG
from municipalities.uploads import UploadField

LONGEST_SEARCH = 80
MIDNIGHT = dt.timedelta(days=1)


def ticked(field, label: str, help_text: str = "") -> forms.TypedMultipleChoiceField:
    """Return boxes to tick for an array of choices."""
    return forms.TypedMultipleChoiceField(
        label=capfirst(label),
        help_text=help_text,
        choices=field.base_field.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class CampaignForm(TenantForm):
    """A campaign whose budget line is of its project."""

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        line, project = facts.get("budget_line"), facts.get("project")
        if line and (project is None or line.project_id != project.pk):
            self.add_error("budget_line", _("Бюджетният ред е на друг проект."))
        return facts


class EventForm(TenantForm):
    """An event that is in the municipality and closes its registration before its end."""

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        until, ends = facts.get("registration_until"), facts.get("ends_at")
        if until and ends and until > ends:
            self.add_error(
                "registration_until", _("Записването не може да е до след края на събитието.")
            )
        return facts


class OfCampaignForm(TenantForm):
    """Something about a campaign and, where it names one, about an event of the same campaign."""

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        event, campaign = facts.get("event"), facts.get("campaign")
        if event and campaign and event.campaign_id != campaign.pk:
            self.add_error("event", _("Събитието е на друга кампания."))
        settlement, owner = facts.get("settlement"), self.current_municipality
        if settlement and owner and settlement.municipality_id != owner.pk:
            self.add_error("settlement", _("Населеното място е в друга община."))
        return facts


class ClippingForm(OfCampaignForm):
    """What was written, with a copy of it where there is one."""

    file = UploadField(
        label=_("Копие"),
        kinds=(PDF, JPEG, PNG),
        required=False,
        help_text=_("PDF, JPEG или PNG: страниците в интернет изчезват. Нов файл сменя стария."),
    )


class CancelForm(forms.Form):
    """Why an event does not take place."""

    why = forms.CharField(
        label="Защо",
        max_length=250,
        help_text="Показва се на гражданите и влиза в писмото до записаните.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        error_messages={
            "required": "Напишете защо.",
            "max_length": "Съкратете: най-много %(limit_value)d знака.",
            **UNREADABLE,
        },
    )


class FindPlaceForm(forms.Form):
    """Words by which settlements are found."""

    mark_optional = False

    q = forms.CharField(
        label="Намери по име",
        required=False,
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search"}),
        error_messages={"max_length": "Съкратете: най-много %(limit_value)d знака.", **UNREADABLE},
    )


def _number(label: str, least: int, most: int, initial: int, help_text: str = ""):
    wrong = f"Напишете число от {least} до {most}."
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        initial=initial,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 5}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong),
    )


def _clock(label: str, initial: str) -> forms.TimeField:
    wrong = "Напишете час: 10:00."
    return forms.TimeField(
        label=label,
        initial=initial,
        widget=forms.TextInput(attrs={"size": 5, "inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": wrong, "invalid": wrong},
    )


class SeriesForm(forms.Form):
    """Events of one kind in many settlements: from which day, how often."""

    title = forms.CharField(
        label="Събитие",
        max_length=200,
        help_text="Населеното място се показва до името.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        error_messages={
            "required": "Напишете името на събитието.",
            "max_length": "Съкратете: най-много %(limit_value)d знака.",
            **UNREADABLE,
        },
    )
    kind = forms.ChoiceField(label="Вид", choices=CampaignEvent.Kind.choices)
    place = forms.CharField(
        label="Място",
        max_length=200,
        required=False,
        help_text="Ако навсякъде е едно и също, например читалището.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        error_messages={"max_length": "Съкратете: най-много %(limit_value)d знака.", **UNREADABLE},
    )
    first_day = forms.DateField(
        label="Първи ден",
        help_text="Например 4.12.2026.",
        widget=forms.DateInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "size": 12}, format="%d.%m.%Y"
        ),
        error_messages={"required": "Напишете ден.", "invalid": "Напишете дата: 4.12.2026."},
    )
    starts = _clock("От", "10:00")
    ends = _clock("До", "12:00")
    step = _number("През колко дни", 1, 90, 1, "1: всеки ден.")
    per_day = _number("Колко на ден", 1, 6, 1)
    gap = _number("Минути път между тях", 0, 240, 30)
    how = forms.ChoiceField(
        label="Ред",
        choices=[(BY_NAME, "по азбучен ред"), (BY_WAY, "по път: всяко следващо е най-близкото")],
    )
    skips_days_off = forms.BooleanField(
        label="Без почивни и празнични дни", required=False, initial=True
    )
    is_public = forms.BooleanField(
        label="Показват се на гражданите веднага", required=False, initial=True
    )

    def clean_first_day(self) -> dt.date:
        day = self.cleaned_data["first_day"]
        today = timezone.localdate()
        if not today - dt.timedelta(days=366) <= day <= today + dt.timedelta(days=5 * 366):
            raise forms.ValidationError("Проверете годината.")
        return day

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        starts, ends = facts.get("starts"), facts.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", "Краят трябва да е след началото.")
        elif not self.errors and self.series().last_end > MIDNIGHT:
            self.add_error("per_day", "Толкова събития не се побират в един ден.")
        return facts

    def series(self) -> Series:
        """Return what was filled in; needs valid facts."""
        return Series(**{name: v for name, v in self.cleaned_data.items() if name != "how"})


def first_title(campaign: Campaign) -> str:
    """Return the name that events of ``campaign`` get unless another is written."""
    return campaign.name[:200]
