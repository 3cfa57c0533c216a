"""What a provider answers: one form a step; each carries the version its page was made from."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from municipalities.forms_days import staff_day_field
from referrals.desk.forms import text_field
from referrals.placing.models import DeclineReason, EndReason, Referral
from referrals.provider.answering import DATES

CHOOSE = [("", "Изберете")]
NAMELESS = "Без имена и без данни за здравето."
ACCEPT, LINE, DECLINE = "accept", "line", "decline"


class AnswerForm(forms.Form):
    """Base: knows the referral, and from which version of it the page was made."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1
    )

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any) -> None:
        self.referral = referral
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = referral.version
        self.prepare()

    def prepare(self) -> None:
        """Fill in what is known already."""

    def facts(self) -> dict[str, Any]:
        """Return the answers as the verb takes them, the version among them."""
        return {**self.cleaned_data, "version": self.cleaned_data.get("version") or 0}


def _reason_field(label: str, choices, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[*CHOOSE, *choices],
        error_messages={"required": "Изберете причина."},
        **options,
    )


def _past_day(form: forms.Form, name: str) -> dt.date | None:
    day = form.cleaned_data.get(name)
    if day and day > timezone.localdate():
        raise ValidationError("Този ден още не е дошъл.")
    return day


class AcceptForm(AnswerForm):
    """Nothing is asked: the press is the answer."""


class LineForm(AnswerForm):
    note = text_field("Бележка за общината", help_text=f"Например кога чакате място. {NAMELESS}")


class DeclineForm(AnswerForm):
    reason = _reason_field("Причина", DeclineReason.choices)
    note = text_field("Пояснение за общината", help_text=NAMELESS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == DeclineReason.OTHER and not cleaned.get("note"):
            self.add_error("note", "Напишете каква е причината.")
        return cleaned


class DatesForm(AnswerForm):
    """When the provider assessed, planned and signed; empty: not yet."""

    provider_assessment_on = staff_day_field(label="Индивидуална оценка", required=False)
    support_plan_on = staff_day_field(label="Индивидуален план", required=False)
    contract_on = staff_day_field(label="Договор", required=False)

    def prepare(self) -> None:
        for name in DATES:
            self.fields[name].initial = getattr(self.referral, name)

    def clean_provider_assessment_on(self) -> dt.date | None:
        return _past_day(self, "provider_assessment_on")

    def clean_support_plan_on(self) -> dt.date | None:
        return _past_day(self, "support_plan_on")

    def clean_contract_on(self) -> dt.date | None:
        return _past_day(self, "contract_on")


class StartForm(AnswerForm):
    on = staff_day_field(label="Ползва услугата от")
    contract_on = staff_day_field(label="Договор от", required=False)
    until = staff_day_field(
        label="До кога", required=False, help_text="Ако в договора има краен срок."
    )

    def prepare(self) -> None:
        self.fields["contract_on"].initial = self.referral.contract_on

    def clean_on(self) -> dt.date | None:
        return _past_day(self, "on")

    def clean_contract_on(self) -> dt.date | None:
        return _past_day(self, "contract_on")


class EndForm(AnswerForm):
    on = staff_day_field(label="Приключи на")
    reason = _reason_field("Причина", EndReason.choices)
    note = text_field("Пояснение за общината", help_text=NAMELESS)

    def clean_on(self) -> dt.date | None:
        return _past_day(self, "on")


class SayForm(AnswerForm):
    text = text_field("Съобщение", most=1000, rows=4, required=True, help_text=NAMELESS)

    def facts(self) -> dict[str, Any]:
        """Return the words only: they do not depend on how the row stands."""
        return {"text": self.cleaned_data["text"]}


class LinkAnswerForm(DeclineForm):
    """The answer by a link: what is asked of a refusal is asked of nothing else."""

    answer = forms.ChoiceField(
        label="Какъв е отговорът ви",
        widget=forms.RadioSelect,
        error_messages={"required": "Изберете отговор."},
    )
    field_order = ("version", "answer", "reason", "note")

    def prepare(self) -> None:
        choices = [(ACCEPT, "Приемаме човека, има място"), (DECLINE, "Отказваме")]
        if self.referral.state == "sent":
            choices.insert(1, (LINE, "Няма място сега: в листата на чакащите"))
        self.fields["answer"].choices = choices
        self.fields["reason"].required = False
        self.fields["reason"].help_text = "Само при отказ."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("answer") == DECLINE and not cleaned.get("reason"):
            self.add_error("reason", "Изберете причина за отказа.")
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return what the verb of the chosen answer takes."""
        facts = super().facts()
        answer = facts.pop("answer")
        wanted = {ACCEPT: (), LINE: ("note",), DECLINE: ("reason", "note")}[answer]
        return {"version": facts["version"], **{name: facts[name] for name in wanted}}
