"""Forms of the rows of a service: places with their week and other days, fees, papers, places."""

from __future__ import annotations

import datetime as dt
import itertools
import re

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import inlineformset_factory
from django.utils import timezone
from django.utils.text import capfirst

from municipalities.admin_forms import AmountFormField, NumberField, PartFormSet, TenantForm
from municipalities.hours import MIDNIGHT, Weekday
from municipalities.models import Settlement
from municipalities.places import AccessiblePlace
from services_registry.classifiers import RequiredDocument
from services_registry.forms_record import YesNoField, date_field
from services_registry.models import (
    Capacity,
    Fee,
    Service,
    ServicePaper,
    ServiceSite,
    SiteException,
)

MOST_ROWS = 40
MOST_STRETCHES = 4  # of one day
AROUND_THE_CLOCK = "денонощно"
_STRETCH = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")


def _column(column: models.Field, **kwargs):
    """Return the form field of one column of a row."""
    label = capfirst(column.verbose_name)
    if isinstance(column, models.BooleanField) and column.null:
        return YesNoField(label=label)
    if isinstance(column, models.DateField):
        return date_field(str(label), required=not column.blank)
    if isinstance(column, models.TimeField):
        return forms.TimeField(
            label=label,
            required=False,
            widget=forms.TimeInput(format="%H:%M", attrs={"inputmode": "numeric", "size": 6}),
            error_messages={"invalid": "Напишете часа като 8:30."},
        )
    return column.formfield(**kwargs)


