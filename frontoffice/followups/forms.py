"""Forms of follow-ups."""

from __future__ import annotations

import datetime as dt
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from frontoffice.followups.days import LAST_YEAR, next_working
from frontoffice.followups.following import colleagues
from frontoffice.followups.models import FollowUp
from frontoffice.forms_people import UNKEPT, refuse_egn
from frontoffice.kept import PersonField
from frontoffice.models import Consultation
from frontoffice.models_people import Person
from municipalities.models import User

LABELS = {
    "title": "Какво",
    "due_on": "До кога",
    "due_at": "Час",
    "note": "Бележка",
    "reminds": "Напомняне по е-поща",
    "person": "Лице",
    "consultation": "След консултация",
}
WRONG_DAY = "Напишете деня като 1.3.2026 или 01.03.2026 г."


class ColleagueField(forms.ModelChoiceField):
    """Somebody who can have a follow-up; the form fills in who can."""

    def __init__(self, **options):
        options.setdefault("empty_label", "Изберете колега")
        super().__init__(
            User.objects.none(),
            error_messages={
                "required": "Изберете колега.",
                "invalid_choice": "Изберете колега от списъка.",
                "invalid_pk_value": "Изберете колега от списъка.",
            },
            **options,
        )

    def offer(self, *, without: int | None = None) -> None:
        """Offer everybody who works at a desk of the municipality, but the user ``without``."""
        found = User.objects.filter(pk__in=colleagues().order_by().values("user"))
        self.queryset = found.exclude(pk=without).order_by("name", "pk")


class FollowUpForm(forms.Form):
    """A promise with a date; with ``follow_up`` it corrects that one."""

    title = forms.CharField(
        label=LABELS["title"],
        max_length=200,
        widget=forms.TextInput(attrs={**UNKEPT, "list": "titles"}),
        validators=[refuse_egn],
        error_messages={"required": "Напишете какво трябва да се направи."},
    )
    due_on = forms.DateField(
        label=LABELS["due_on"],
        widget=forms.DateInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Напишете до кога.", "invalid": WRONG_DAY},
    )
    due_at = forms.TimeField(
        label=LABELS["due_at"],
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"autocomplete": "off"}),
        error_messages={"invalid": "Напишете часа като 14:30."},
    )
    owner = ColleagueField(label="У кого", empty_label=None)
    note = forms.CharField(
        label=LABELS["note"],
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[refuse_egn],
    )
    reminds = forms.BooleanField(
        label="Напомни по е-поща сутринта на деня", required=False, initial=True
    )
    person = PersonField(
        Person._base_manager.none(),
        label=LABELS["person"],
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "Това лице не е намерено."},
    )
    consultation = forms.ModelChoiceField(
        Consultation._base_manager.none(),
        label=LABELS["consultation"],
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "Тази консултация не е намерена."},
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args, user: User, follow_up: FollowUp | None = None, **kwargs):
        initial = _initial_of(follow_up) if follow_up else {"due_on": next_working(), "owner": user}
        super().__init__(*args, initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        self.user, self.follow_up = user, follow_up
        self.fields["person"].queryset = Person.objects.all()
        self.fields["consultation"].queryset = Consultation.objects.all()
        if follow_up:  # who has it changes by handing it over
            del self.fields["owner"]
        else:
            self.fields["owner"].offer()
            self.fields["title"].widget.attrs["autofocus"] = True

    def clean_due_on(self) -> dt.date:
        day = self.cleaned_data["due_on"]
        if self.follow_up and day == self.follow_up.due_on:
            return day
        if day < timezone.localdate():
            raise ValidationError("Този ден вече мина.")
        if day.year > LAST_YEAR:
            raise ValidationError(WRONG_DAY)
        return day

    def chosen(self, name: str):
        """Return the person or consultation in the form, sent or not, though the rest be wrong."""
        if not self.is_bound:
            return self.initial.get(name)
        try:
            return self.fields[name].clean(self.data.get(name))
        except ValidationError:
            return None

    def facts(self) -> dict:
        """Return the cleaned answers as the verbs of ``following`` take them."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("form_key", "version")
        }


def _initial_of(follow_up: FollowUp) -> dict:
    return {
        "title": follow_up.title,
        "due_on": follow_up.due_on,
        "due_at": follow_up.due_at,
        "note": follow_up.note,
        "reminds": follow_up.reminds,
        "person": follow_up.person,
        "consultation": follow_up.consultation,
        "form_key": follow_up.form_key,
        "version": follow_up.version,
    }


class CloseForm(forms.Form):
    """How it ended: done or dropped, and in a few words what came of it."""

    state = forms.ChoiceField(
        choices=[
            (FollowUp.State.DONE, "Свършена"),
            (FollowUp.State.DROPPED, "Отпаднала"),
        ],
        error_messages={
            "required": "Изберете „Свършена“ или „Отпаднала“.",
            "invalid_choice": "Изберете „Свършена“ или „Отпаднала“.",
        },
    )
    outcome = forms.CharField(
        label="Как приключи",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs=UNKEPT),
        validators=[refuse_egn],
    )


class HandOverForm(forms.Form):
    """To whom, with a word about it."""

    to = ColleagueField(label="На кого")
    note = forms.CharField(
        label="Бележка за колегата",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs=UNKEPT),
        validators=[refuse_egn],
    )

    def __init__(self, *args, without: int | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].offer(without=without)
