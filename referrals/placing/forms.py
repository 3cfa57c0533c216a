"""Forms of the choice of a service and of what is done to a referral."""

from __future__ import annotations

import datetime as dt
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from frontoffice.followups.forms import ColleagueField
from frontoffice.forms_people import UNKEPT, refuse_egn
from municipalities.forms_days import staff_day_field
from referrals.assessments.models import NeedsAssessment
from referrals.desk.forms import text_field
from referrals.placing.models import ChosenBy, EndReason, Referral, WithdrawReason
from referrals.placing.models_waiting import WaitingPriority, WaitingRule
from referrals.placing.waiting import rule_for
from referrals.routing.deciding import Decision
from referrals.routing.models import Authority
from services_registry.models import Service

MOST_YEARS_AHEAD = 10
WITHDRAW_REASONS = [one for one in WithdrawReason.choices if one[0] != WithdrawReason.CHANGED]


class PriorityField(forms.ModelChoiceField):
    """Who is served first by the act in force; the form says which act."""

    def __init__(self, **options):
        super().__init__(
            WaitingPriority.objects.none(),
            required=False,
            blank=True,
            label="Предимство",
            empty_label="без предимство",
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": "Изберете от предимствата по акта."},
            **options,
        )

    def offer(self, rule: WaitingRule | None) -> None:
        """Offer what ``rule`` names."""
        if rule is not None:
            self.queryset = rule.priorities.all()
            self.help_text = rule.act


class ChooseForm(forms.Form):
    """Who chose this service and why, and what its provider is told of the need."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1
    )
    chosen_by = forms.ChoiceField(
        label="Кой избра",
        choices=ChosenBy.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Изберете кой избра услугата."},
    )
    choice_note = text_field("Защо тази", help_text="С думите на човека.")
    summary = text_field(
        "За доставчика",
        most=1500,
        rows=5,
        required=True,
        help_text="Само това, което му е нужно, за да помогне: с какво, колко често, кога. Без "
        "диагнози, ЕГН и разказ за семейството. Имената, телефонът и нуждите при общуване се "
        "пращат и без това.",
        error_messages={"required": "Напишете с какво да помогне доставчикът."},
    )
    intensity = forms.ChoiceField(label="Интензитет", required=False)
    priority = PriorityField()
    routing_note = forms.CharField(
        label="На какво основание насочва общината",
        max_length=300,
        widget=forms.TextInput(attrs=UNKEPT),
        validators=[refuse_egn],
        error_messages={"required": "Напишете на какво основание насочва общината."},
    )

    def __init__(
        self,
        *args,
        assessment: NeedsAssessment,
        service: Service,
        decision: Decision,
        rule: WaitingRule | None,
        replaces: Referral | None = None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.fields["form_key"].initial = uuid.uuid4
        known = service.intensities or Service.Intensity.values
        self.fields["intensity"].choices = [
            ("", "не се уточнява"),
            *(one for one in Service.Intensity.choices if one[0] in known),
        ]
        self.fields["intensity"].initial = (
            assessment.intensity if assessment.intensity in known else ""
        )
        if rule is None or not rule.priorities.exists():
            del self.fields["priority"]
        else:
            self.fields["priority"].offer(rule)
        if decision.authority != Authority.UNCLEAR:
            del self.fields["routing_note"]
        if replaces:
            self.fields["version"].initial = replaces.version
            self.fields["summary"].initial = replaces.summary
        else:
            del self.fields["version"]

    def facts(self) -> dict:
        """Return the answers as ``referring.choose`` takes them, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class StepForm(forms.Form):
    """Base: knows the referral, and from which version of it the page was made."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1
    )

    def __init__(self, *args, referral: Referral, **kwargs):
        self.referral = referral
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = referral.version
        self.prepare()

    def prepare(self) -> None:
        """Fill in what the form offers of this referral."""

    def facts(self) -> dict:
        """Return the answers as the verb takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def past_day(self, name: str) -> dt.date | None:
        """Return the day typed in ``name``, which has come and is not before the wish."""
        day = self.cleaned_data[name]
        if day and day > timezone.localdate():
            raise ValidationError("Този ден още не е дошъл.")
        if day and day < self.referral.requested_on:
            raise ValidationError("Тогава човекът още не беше заявил желание.")
        return day

    def day_ahead(self, name: str) -> dt.date | None:
        """Return the day typed in ``name``, which is not so far ahead that it must be a slip."""
        day = self.cleaned_data[name]
        if day and day.year > timezone.localdate().year + MOST_YEARS_AHEAD:
            raise ValidationError("Проверете годината.")
        return day


