"""Forms by which staff edit the record of a service, one section at a time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import modelform_factory
from django.utils import timezone
from django.utils.text import capfirst

from municipalities.admin_forms import TenantForm
from municipalities.models import Membership, Role, User
from services_registry.forms import LinesField
from services_registry.models import Provider, Service
from services_registry.record import SECTIONS, label_of, words_of
from services_registry.values import BY_STEPS, CODES, Fact

OWNERS = (Role.SPECIALIST, Role.HEAD, Role.ADMINISTRATOR)
AS_A_DAY = {"invalid": "Напишете деня като 21.11.2026."}
_LONG = {"summary": 2, "summary_en": 2, "for_whom": 4, "not_for": 3, "eligibility": 4}
_LONG |= {"description": 8, "easy_read": 8, "own_words": 3}
_HINTS = {
    "description": "Каквото не се е събрало другаде. Празен ред дели абзаците.",
    "slug": "Част от адреса на страницата. При промяна старите връзки към нея спират да работят.",
    "steps": "По една стъпка на ред, с прости думи.",
    "owner": "Получава напомнянията и отговаря на сигналите за грешки.",
}
_REQUIRED = {
    "name": "Напишете как се казва услугата.",
    "summary": "Напишете едно-две изречения за гражданите.",
    "scope": "Изберете обхват.",
    "provider": "Изберете доставчик.",
    "financing": "Изберете финансиране.",
    "slug": "Напишете адреса с латински букви, цифри и тире.",
    "review_every": "Напишете на колко месеца се преглежда.",
}
YES_NO = [("", "не се знае"), ("true", "да"), ("false", "не")]


def date_field(label: str, *, required: bool = False, hint: str = "") -> forms.DateField:
    """Return one box for a day, as staff type it."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=hint,
        error_messages=AS_A_DAY,
        widget=forms.DateInput(attrs={"inputmode": "numeric", "size": 12}),
    )


class YesNoField(forms.TypedChoiceField):
    """Да, не, or nobody knows yet (None)."""

    def __init__(self, **kwargs):
        super().__init__(
            choices=YES_NO,
            coerce={"true": True, "false": False}.__getitem__,
            empty_value=None,
            required=False,
            **kwargs,
        )

    def prepare_value(self, value):
        return {True: "true", False: "false", None: ""}.get(value, value)

    def has_changed(self, initial, data) -> bool:
        return self.prepare_value(initial) != (data or "")


def _field_for(column: Any, **kwargs) -> forms.Field:
    """Return the form field of one column of the record."""
    label = capfirst(column.verbose_name)
    hint = _HINTS.get(column.name, column.help_text)
    if column.name == "steps":
        return LinesField(label=label, required=False, help_text=hint)
    if isinstance(column, ArrayField):
        return forms.MultipleChoiceField(
            label=label,
            choices=list(column.base_field.choices or ()),
            required=not column.blank and column.name != "settings",
            widget=forms.CheckboxSelectMultiple,
            help_text=hint,
        )
    if isinstance(column, models.BooleanField):
        return YesNoField(label=label, help_text=hint)
    if isinstance(column, models.DateField):
        return date_field(str(label), hint=str(hint))
    if column.name == "provider":
        kwargs["queryset"] = Provider.public.none()  # the form asks inside the scope
    if isinstance(column, models.ManyToManyField):
        kwargs["widget"] = forms.CheckboxSelectMultiple
    elif column.choices:
        kwargs["widget"] = forms.RadioSelect
    elif column.name in _LONG:
        kwargs["widget"] = forms.Textarea(attrs={"rows": _LONG[column.name]})
    made = column.formfield(help_text=hint, **kwargs)
    if made.required:
        made.error_messages["required"] = _REQUIRED.get(column.name, "Попълнете това поле.")
    return made


class RecordForm(TenantForm):
    """A section of the service's own columns and links. ``section`` is its code."""

    section = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.ChoiceField) and isinstance(field.widget, forms.RadioSelect):
                # No dash among the buttons: what is not chosen yet is seen.
                choices: Any = field.choices
                field.choices = [choice for choice in choices if choice[0] != ""]
            if name == "provider":
                field.queryset = Provider.objects.order_by("name", "pk")
            elif name == "owner":
                field.queryset = owners()
                field.label_from_instance = _name_of

    def store(self) -> None:
        """Write the columns of the section and nothing else, then its links."""
        self.instance.save(update_fields=[*_columns(self.fields), "updated_at"])
        self._save_m2m()

    def facts(self) -> dict[str, str]:
        """Return by label what a valid form would store, in words."""
        return {fact.label: fact.words for fact in map(self._fact, self.fields)}

    def _fact(self, name: str) -> Fact:
        value = self.cleaned_data.get(name)
        if isinstance(value, models.QuerySet):
            words = "\n".join(str(row) for row in value)
        elif isinstance(value, models.Model):
            words = str(getattr(value, "name", value))
        else:
            words = words_of(name, value)
        return Fact(label_of(name), words)


def _columns(names) -> list[str]:
    many = {column.name for column in Service._meta.many_to_many}
    return [name for name in names if name not in many]


def _name_of(user: User) -> str:
    return user.name or user.email


def owners():
    """Return who of the municipality can take care of a service's data."""
    working = Membership.objects.current().filter(role__in=OWNERS)
    return User.objects.filter(pk__in=working.values("user")).order_by("name", "pk")


def fields_of(code: str) -> list[str]:
    """Return the columns of a section that its form edits; those of the way have their steps."""
    return [name for name in CODES[code].fields if name not in BY_STEPS]


FORMS: dict[str, type[RecordForm]] = {
    section.code: modelform_factory(
        Service,
        form=type("SectionForm", (RecordForm,), {"section": section.code}),
        fields=fields_of(section.code),
        formfield_callback=_field_for,
    )
    for section in SECTIONS
}


class NewServiceForm(forms.Form):
    """How a service begins: as a draft with a name and a provider."""

    name = forms.CharField(
        label="Наименование",
        max_length=160,
        error_messages={"required": _REQUIRED["name"]},
        help_text="Както е в акта за създаването ѝ.",
    )
    provider: forms.ModelChoiceField = forms.ModelChoiceField(
        Provider.public.none(),
        label="Доставчик",
        empty_label="Изберете",
        error_messages={"required": _REQUIRED["provider"]},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["provider"].queryset = Provider.objects.order_by("name", "pk")


# Steps on the way


class StepForm(forms.Form):
    """Base of what a step asks; most ask nothing."""

    def facts(self) -> dict:
        """Return what was asked as the verb takes it."""
        return dict(self.cleaned_data)


class PublishForm(StepForm):
    is_checked = forms.BooleanField(
        label="Прегледах цялата услуга и данните са верни днес", required=False, initial=True
    )


class PauseForm(StepForm):
    reason = forms.CharField(
        label="Защо е спряна",
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Гражданите го четат: „ремонт до края на март“.",
        error_messages={"required": "Кажете на гражданите защо услугата е спряна."},
    )


class CloseForm(StepForm):
    note = forms.CharField(
        label="Какво следва за хората",
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Към коя услуга отиват и кого да питат.",
        error_messages={"required": "Кажете на хората какво следва за тях."},
    )


class ScheduleForm(CloseForm):
    last_day = date_field("Последен ден", required=True, hint="След него услугата се закрива сама.")
    field_order = ("last_day", "note")

    def clean_last_day(self):
        day = self.cleaned_data["last_day"]
        if day < timezone.localdate():
            raise ValidationError("Последният ден е минал. Напишете днес или по-късен ден.")
        return day
