"""An alert: what somebody says of another person. It asks for no service: that takes their will."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils import timezone

from frontoffice.forms_people import PhonesField, refuse_egn
from frontoffice.models import Person
from frontoffice.names import written_phone
from municipalities.forms_days import staff_day_field
from municipalities.models import Membership, Settlement
from referrals.applications.models import Application, Channel
from referrals.intake.forms import (
    AsksForKind,
    FindsPerson,
    channel_field,
    forget_day,
    kind_field,
    past_day,
    words_field,
)
from referrals.kinds.models import ApplicationKind, OnBehalf
from referrals.kinds.reading import answers_of

# domain/law.md §3, 1c; marked there as from memory, and the page says so.
DUTY = "чл. 7 от Закона за закрила на детето"
NAMES = ("given_name", "middle_name", "family_name")
LONGEST_NAME = 80


class AlertFacts(AsksForKind):
    """What is kept of an alert, new or corrected."""

    reporter = forms.ChoiceField(
        label="Кой сигнализира",
        choices=Application.Reporter.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Изберете кой сигнализира."},
    )
    applicant_name = words_field(
        "Име на сигнализиращия", 200, help_text="Празно, ако не иска да се представи."
    )
    phones = PhonesField(label="Телефон на сигнализиращия", attrs={"inputmode": "tel"})
    names = words_field("Имена, доколкото са известни", 240)
    settlement = forms.ModelChoiceField(
        Settlement.objects.none(),
        label="Населено място",
        required=False,
        empty_label="Не е посочено",
        widget=forms.Select(attrs={"data-typeahead": ""}),
    )
    address = words_field("Адрес или как се стига", 200)
    need = forms.CharField(
        label="Какво се случва",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[refuse_egn],
        error_messages={"required": "Напишете за какво е сигналът."},
    )
    is_child_at_risk = forms.BooleanField(label="Дете е в риск", required=False)
    notified = forms.ChoiceField(
        label="Кого уведомихте",
        required=False,
        choices=[("", "Още никого"), *Application.Notified.choices],
        widget=forms.RadioSelect,
        initial="",
    )
    notified_on = staff_day_field(
        label="Кога", required=False, validators=[past_day], help_text="Празно: днес."
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["settlement"].queryset = Settlement.objects.filter(
            municipality=membership.municipality_id
        )

    def clean_applicant_name(self) -> str:
        return " ".join(self.cleaned_data["applicant_name"].split())

    def clean_names(self) -> dict[str, str]:
        """Return the names by the fields of an application: the first, the last, the rest."""
        words = self.cleaned_data["names"].split()
        if not words:
            return dict.fromkeys(NAMES, "")
        given, rest = words[0], words[1:]
        parts = (given, " ".join(rest[:-1]), "".join(rest[-1:]))
        if any(len(part) > LONGEST_NAME for part in parts):
            raise forms.ValidationError("Едно име е най-много 80 знака.")
        return dict(zip(NAMES, parts, strict=True))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("notified") and not cleaned.get("notified_on"):
            cleaned["notified_on"] = timezone.localdate()
        unsaid = cleaned.get("notified_on") and not cleaned.get("notified")
        if unsaid and not self.is_bad("notified"):
            self.add_error("notified", "Изберете кого уведомихте.")
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return the cleaned answers as fields of an application."""
        kept = (
            "reporter", "applicant_name", "phones", "settlement", "address", "need",
            "is_child_at_risk", "notified", "notified_on",
        )  # fmt: skip
        return {
            **{name: self.cleaned_data[name] for name in kept},
            **self.cleaned_data["names"],
            "answers": answers_of(self),
        }


class AlertForm(AlertFacts, FindsPerson):
    """A new alert. About whom: somebody on record, or names as far as they are known."""

    kind = kind_field("Вид сигнал", "Изберете вида на сигнала.")
    channel = channel_field(Channel.PHONE)
    received_on = staff_day_field(
        label="Постъпил на", required=False, validators=[past_day], help_text="Празно: днес."
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, kinds: list[ApplicationKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {kind.code: kind for kind in kinds}
        self.fields["kind"].choices = [(kind.code, kind.name) for kind in kinds]
        self.fields["person"].queryset = Person.objects.all()
        self.ask(self.kinds.get(self.value_of("kind")), OnBehalf.OTHER)

    def wants_new_person(self) -> bool:
        """Nobody is written down by what others say of them: their names stand in the alert."""
        return False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        forget_day(self, cleaned)
        known = [cleaned.get(name) for name in ("person", "settlement", "address")]
        known += list((cleaned.get("names") or {}).values())
        is_wrong = {"names", "person", "settlement", "address"} & set(self.errors)
        if not any(known) and not is_wrong:
            self.add_error("names", "Напишете за кого е или поне къде се случва.")
        return cleaned


class AlertCorrectionForm(AlertFacts):
    """What was told in an alert, corrected while it is open; whom one notified, written later."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.application = application
        self.ask(application.kind, OnBehalf.OTHER)


def initial_of_alert(application: Application) -> dict[str, Any]:
    """Return the form's values for an alert that is registered."""
    return {
        "reporter": application.reporter,
        "applicant_name": application.applicant_name,
        "phones": ", ".join(written_phone(digits) for digits in application.phones.split()),
        "names": " ".join(filter(None, (getattr(application, name) for name in NAMES))),
        "settlement": application.settlement_id,
        "address": application.address,
        "need": application.need,
        "is_child_at_risk": application.is_child_at_risk,
        "notified": application.notified,
        "notified_on": application.notified_on,
        "version": application.version,
    }
