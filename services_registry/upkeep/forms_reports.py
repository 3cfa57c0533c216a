"""Forms of reported errors: the citizen's, the answer, the filters of the list."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, F, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from services_registry.models import Service
from services_registry.upkeep.models import ErrorReport

LONGEST_TEXT = 2000
_UNREADABLE = _("В текста има знак, който не се чете. Напишете го отново.")


def _too_long(words: Any) -> dict:
    return {"max_length": words, "null_characters_not_allowed": _UNREADABLE}


class ReportForm(forms.Form):
    """„Намерих грешка“: which part is wrong, what is right, an address to answer to."""

    part = forms.ChoiceField(
        label=_("Какво не е вярно?"),
        choices=ErrorReport.Part.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Изберете какво не е вярно."),
            "invalid_choice": _("Изберете едно от изброените."),
        },
    )
    text = forms.CharField(
        label=_("Опишете с няколко думи"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Напишете какво пише и какво е вярното. Без имена, ЕГН и данни за здравето: те не са "
            "нужни."
        ),
        error_messages={
            "required": _("Опишете какво не е вярно."),
            **_too_long(_("Текстът е твърде дълъг. Най-много 2000 знака.")),
        },
    )
    email = forms.EmailField(
        label=_("Е-поща за отговор"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_(
            "Ползваме я само за да ви отговорим и я изтриваме веднага след отговора. Служителите "
            "не я виждат."
        ),
        error_messages={
            "invalid": _(
                "Напишете цялата е-поща, например ivanova@example.bg, или оставете празно."
            ),
            **_too_long(_("Е-пощата е твърде дълга.")),
        },
    )
    # Drawn hidden: only programs that fill in every field write here. Shown with its error, so that
    # nobody's report is lost silently.
    website = forms.CharField(
        label=_("Оставете това поле празно"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    submission = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid.uuid4,
        error_messages={
            "required": _("Формулярът не е пълен. Изпратете го отново."),
            "invalid": _("Формулярът не е пълен. Изпратете го отново."),
        },
    )

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(_("Изтрийте написаното тук и изпратете отново."))
        return ""

    def with_a_key(self) -> ReportForm:
        """Return the form as it is to be shown again; a lost or broken key is replaced."""
        if "submission" in self.errors:
            self.data = {**self.data.dict(), "submission": str(uuid.uuid4())}
        return self


class AnswerForm(forms.Form):
    """What the office answers to a report."""

    state = forms.ChoiceField(
        label="Какво се оказа?",
        choices=[
            (ErrorReport.State.CORRECTED, "Поправено: имаше грешка и данните вече са верни"),
            (ErrorReport.State.DECLINED, "Няма грешка: данните са верни"),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Изберете дали е поправено, или няма грешка.",
            "invalid_choice": "Изберете дали е поправено, или няма грешка.",
        },
    )
    answer = forms.CharField(
        label="Отговор",
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": "Напишете отговора.",
            **_too_long("Отговорът е твърде дълъг. Най-много 2000 знака."),
        },
    )


class ServiceOfReport(forms.ModelChoiceField):
    def label_from_instance(self, service: Service) -> str:
        return service.name


class ReportFilter(forms.Form):
    """Filters of the list; a wrong one is told of and left out, not the rest."""

    mark_optional = False

    sastoyanie = forms.ChoiceField(
        label="Състояние",
        required=False,
        choices=[("", "Всички"), *ErrorReport.State.choices],
        error_messages={"invalid_choice": "Няма такова състояние. Показваме всички."},
    )
    chast = forms.ChoiceField(
        label="Какво не е вярно",
        required=False,
        choices=[("", "Всичко"), *ErrorReport.Part.choices],
        error_messages={"invalid_choice": "Няма такава част. Показваме всички."},
    )
    usluga = ServiceOfReport(
        Service._base_manager.none(),
        label="Услуга",
        required=False,
        empty_label="Всички",
        error_messages={
            "invalid_choice": "За тази услуга няма сигнали. Показваме всички.",
            "invalid_pk_value": "За тази услуга няма сигнали. Показваме всички.",
        },
    )

    FILTERS = {"sastoyanie": "state", "chast": "part", "usluga": "service"}

    def __init__(self, data):
        super().__init__(data)
        self.fields["usluga"].queryset = (
            Service.objects.filter(pk__in=ErrorReport.objects.values("service"))
            .only("name")
            .order_by("name", "pk")
        )

    def reports(self) -> QuerySet[ErrorReport]:
        """Return the reports asked for: open first, the oldest of them on top; then the newest."""
        self.is_valid()
        found = ErrorReport.objects.select_related("service", "answered_by")
        for name, column in self.FILTERS.items():
            if value := self.cleaned_data.get(name):
                found = found.filter(**{column: value})
        is_answered = Case(When(state=ErrorReport.State.OPEN, then=Value(0)), default=Value(1))
        return found.order_by(
            is_answered, F("answered_at").desc(nulls_first=True), "created_at", "pk"
        )
