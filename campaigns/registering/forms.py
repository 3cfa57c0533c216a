"""Forms of registering, of opening a registration, of the door."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from campaigns.models import Audience, CampaignEvent
from campaigns.registering.models import Registration
from municipalities.form_words import UNREADABLE
from municipalities.forms_secret import SecretForm
from services_registry.models import Service

MOST_AT_ONCE = 200  # people counted with one press: a coach or two
STALE = {"required": _("Отворете страницата отново."), "invalid": _("Отворете страницата отново.")}
NOT_FOUND = _(
    "Не намерихме записване с този номер и този код в избраната община. Проверете и трите: "
    "написани са един до друг на потвърждението."
)
# Nobody makes themselves an organiser from outside.
OWN_PARTS = [
    (part.value, part.label)
    for part in Registration.Part
    if part != Registration.Part.ORGANISER
]  # fmt: skip


def _short(label: Any, longest: int, *, required: bool = False, **more: Any) -> forms.CharField:
    words = {"max_length": _("Напишете го по-кратко, до %(limit_value)d знака."), **UNREADABLE}
    errors = words | more.pop("errors", {})
    return forms.CharField(
        label=label, max_length=longest, required=required, error_messages=errors, **more
    )


def form_key_field() -> forms.UUIDField:
    """Return the hidden field by which a form that is sent twice counts once."""
    return forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, error_messages=STALE)


class OneOfTwo:
    """Mix into a field of which one of a pair is asked for: not optional, and may be empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.use_required_attribute = lambda initial: False

    def validate(self, value: Any) -> None:
        """Leave an empty one to the form, which sees both."""
        if value not in self.empty_values:
            super().validate(value)


class EitherEmail(OneOfTwo, forms.EmailField):
    """An address, or the other one."""


class EitherText(OneOfTwo, forms.CharField):
    """A text, or the other one."""