class RowForm(TenantForm):
    """A row of the service's; new ones take the municipality of their service."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages.setdefault("required", "Попълнете това поле.")


class PartsFormSet(PartFormSet):
    """Rows of a service or of a place, each of the municipality of what it belongs to."""

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.current_municipality = self.instance.municipality
        return form

    def add_fields(self, form, index) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = "Изтрий този ред"


# Places


class SiteForm(TenantForm):
    """A place: where it is, how one gets in touch, how accessible it is."""

    settlement: forms.ModelChoiceField = forms.ModelChoiceField(
        Settlement.objects.none(),
        label="Населено място",
        empty_label="Изберете",
        error_messages={"required": "Изберете населено място."},
    )
    latitude = NumberField(label="Ширина", required=False, max_digits=9, decimal_places=6)
    longitude = NumberField(label="Дължина", required=False, max_digits=9, decimal_places=6)

    class Meta:
        model = ServiceSite
        fields = (
            "name",
            "settlement",
            "address",
            "address_is_secret",
            "phone",
            "email",
            "note",
            "latitude",
            "longitude",
            *AccessiblePlace.ACCESS_FIELDS,
        )
        formfield_callback = _column

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        own = Settlement.objects.filter(municipality_id=self.instance.municipality_id)
        self.fields["settlement"].queryset = own.order_by("name", "ekatte")

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        for name, most in (("latitude", 90), ("longitude", 180)):
            value = cleaned.get(name)
            if value is not None and abs(value) > most:
                self.add_error(name, "Такава координата няма.")
        return cleaned

    def access_fields(self) -> list:
        """Return the bound fields of accessibility, for the template."""
        return [self[name] for name in AccessiblePlace.ACCESS_FIELDS]


class WeekForm(forms.Form):
    """The week of a place as it is written on its door: „8:30–12:00, 12:30–17:00“ for a day."""

    mark_optional = False

    def __init__(self, *args, rows=(), **kwargs):
        written: dict[int, list[str]] = {}
        for row in rows:
            written.setdefault(row.weekday, []).append(_stretch(row.opens, row.closes))
        initial = {f"day_{day}": ", ".join(times) for day, times in written.items()}
        super().__init__(*args, initial=initial, **kwargs)
        for day, name in Weekday.choices:
            self.fields[f"day_{day}"] = forms.CharField(
                label=capfirst(name), required=False, max_length=80
            )

    def _clean_fields(self) -> None:
        super()._clean_fields()
        for name, text in list(self.cleaned_data.items()):
            try:
                self.cleaned_data[name] = stretches(text)
            except ValidationError as error:
                self.add_error(name, error)

    def rows(self) -> list[tuple[int, dt.time, dt.time]]:
        """Return the valid week as (weekday, opens, closes)."""
        return [
            (int(name.removeprefix("day_")), opens, closes)
            for name, times in self.cleaned_data.items()
            for opens, closes in times
        ]


def _stretch(opens: dt.time, closes: dt.time) -> str:
    if opens == dt.time(0) and closes == MIDNIGHT:
        return AROUND_THE_CLOCK
    end = "24:00" if closes == MIDNIGHT else f"{closes.hour}:{closes:%M}"
    return f"{opens.hour}:{opens:%M}–{end}"


def stretches(text: str) -> list[tuple[dt.time, dt.time]]:
    """Return the stretches of one day that ``text`` says; raises ValidationError.

    „“ is none, „денонощно“ is the whole day, „24:00“ its end.
    """
    text = text.strip().lower()
    if not text:
        return []
    if text == AROUND_THE_CLOCK:
        return [(dt.time(0), MIDNIGHT)]
    found = []
    for piece in re.split(r"\s*(?:,|;|\bи\b)\s*", text):
        match = _STRETCH.fullmatch(piece)
        if not match:
            raise ValidationError("Напишете часовете като 8:30–12:00, 12:30–17:00.")
        opens, closes = _time(match[1], match[2]), _time(match[3], match[4])
        if closes <= opens:
            raise ValidationError(
                "Краят трябва да е след началото. Нощта се пише на два дни: до 24:00 и от 0:00."
            )
        found.append((opens, closes))
    found.sort()
    if len(found) > MOST_STRETCHES or any(
        later[0] < earlier[1] for earlier, later in itertools.pairwise(found)
    ):
        raise ValidationError("Часовете се застъпват. Напишете ги поред, без застъпване.")
    return found


def _time(hour: str, minute: str | None) -> dt.time:
    if (int(hour), int(minute or 0)) == (24, 0):
        return MIDNIGHT
    try:
        return dt.time(int(hour), int(minute or 0))
    except ValueError as wrong:
        raise ValidationError("Такъв час няма. Напишете часовете от 0:00 до 24:00.") from wrong


class ExceptionForm(RowForm):
    class Meta:
        model = SiteException
        fields = ("first_day", "last_day", "opens", "closes", "reason")
        formfield_callback = _column

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "Крайната дата е преди началната.")
        return cleaned


ExceptionFormSet = inlineformset_factory(
    ServiceSite,
    SiteException,
    form=ExceptionForm,
    formset=PartsFormSet,
    extra=1,
    max_num=MOST_ROWS,
    absolute_max=MOST_ROWS + 10,
)


# Fees, papers, capacity


class FeeForm(RowForm):
    amount = AmountFormField(
        label="Сума", required=False, max_digits=8, decimal_places=2, min_value=0
    )

    class Meta:
        model = Fee
        fields = (
            "user_group",
            "kind",
            "amount",
            "currency",
            "per",
            "legal_act",
            "valid_from",
            "valid_to",
            "verified",
            "note",
        )
        formfield_callback = _column

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "Изберете"), *Fee.Kind.choices]
        self.fields["per"].choices = [("", "без период"), *Fee.Per.choices]
        self.fields["per"].label = "Период"
        self.fields["verified"].label = "Проверена в акта"

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", "Краят е преди началото.")
        if cleaned.get("kind") == Fee.Kind.FIXED and cleaned.get("amount") is None:
            self.add_error("amount", "Напишете сумата или изберете „уточнява се“.")
        if cleaned.get("verified") and not cleaned.get("legal_act"):
            self.add_error("legal_act", "Напишете акта, в който сумата е проверена.")
        return cleaned


class PaperForm(RowForm):
    class Meta:
        model = ServicePaper
        fields = ("document", "note", "order")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["order"].required = False
        self.fields["order"].initial = 0

    def clean_order(self) -> int:
        return self.cleaned_data["order"] or 0


class PapersFormSet(PartsFormSet):
    """The list of all documents is read once and not for every row."""

    def __init__(self, *args, **kwargs):
        self.documents = [
            (document.pk, document.name) for document in RequiredDocument.objects.order_by("name")
        ]
        super().__init__(*args, **kwargs)

    def add_fields(self, form, index) -> None:
        super().add_fields(form, index)
        form.fields["document"].choices = [("", "Изберете"), *self.documents]


def _rows_of_service(model, form, formset=PartsFormSet):
    return inlineformset_factory(
        Service,
        model,
        form=form,
        formset=formset,
        extra=1,
        max_num=MOST_ROWS,
        absolute_max=MOST_ROWS + 10,
    )


FeeFormSet = _rows_of_service(Fee, FeeForm)
PaperFormSet = _rows_of_service(ServicePaper, PaperForm, PapersFormSet)


class CapacityForm(forms.Form):
    """The places of a service on a day; the same day again is written over."""

    as_of = date_field("Към дата", required=True)
    places = forms.IntegerField(label="Места", min_value=0, max_value=100_000)
    free = forms.IntegerField(label="Свободни", min_value=0, max_value=100_000)
    waiting = forms.IntegerField(label="Чакащи", min_value=0, max_value=100_000)

    def __init__(self, *args, newest: Capacity | None = None, **kwargs):
        initial = {"as_of": timezone.localdate(), "waiting": 0}
        if newest:
            initial |= {n: getattr(newest, n) for n in ("places", "free", "waiting")}
        super().__init__(*args, initial=initial, **kwargs)
        for name in ("places", "free", "waiting"):
            self.fields[name].error_messages["required"] = "Напишете число, може и 0."
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "numeric", "size": 6})

    def clean_as_of(self):
        day = self.cleaned_data["as_of"]
        if day > timezone.localdate():
            raise ValidationError("Този ден още не е дошъл.")
        return day

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        if None not in (cleaned.get("free"), cleaned.get("places")) and (
            cleaned["free"] > cleaned["places"]
        ):
            self.add_error("free", "Свободните места не може да са повече от всички.")
        return cleaned