class SendForm(StepForm):
    """Nothing to fill in: the page says what goes out."""


class WithdrawForm(StepForm):
    reason = forms.ChoiceField(
        label="Защо",
        choices=WITHDRAW_REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": "Изберете защо се оттегля."},
    )
    note = text_field("Пояснение")


class ProlongForm(StepForm):
    until = staff_day_field(label="Продължава до")
    reason = text_field("Защо")

    def clean_until(self) -> dt.date | None:
        day = self.day_ahead("until")
        floor = max(filter(None, [self.referral.until, self.referral.started_on]), default=None)
        if day and floor and day <= floor:
            raise ValidationError(f"Новият срок е след {floor:%d.%m.%Y} г.")
        return day


class DatesForm(StepForm):
    mark_optional = False

    provider_assessment_on = staff_day_field(label="Индивидуална оценка на", required=False)
    support_plan_on = staff_day_field(label="Индивидуален план на", required=False)
    contract_on = staff_day_field(label="Договор на", required=False)

    def prepare(self) -> None:
        for name in ("provider_assessment_on", "support_plan_on", "contract_on"):
            self.fields[name].initial = getattr(self.referral, name)

    def clean_provider_assessment_on(self) -> dt.date | None:
        return self.past_day("provider_assessment_on")

    def clean_support_plan_on(self) -> dt.date | None:
        return self.past_day("support_plan_on")

    def clean_contract_on(self) -> dt.date | None:
        return self.past_day("contract_on")


class StartForm(StepForm):
    on = staff_day_field(label="Ползва услугата от")
    contract_on = staff_day_field(label="Договор на", required=False)
    until = staff_day_field(label="До кога (по договора)", required=False)

    def prepare(self) -> None:
        self.fields["on"].initial = timezone.localdate
        if self.referral.contract_on:
            del self.fields["contract_on"]
        elif not self.referral.assessment.is_urgent:
            self.fields["contract_on"].required = True

    def clean_on(self) -> dt.date | None:
        return self.past_day("on")

    def clean_contract_on(self) -> dt.date | None:
        return self.past_day("contract_on")

    def clean_until(self) -> dt.date | None:
        day, on = self.day_ahead("until"), self.cleaned_data.get("on")
        if day and on and day < on:
            raise ValidationError("Краят е преди началото.")
        return day


class EndForm(StepForm):
    on = staff_day_field(label="Кога приключи")
    reason = forms.ChoiceField(
        label="Защо",
        choices=EndReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Изберете защо приключи."},
    )
    note = text_field("Пояснение")

    def prepare(self) -> None:
        self.fields["on"].initial = timezone.localdate

    def clean_on(self) -> dt.date | None:
        day, started = self.past_day("on"), self.referral.started_on
        if day and started and day < started:
            raise ValidationError("Краят е преди началото.")
        return day


class PriorityForm(StepForm):
    priority = PriorityField()

    def prepare(self) -> None:
        self.fields["priority"].offer(rule_for(self.referral.service, timezone.localdate()))
        self.fields["priority"].initial = self.referral.priority_id


class PauseForm(StepForm):
    reason = text_field("Защо срокът спира", most=300, required=True)


class ResumeForm(StepForm):
    note = text_field("Защо продължава")


class HandForm(StepForm):
    to = ColleagueField(label="На кого")
    note = text_field("Бележка за колегата", most=300)

    def prepare(self) -> None:
        self.fields["to"].offer(without=self.referral.owner_id)


class NoteForm(StepForm):
    text = text_field("Бележка", most=1000, rows=4, required=True)


class LinkForm(StepForm):
    email = forms.EmailField(
        label="Е-поща на доставчика",
        max_length=254,
        widget=forms.EmailInput(attrs=UNKEPT),
        error_messages={"required": "Напишете на коя е-поща.", "invalid": "Проверете е-пощата."},
    )

    def prepare(self) -> None:
        self.fields["email"].initial = self.referral.provider.email


class OfferForm(StepForm):
    answer = forms.ChoiceField(
        label="Какво каза човекът",
        choices=[
            ("take", "приема мястото"),
            ("pass", "чака друго място"),
            ("refuse", "вече не желае услугата"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Изберете какво каза човекът."},
    )
    offer = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=2**63 - 1
    )

    def prepare(self) -> None:
        there = self.referral.offers.filter(state="open").first()
        self.fields["offer"].initial = there.pk if there else None