class RegisterForm(forms.Form):
    """Who comes to an event: a name and one way to reach them; nothing else is needed.

    ``is_staff``: an employee writes it down for somebody on the telephone, who may leave nothing
    but the name.
    """

    name = _short(
        _("Име и фамилия"),
        120,
        required=True,
        errors={"required": _("Напишете име, за да ви намерим в списъка.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = EitherEmail(
        label=_("Е-поща"),
        max_length=254,
        help_text=_("Е-поща или телефон: едно от двете стига. На е-пощата идва потвърждение."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "invalid": _("Напишете адреса така: ime@example.bg."),
            "max_length": _("Адресът е твърде дълъг."),
            **UNREADABLE,
        },
    )
    phone = EitherText(
        label=_("Телефон"),
        max_length=40,
        help_text=_("Ако нямате е-поща: обаждаме се, ако нещо се промени."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        error_messages={"max_length": _("Напишете телефона по-кратко."), **UNREADABLE},
    )
    organisation = _short(
        _("Организация"), 160, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    country = _short(
        _("Държава"),
        60,
        help_text=_("Оставете празно, ако сте от България."),
        widget=forms.TextInput(attrs={"autocomplete": "country-name"}),
    )
    language = forms.ChoiceField(
        label=_("На кой език ще участвате"),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Изберете от изброените езици.")
        ),
    )
    part = forms.ChoiceField(
        label=_("Идвате като"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Изберете от списъка.")),
    )
    audience = forms.ModelChoiceField(
        queryset=None,
        label=_("Коя от тези групи ви описва"),
        required=False,
        empty_label=_("Не избирам"),
        help_text=_("Само за да знаем до кого стигаме."),
        error_messages={"invalid_choice": _("Изберете от списъка.")},
    )
    needs = _short(
        _("Какво да осигурим, за да участвате"),
        300,
        help_text=_("Например рампа, жестов превод, място до изхода. Не пишете диагнози."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    form_key = form_key_field()

    def __init__(self, *args: Any, event: CampaignEvent, is_staff: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.is_staff = is_staff
        groups = Audience.public.filter(municipality=event.municipality_id)
        self.fields["audience"].queryset = groups
        if is_staff:
            self._for_staff()
        if event.asks_from_abroad:
            names = dict(Service.Language.choices)
            spoken = [(code, names.get(code, code)) for code in event.languages or ("bg", "en")]
            self.fields["language"].choices = spoken
            self.fields["language"].initial = spoken[0][0]
            parts = list(Registration.Part.choices) if is_staff else OWN_PARTS
            self.fields["part"].choices = parts
            self.fields["part"].initial = Registration.Part.PARTICIPANT
        else:
            for name in ("organisation", "country", "language", "part"):
                del self.fields[name]

    def _for_staff(self) -> None:
        self.fields["name"].error_messages["required"] = _("Напишете името.")
        for name in ("email", "name", "phone"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["email"].required = self.fields["phone"].required = False
        self.fields["email"].help_text = _("Ако има, получава потвърждение и напомняне.")
        self.fields["phone"].help_text = _("На него звъним, ако нещо се промени.")
        self.fields["audience"].label = _("Група")
        self.fields["audience"].help_text = ""
        self.fields["needs"].label = _("Какво да осигурим")

    def clean_phone(self) -> str:
        """Refuse what cannot be dialled."""
        typed = self.cleaned_data["phone"]
        if typed and sum(sign.isdigit() for sign in typed) < 5:
            raise ValidationError(_("Напишете телефона с всичките му цифри."))
        return typed

    def clean(self) -> dict[str, Any]:
        """Ask for one way to reach them, where nothing is wrong with what they typed."""
        given = super().clean() or {}
        reached = given.get("email") or given.get("phone") or self.is_staff
        if not reached and not {"email", "phone"} & set(self.errors):
            self.add_error("email", _("Напишете е-поща или телефон: едно от двете стига."))
        return given

    def facts(self) -> dict[str, Any]:
        """Return what ``places.register`` takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "form_key"}


class FindForm(SecretForm):
    """What opens a registration to whoever made it."""

    not_found = NOT_FOUND

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number = self.fields["nomer"]
        number.label = _("Номер на записването")
        number.help_text = _("От потвърждението, например СБ-2026-000123.")


class CountForm(forms.Form):
    """Some more of a group at the door, or fewer; ``group`` empty is of those without one."""

    group = forms.ModelChoiceField(queryset=None, required=False)
    change = forms.IntegerField(
        min_value=-MOST_AT_ONCE,
        max_value=MOST_AT_ONCE,
        label="Брой",
        error_messages={
            "required": "Напишете колко души.",
            "invalid": "Напишете броя с цифри.",
            "min_value": f"Най-много {MOST_AT_ONCE} души наведнъж.",
            "max_value": f"Най-много {MOST_AT_ONCE} души наведнъж.",
        },
    )
    form_key = form_key_field()

    def __init__(self, *args: Any, event: CampaignEvent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Also a group no longer in use: somebody may have the page open since before.
        self.fields["group"].queryset = Audience.objects.filter(municipality=event.municipality_id)

    def clean_change(self) -> int:
        """Refuse a count of nobody."""
        change = self.cleaned_data["change"]
        if not change:
            raise ValidationError("Напишете колко души.")
        return change


class WalkInForm(forms.Form):
    """Somebody who came without having registered, by name."""

    name = _short("Име и фамилия", 120, required=True, errors={"required": "Напишете името."},
                  widget=forms.TextInput(attrs={"autocomplete": "off"}))  # fmt: skip
    audience = forms.ModelChoiceField(
        queryset=None,
        label="Група",
        required=False,
        empty_label="Без група",
        error_messages={"invalid_choice": "Изберете от списъка."},
    )
    form_key = form_key_field()

    def __init__(self, *args: Any, event: CampaignEvent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = Audience.public.filter(municipality=event.municipality_id)
        self.fields["audience"].queryset = groups


class LookForm(forms.Form):
    """Part of a name, to find somebody in the list of the door; sent, never in an address."""

    mark_optional = False

    q = forms.CharField(
        label="Търсене по име",
        required=False,
        max_length=80,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": "Напишете част от името.", **UNREADABLE},
    )
